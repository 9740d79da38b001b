import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Metric, Option, Tracer } from "effect"
import { z } from "zod"
import { type Options, Telemetry } from "../../../src/loop/telemetry/Telemetry.ts"
import * as Retry from "../../../src/model/Retry.ts"
import { ModelError } from "../../../src/schema/ModelError.ts"
import { Sessions } from "../../../src/session/Sessions.ts"
import type { ScriptedStep } from "../../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../../src/testing/TestRuntime.ts"
import * as Tool from "../../../src/tool/Tool.ts"
import { ToolError } from "../../../src/schema/ToolError.ts"

const secret = `sk-test-${"a1".repeat(12)}`

const look = Tool.make("look", {
  description: "Looks.",
  parameters: z.object({ at: z.string() }),
  safety: "read",
  execute: ({ at }) =>
    at === "nothing"
      ? Effect.fail(new ToolError({ message: "There is nothing." }))
      : Effect.as(Effect.withSpan(Effect.void, "inside look"), { output: `saw ${at} and ${secret}` })
})

const hang = Tool.make("hang", {
  description: "Hangs.",
  parameters: z.object({}),
  safety: "read",
  execute: () => Effect.never
})

const usage = { input: 100, cacheRead: 60, cacheWrite: 10, output: 7, reasoning: "unknown" } as const

const script: ReadonlyArray<ScriptedStep> = [
  {
    answer: [
      { error: new ModelError({ reason: { _tag: "Overloaded", retryAfterMillis: 0 }, message: 'busy with "go"' }) }
    ]
  },
  {
    answer: [
      { parts: [{ type: "response", responseId: "r1", model: "real-model" }] },
      { text: "I look." },
      { call: "look", input: { at: "a" } },
      { call: "look", input: { at: "nothing" } },
      { finish: "tool-calls", usage }
    ]
  },
  { answer: [{ text: "done" }, { finish: "stop", usage }] }
]

/** A tracer that keeps what it is told. */
const tracer = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const layer = Layer.succeed(
    Tracer.Tracer,
    Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
  )
  return { spans, layer }
}

const parentOf = (span: Tracer.Span) => Option.getOrUndefined(span.parent)

/** The names of the spans, each below its parent. */
const tree = (spans: ReadonlyArray<Tracer.NativeSpan>, parent?: Tracer.AnySpan): ReadonlyArray<unknown> =>
  spans
    .filter((span) => parentOf(span) === parent)
    .map((span) => {
      const below = tree(spans, span)
      return below.length === 0 ? span.name : [span.name, below]
    })

const hasFailed = ({ status }: Tracer.Span): boolean => status._tag === "Ended" && Exit.isFailure(status.exit)

/** Everything that is told: attributes, and how each span ended. */
const toldBy = (spans: ReadonlyArray<Tracer.NativeSpan>): string =>
  spans
    .map(({ attributes, status }) => {
      const exit = status._tag === "Ended" && Exit.isFailure(status.exit) ? Cause.pretty(status.exit.cause) : ""
      return JSON.stringify([...attributes]) + exit
    })
    .join()

const attributesOf = (spans: ReadonlyArray<Tracer.NativeSpan>, name: string) =>
  spans.filter((span) => span.name === name).map((span) => Object.fromEntries(span.attributes))

const run = (layer: Layer.Layer<never>, options: Options = { content: false }) =>
  TestRuntime.prompt("go").pipe(
    Effect.withSpan("host"),
    Effect.provide(TestRuntime.layerWith(script, [look, hang], Retry.layer)),
    Effect.provideService(Telemetry, options),
    Effect.provide(layer)
  )

const theirs = ["host", "invoke_agent build", "chat script", "execute_tool look", "inside look", "Sessions.prompt"]

