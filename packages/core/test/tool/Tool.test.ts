import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { z } from "zod"
import * as Ids from "../../src/schema/Ids.ts"
import { isCall } from "../../src/session/History.ts"
import type { SessionState } from "../../src/session/SessionState.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as PromiseTool from "../../src/tool/PromiseTool.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { letTimePass } from "../support/time.ts"

const context: Tool.ToolContext = {
  session: Ids.make.session(),
  call: Ids.make.call(),
  agent: "build",
  directory: "/project",
  key: Ids.make.call(),
  progress: () => Effect.void
}

const toolWith = <Input>(parameters: Tool.Parameters<Input>) =>
  Tool.make("edit", {
    description: "",
    parameters,
    safety: "once",
    execute: (input) => Effect.succeed({ output: JSON.stringify(input) })
  })

const run = (tool: Tool.Tool, input: Schema.Json) =>
  Effect.flatMap(tool.prepare(input), (prepared) => prepared.execute(context)).pipe(Effect.map(({ output }) => output))

const fields = Schema.Struct({ path: Schema.String, edits: Schema.Array(Schema.Struct({ line: Schema.Finite })) })

const kinds: ReadonlyArray<readonly [string, Tool.Tool]> = [
  ["zod", toolWith(z.object({ path: z.string(), edits: z.array(z.object({ line: z.number() })) }))],
  ["Effect Schema", toolWith(Schema.toStandardJSONSchemaV1(Schema.toStandardSchemaV1(fields)))]
]

describe("a tool's input", () => {
  for (const [kind, tool] of kinds) {
    it.effect(`of ${kind} is checked; the message names each path and what was expected there`, () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* run(tool, { path: "a", edits: [{ line: 1 }] }), '{"path":"a","edits":[{"line":1}]}')
        const { message } = yield* Effect.flip(run(tool, { path: 1, edits: [{ line: "x" }] }))
        assert.match(message, /^The input of edit is not valid, so it did not run:\n/)
        assert.match(message, /- path: .*string/i)
        assert.match(message, /\nCall it again with an input that fits its schema\.$/)
        const nested = yield* Effect.flip(run(tool, { path: "a", edits: [{ line: "x" }] }))
        assert.match(nested.message, /- edits\.0\.line: .*(number|finite)/i)
        for (const wrong of [null, 1, "text", [], {}]) {
          assert.match((yield* Effect.flip(run(tool, wrong))).message, /is not valid/)
        }
      })
    )

    it(`of ${kind} is told to the model as JSON Schema`, () => {
      const told = JSON.stringify(tool.jsonSchema)
      assert.include(told, '"required":["path","edits"]')
      assert.include(told, '"type":"string"')
    })
  }

  it.effect("whose schema throws is an error with its reason, not a crash", () =>
    Effect.gen(function* () {
      for (const validate of [
        () => {
          throw new Error("no such option")
        },
        () => Promise.reject(new Error("no such option"))
      ]) {
        const parameters: Tool.Parameters<unknown> = {
          "~standard": { version: 1, vendor: "test", validate, jsonSchema: { input: () => ({}), output: () => ({}) } }
        }
        const { message } = yield* Effect.flip(run(toolWith(parameters), {}))
        assert.strictEqual(message, "The schema of edit failed: Error: no such option")
      }
    })
  )
})

const results = (state: SessionState) =>
  [...state.history]
    .flatMap((entry) => (entry.type === "step" ? entry.items.filter(isCall) : []))
    .map(({ result }) => result)

/** What the model reads of one call of a tool. */
const answerOf = Effect.fnUntraced(function* (tool: Tool.Tool) {
  const script = [{ answer: [{ call: tool.name, input: {} }] }, { answer: [{ text: "done" }] }]
  const run = Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(TestRuntime.prompt("go"))
    return yield* letTimePass(fiber)
  })
  const { outcome, state } = yield* Effect.provide(run, TestRuntime.layer(script, [tool]), { local: true })
  assert.strictEqual(outcome._tag, "completed")
  assert.isUndefined(state.turn)
  const [result] = results(state)
  return [result?.status, result?.output]
})

const bad = (execute: () => unknown, timeoutMillis?: number) =>
  PromiseTool.tool({
    name: "bad",
    description: "",
    parameters: z.object({}),
    execute,
    ...(timeoutMillis === undefined ? {} : { timeoutMillis })
  })

const raw = (execute: () => Effect.Effect<Tool.ToolResult>) =>
  Tool.make("bad", { description: "", parameters: z.object({}), safety: "once", execute })

describe("a tool that misbehaves gives a clear result, and the turn goes on", () => {
  const circle: Record<string, unknown> = {}
  circle["self"] = circle
  // What a JavaScript author can give back.
  const nothing = (value: unknown) => value as Tool.ToolResult

  const cases: ReadonlyArray<readonly [string, Tool.Tool, string, string | RegExp]> = [
    [
      "throws",
      bad(() => {
        throw new Error("boom")
      }),
      "failed",
      "boom"
    ],
    [
      "throws a text",
      bad(() => {
        throw "boom"
      }),
      "failed",
      "boom"
    ],
    ["rejects", bad(() => Promise.reject(new Error("boom"))), "failed", "boom"],
    ["gives a circle", bad(() => circle), "failed", /circular/i],
    ["gives undefined", bad(() => undefined), "completed", ""],
    ["gives null", bad(() => null), "completed", "null"],
    [
      "never settles",
      bad(() => new Promise(() => {}), 5_000),
      "failed",
      "bad was stopped: it took longer than 5000 ms."
    ],
    ["succeeds with undefined", raw(() => Effect.succeed(nothing(undefined))), "completed", "bad gave no output."],
    ["succeeds with null", raw(() => Effect.succeed(nothing(null))), "completed", "bad gave no output."],
    [
      "succeeds with a number as output",
      raw(() => Effect.succeed(nothing({ output: 1 }))),
      "completed",
      "bad gave no output."
    ],
    ["interrupts itself", raw(() => Effect.interrupt), "failed", "bad was interrupted from within."]
  ]

  for (const [what, tool, status, output] of cases) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const [gotStatus, got] = yield* answerOf(tool)
        assert.strictEqual(gotStatus, status)
        if (typeof output === "string") assert.strictEqual(got, output)
        else assert.match(got ?? "", output)
      })
    )
  }
})

describe("a tool with a defect ends the turn as failed, and the session lives", () => {
  const defects: ReadonlyArray<readonly [string, Tool.Tool]> = [
    ["is an effect that dies", raw(() => Effect.die(new Error("boom")))],
    [
      "throws before its effect",
      raw(() => {
        throw new Error("boom")
      })
    ]
  ]
  for (const [what, tool] of defects) {
    it.effect(what, () =>
      Effect.gen(function* () {
        const { outcome, session, state } = yield* TestRuntime.prompt("go")
        assert.match(outcome._tag === "failed" ? outcome.error.message : outcome._tag, /broke.*boom/)
        assert.deepStrictEqual(
          results(state).map((result) => result?.status),
          ["failed"]
        )
        const later = yield* TestRuntime.prompt("again", { session })
        assert.strictEqual(later.outcome._tag, "completed")
      }).pipe(
        Effect.provide(
          TestRuntime.layer(
            [
              { answer: [{ call: "bad", input: {} }] },
              { expects: [/broke.*boom/, "again"], answer: [{ text: "done" }] }
            ],
            [tool]
          )
        )
      )
    )
  }
})
