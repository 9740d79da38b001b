import { layerGlobal } from "@effect/opentelemetry/OtelTracer"
import { trace } from "@opentelemetry/api"
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { Layer } from "effect"
import { assert, it, onTestFinished } from "vitest"
import { z } from "zod"
import { createAgent, Model, tool } from "../../../src/index.ts"
import * as ScriptedModel from "../../../src/testing/ScriptedModel.ts"
import { scripted } from "../../../src/testing/TestRuntime.ts"

/** A host with the OpenTelemetry SDK, and what it would export. */
const host = () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  onTestFinished(() => {
    trace.disable()
    return provider.shutdown()
  })
  return exporter
}

it("the spans of a turn come to the host's own OpenTelemetry SDK", async () => {
  const exporter = host()
  const look = tool({
    name: "look",
    description: "Looks.",
    parameters: z.object({}),
    safety: "read",
    execute: async () => "seen"
  })
  const model = ScriptedModel.layer([{ answer: [{ call: "look", input: {} }] }, { answer: [{ text: "done" }] }])
  await using agent = createAgent({
    model: { ref: scripted, layer: Layer.effect(Model.Model, Model.Model).pipe(Layer.provide(model)) },
    tools: [look],
    permission: "allow",
    telemetry: { layer: layerGlobal, content: true }
  })
  const { outcome, sessionId } = await agent.run("go")
  assert.strictEqual(outcome._tag, "completed")

  const spans = exporter.getFinishedSpans()
  const turn = spans.find(({ name }) => name === "invoke_agent build")
  const below = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === turn?.spanContext().spanId)
  assert.deepStrictEqual(below.map(({ name }) => name).toSorted(), ["chat script", "chat script", "execute_tool look"])
  assert.strictEqual(turn?.attributes["gen_ai.conversation.id"], sessionId)
  const call = spans.find(({ name }) => name === "execute_tool look")
  assert.strictEqual(call?.attributes["gen_ai.tool.call.result"], "seen")
})