describe("a turn", () => {
  it.effect("is a span below that of its sender, with a span for each attempt and each call", () =>
    Effect.gen(function* () {
      const { layer, spans } = tracer()
      yield* run(layer)
      const told = spans.filter(({ name }) => theirs.includes(name))
      assert.deepStrictEqual(tree(told), [
        [
          "host",
          [
            [
              "Sessions.prompt",
              [
                [
                  "invoke_agent build",
                  [
                    "chat script",
                    "chat script",
                    ["execute_tool look", ["inside look"]],
                    "execute_tool look",
                    "chat script"
                  ]
                ]
              ]
            ]
          ]
        ]
      ])
      assert.isTrue(told.every(({ status }) => status._tag === "Ended"))
    })
  )

  it.effect("tells model, usage, ends and errors in the conventions' words, and nothing that was said", () =>
    Effect.gen(function* () {
      const { layer, spans } = tracer()
      const { session } = yield* run(layer)
      const [failed, first] = attributesOf(spans, "chat script")
      assert.deepInclude(failed, { "error.type": "Overloaded", "gen_ai.request.model": "script" })
      assert.deepInclude(first, {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "scripted",
        "gen_ai.conversation.id": session,
        "gen_ai.response.model": "real-model",
        "gen_ai.response.id": "r1",
        "gen_ai.response.finish_reasons": ["tool-calls"],
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.cache_read.input_tokens": 60,
        "gen_ai.usage.cache_creation.input_tokens": 10,
        "gen_ai.usage.output_tokens": 7
      })
      // What is not known is not told.
      assert.notProperty(first, "gen_ai.usage.reasoning.output_tokens")
      const [good, bad] = attributesOf(spans, "execute_tool look")
      assert.deepInclude(good, { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look" })
      assert.match(String(good?.["gen_ai.tool.call.id"]), /^cal_/)
      assert.notProperty(good, "error.type")
      assert.deepInclude(bad, { "error.type": "tool_error" })
      const [turn] = attributesOf(spans, "invoke_agent build")
      assert.deepInclude(turn, {
        "gen_ai.agent.name": "build",
        "gen_ai.conversation.id": session,
        "gen_ai.request.model": "script",
        "rein.outcome": "completed"
      })
      assert.deepStrictEqual(
        spans.filter(hasFailed).map(({ name }) => name),
        ["chat script", "execute_tool look"]
      )
      assert.notMatch(toldBy(spans), /saw a|I look|"go"|There is nothing/)
    })
  )

  it.effect("tells what was said where that is wanted, without keys", () =>
    Effect.gen(function* () {
      const { layer, spans } = tracer()
      yield* run(layer, { content: true })
      const last = attributesOf(spans, "chat script").at(-1)
      const messages: ReadonlyArray<unknown> = JSON.parse(String(last?.["gen_ai.input.messages"]))
      assert.deepInclude(messages, { role: "user", parts: [{ type: "text", content: "go" }] })
      assert.include(JSON.stringify(messages), "saw a and [key]")
      assert.deepStrictEqual(JSON.parse(String(last?.["gen_ai.output.messages"])), [
        { role: "assistant", parts: [{ type: "text", content: "done" }], finish_reason: "stop" }
      ])
      const [call] = attributesOf(spans, "execute_tool look")
      assert.deepInclude(call, {
        "gen_ai.tool.call.arguments": '{"at":"a"}',
        "gen_ai.tool.call.result": "saw a and [key]"
      })
      assert.include(toldBy(spans), "There is nothing")
      assert.include(toldBy(spans), 'busy with "go"')
      assert.notInclude(toldBy(spans), secret)
    })
  )

  it.effect("that fails says by which reason, and not what the provider repeats of the request", () =>
    Effect.gen(function* () {
      const { layer, spans } = tracer()
      const refused = new ModelError({ reason: { _tag: "InvalidRequest" }, message: 'refused "go"', status: 400 })
      const runtime = TestRuntime.layer([{ answer: [{ error: refused }] }])
      yield* TestRuntime.prompt("go").pipe(Effect.provide(runtime), Effect.provide(layer))
      for (const name of ["chat script", "invoke_agent build"]) {
        assert.deepInclude(attributesOf(spans, name)[0], { "error.type": "InvalidRequest" })
      }
      assert.include(toldBy(spans), "The request failed with status 400.")
      assert.notInclude(toldBy(spans), "refused")
    })
  )

  it.effect("that is interrupted ends its spans", () =>
    Effect.gen(function* () {
      const { layer, spans } = tracer()
      const program = Effect.gen(function* () {
        const sessions = yield* Sessions
        const session = yield* sessions.create({ directory: "/" })
        const input = yield* sessions.prompt(session, "go")
        const waiting = yield* Effect.forkChild(sessions.outcome(session, input))
        while (!spans.some(({ name }) => name === "execute_tool hang")) yield* Effect.yieldNow
        yield* sessions.interrupt(session)
        return yield* Fiber.join(waiting)
      })
      const steps: ReadonlyArray<ScriptedStep> = [{ answer: [{ call: "hang", input: {} }] }]
      const outcome = yield* program.pipe(Effect.provide(TestRuntime.layer(steps, [hang])), Effect.provide(layer))
      assert.strictEqual(outcome._tag, "interrupted")
      assert.deepInclude(attributesOf(spans, "invoke_agent build")[0], { "rein.outcome": "interrupted" })
      assert.deepInclude(attributesOf(spans, "execute_tool hang")[0], { "error.type": "interrupted" })
    })
  )

  it.effect("makes no span where nobody traces", () =>
    Effect.gen(function* () {
      let seen: Tracer.AnySpan | undefined
      const spy = Tool.make("spy", {
        description: "Looks who is above.",
        parameters: z.object({}),
        safety: "read",
        execute: () =>
          Effect.map(Effect.option(Effect.currentSpan), (span) => {
            seen = Option.getOrUndefined(span)
            return { output: "" }
          })
      })
      const steps: ReadonlyArray<ScriptedStep> = [{ answer: [{ call: "spy", input: {} }] }, { answer: [{ text: "x" }] }]
      yield* Effect.provide(TestRuntime.prompt("go"), TestRuntime.layer(steps, [spy]))
      assert.notInclude(String(seen?._tag === "Span" ? seen.name : ""), "execute_tool")
    })
  )
})

it.effect("durations, tokens, the wait for the first part and retries are counted", () =>
  Effect.gen(function* () {
    yield* run(Layer.empty)
    assert.deepStrictEqual(yield* Metric.snapshot, [])
    yield* run(Layer.empty, { content: false, metrics: true })
    const found = yield* Metric.snapshot
    const labels = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "scripted",
      "gen_ai.request.model": "script"
    }
    const state = (id: string, more: Readonly<Record<string, string>>, unit = "s") => {
      const wanted = { unit, ...more }
      const one = found.find(
        (metric) =>
          metric.id === id && Object.entries(wanted).every(([key, value]) => metric.attributes?.[key] === value)
      )
      return one?.state
    }
    const duration = "gen_ai.client.operation.duration"
    assert.deepInclude(state(duration, { ...labels, "error.type": "Overloaded" }), { count: 1 })
    const input = state("gen_ai.client.token.usage", { ...labels, "gen_ai.token.type": "input" }, "{token}")
    assert.deepInclude(input, { count: 2, sum: 200 })
    const output = state("gen_ai.client.token.usage", { ...labels, "gen_ai.token.type": "output" }, "{token}")
    assert.deepInclude(output, { count: 2, sum: 14 })
    assert.deepInclude(state("gen_ai.client.operation.time_to_first_chunk", labels), { count: 2 })
    assert.deepInclude(state("rein.client.retries", { ...labels, "error.type": "Overloaded" }, "{request}"), {
      count: 1
    })
    assert.deepInclude(state("gen_ai.invoke_agent.duration", { "gen_ai.agent.name": "build" }), { count: 1 })
    assert.deepInclude(
      state("gen_ai.execute_tool.duration", { "gen_ai.tool.name": "look", "error.type": "tool_error" }),
      { count: 1 }
    )
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
)

it.effect("what a limiter has held back is no request, and nothing is told of it", () =>
  Effect.gen(function* () {
    const { layer, spans } = tracer()
    const held = new ModelError({ reason: { _tag: "RateLimited", retryAfterMillis: 0, unsent: true }, message: "held" })
    const steps: ReadonlyArray<ScriptedStep> = [{ answer: [{ error: held }] }, { answer: [{ text: "x" }] }]
    yield* Effect.provide(TestRuntime.prompt("go"), Layer.provideMerge(TestRuntime.layer(steps), layer))
    const ended = spans.filter(({ name, status }) => name.startsWith("chat ") && status._tag === "Ended")
    assert.lengthOf(ended, 1)
    assert.isFalse((yield* Metric.snapshot).some(({ id }) => id === "rein.client.retries"))
  }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
)
