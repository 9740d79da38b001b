import { assert, it } from "@effect/vitest"
import * as Permission from "@rein/core/permission/Permission"
import * as Questions from "@rein/core/question/Questions"
import type { Answer } from "@rein/core/schema/Question"
import { Sessions } from "@rein/core/session/Sessions"
import * as Settings from "@rein/core/settings/Settings"
import * as TestRuntime from "@rein/core/testing/TestRuntime"
import * as Tool from "@rein/core/tool/Tool"
import { Effect, Layer, Stream } from "effect"
import { z } from "zod"
import * as Answering from "../../src/run/Answering.ts"

const look = Tool.make("look", {
  description: "Looks.",
  parameters: z.object({ at: z.string() }),
  safety: "read",
  permissions: ({ at }) => Effect.succeed([{ permission: "look", patterns: [at], title: at }]),
  execute: ({ at }) => Effect.succeed({ output: at })
})

const layer = TestRuntime.layerWith(
  [{ answer: ["a", "b", "c"].map((at) => ({ call: "look", input: { at } })) }, { answer: [{ text: "done" }] }],
  [look],
  Layer.provideMerge(
    Permission.layer,
    Layer.merge(Questions.layer, Settings.layerValues({ model: TestRuntime.scripted, rules: [] }))
  )
)

/** Runs a turn whose questions are answered like this; gives what was put. */
const putting = (answerTo: (title: string) => Effect.Effect<Answer, never, Sessions>) =>
  Effect.gen(function* () {
    const sessions = yield* Sessions
    const context = yield* Effect.context<Sessions>()
    const session = yield* sessions.create({ directory: "/project" })
    const put: Array<string> = []
    const see = yield* Answering.make(session, ({ request: { title } }) => {
      put.push(title)
      return Effect.provideContext(answerTo(title), context)
    })
    yield* Effect.forkScoped(Stream.runForEach(sessions.events(session, 0), (item) => Effect.sync(() => see(item))))
    const input = yield* sessions.prompt(session, "go")
    assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
    return put
  }).pipe(Effect.scoped, Effect.provide(layer))

it.effect("puts each question, in their order", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* putting(() => Effect.succeed({ _tag: "once" })), ["a", "b", "c"])
  })
)

it.effect("does not put what a rejection has rejected with it", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* putting(() => Effect.succeed({ _tag: "reject", message: "no" })), ["a"])
  })
)

it.effect("stops putting a question that is answered from elsewhere", () =>
  Effect.gen(function* () {
    const put = yield* putting((title) =>
      Effect.gen(function* () {
        if (title !== "a") return { _tag: "once" }
        const sessions = yield* Sessions
        const [info] = yield* Effect.orDie(sessions.list())
        if (info === undefined) return yield* Effect.never
        const { questions } = yield* Effect.orDie(sessions.status(info.id))
        const [first] = questions
        if (first !== undefined) yield* Effect.orDie(sessions.answer(info.id, first.id, { _tag: "once" }))
        return yield* Effect.never
      })
    )
    assert.deepStrictEqual(put, ["a", "b", "c"])
  })
)
