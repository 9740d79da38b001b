import { assert, describe, it } from "@effect/vitest"
import type { Rule } from "@rein/permission"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { z } from "zod"
import * as Permission from "../../src/permission/Permission.ts"
import * as Questions from "../../src/question/Questions.ts"
import type * as Ids from "../../src/schema/Ids.ts"
import type { Answer, Offer, Question } from "../../src/schema/Question.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { SavedAnswers } from "../../src/settings/SavedAnswers.ts"
import * as Settings from "../../src/settings/Settings.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { sharedHouse } from "../support/runtimes.ts"

/** Looks at something, in parallel with others. What an answer saves is the first word and what follows it. */
const looking = (ran: Array<string>, offers?: ReadonlyArray<Offer>) =>
  Tool.make("look", {
    description: "Looks.",
    parameters: z.object({ at: z.string() }),
    safety: "read",
    permissions: ({ at }) =>
      Effect.succeed([{ permission: "look", patterns: [at], title: at, ...(offers === undefined ? {} : { offers }) }]),
    execute: ({ at }) => Effect.sync(() => void ran.push(at)).pipe(Effect.as({ output: `saw ${at}` }))
  })

const rule = (pattern: string, action: Rule["action"]): Rule => ({ permission: "look", pattern, action })

const looks = (...all: ReadonlyArray<string>) => [
  { answer: all.map((at) => ({ call: "look", input: { at } })) },
  { answer: [{ text: "done" }] }
]

interface Setup {
  readonly rules?: ReadonlyArray<Rule>
  readonly questions?: Layer.Layer<Questions.Questions>
  readonly saved?: SavedAnswers
}

/** A project's answers in memory. */
const remembered = (known: ReadonlyArray<Offer> = []) => {
  const all = [...known]
  const saved: SavedAnswers = {
    of: () => Effect.sync(() => [...all]),
    save: (_directory, offers) => Effect.sync(() => void all.push(...offers))
  }
  return { all, saved }
}

const services = ({ questions = Questions.layer, rules = [], saved = remembered().saved }: Setup) => {
  const settings = Settings.layerValues({ model: TestRuntime.scripted, rules: [{ origin: "user", rules }] })
  return Layer.provideMerge(Permission.layer, Layer.merge(questions, settings)).pipe(
    Layer.provide(Layer.succeed(SavedAnswers, saved))
  )
}

const asked = (sessions: Sessions["Service"], session: Ids.SessionId, count: number) =>
  sessions.status(session).pipe(
    Effect.tap(() => Effect.yieldNow),
    Effect.repeat({ until: ({ questions }) => questions.length === count }),
    Effect.map(({ questions }) => questions)
  )

const idOf = (question: Question | undefined): Ids.QuestionId => {
  assert.isDefined(question)
  return question.id
}

/** Prompts, waits for so many questions, answers one of them, and gives what was stored. */
const answering = Effect.fnUntraced(function* (count: number, index: number, answer: Answer) {
  const sessions = yield* Sessions
  const session = yield* sessions.create({ directory: "/project" })
  const input = yield* sessions.prompt(session, "go")
  const questions = yield* asked(sessions, session, count)
  yield* sessions.answer(session, idOf(questions[index]), answer)
  return { sessions, session, questions, outcome: sessions.outcome(session, input) }
})

const settlements = Effect.fnUntraced(function* (session: Ids.SessionId) {
  const events = yield* (yield* SessionStore).read(session, 0)
  return events.flatMap((event) => (event.type === "QuestionSettled" ? [event.data] : []))
})

const run = <A, E>(
  body: Effect.Effect<A, E, Sessions | SessionStore>,
  calls: ReadonlyArray<string>,
  setup: Setup & { readonly offers?: ReadonlyArray<Offer>; readonly ran?: Array<string> } = {}
) =>
  Effect.provide(
    body,
    TestRuntime.layerWith(looks(...calls), [looking(setup.ran ?? [], setup.offers)], services(setup))
  )

describe("a rejection", () => {
  for (const answer of [{ _tag: "reject" }, { _tag: "reject", message: "not these" }] as const) {
    const how = "message" in answer ? "with a message" : "without one"
    it.effect(`${how} rejects the other open questions of the session too, and the event says so`, () => {
      const ran: Array<string> = []
      const body = Effect.gen(function* () {
        const { outcome, questions, session } = yield* answering(3, 1, answer)
        assert.strictEqual((yield* outcome)._tag, "message" in answer ? "completed" : "denied")
        assert.deepStrictEqual(ran, [])
        const settled = yield* settlements(session)
        assert.deepStrictEqual(
          settled.map(({ answer, because, by, question }) => ({ answer, because, by, question })),
          [1, 0, 2].map((index) => ({
            answer,
            because: index === 1 ? undefined : idOf(questions[1]),
            by: "person" as const,
            question: idOf(questions[index])
          }))
        )
      })
      return run(body, ["a", "b", "c"], { ran })
    })
  }

  it.effect("leaves the questions of other sessions open", () => {
    const body = Effect.gen(function* () {
      const sessions = yield* Sessions
      const other = yield* sessions.create({ directory: "/project" })
      yield* sessions.prompt(other, "go")
      const [open] = yield* asked(sessions, other, 1)
      const { outcome } = yield* answering(1, 0, { _tag: "reject", message: "no" })
      yield* outcome
      assert.deepStrictEqual(
        (yield* sessions.status(other)).questions.map(({ id }) => id),
        [idOf(open)]
      )
    })
    return Effect.provide(
      body,
      TestRuntime.layerWith([...looks("a").slice(0, 1), ...looks("b")], [looking([])], services({}))
    )
  })
})

describe("an answer for the session", () => {
  const offers: ReadonlyArray<Offer> = [{ permission: "look", pattern: "src *" }]

  it.effect("saves what the question offered, and answers the open questions that it covers", () => {
    const ran: Array<string> = []
    const body = Effect.gen(function* () {
      const { outcome, questions, session, sessions } = yield* answering(3, 0, { _tag: "session" })
      const [left] = yield* asked(sessions, session, 1)
      assert.deepStrictEqual(questions[0]?.request.offers, offers)
      assert.strictEqual(left?.request.title, "lib a")
      yield* sessions.answer(session, idOf(left), { _tag: "once" })
      assert.strictEqual((yield* outcome)._tag, "completed")
      assert.deepStrictEqual(ran.toSorted(), ["lib a", "src a", "src b"])
      const because = (yield* settlements(session)).map((one) => one.because)
      assert.deepStrictEqual(because, [undefined, idOf(questions[0]), undefined])
    })
    return run(body, ["src a", "src b", "lib a"], { ran, offers })
  })

  it.effect("does not allow what a rule denies, nor what an ask rule names more narrowly", () => {
    const ran: Array<string> = []
    const body = Effect.gen(function* () {
      const { outcome, session, sessions } = yield* answering(2, 0, { _tag: "session" })
      const [left] = yield* asked(sessions, session, 1)
      assert.strictEqual(left?.request.title, "src key")
      yield* sessions.answer(session, idOf(left), { _tag: "reject", message: "no" })
      assert.strictEqual((yield* outcome)._tag, "completed")
      assert.deepStrictEqual(ran, ["src a"])
    })
    const rules = [rule("src secret", "deny"), rule("src key", "ask")]
    return run(body, ["src a", "src secret", "src key"], { ran, offers, rules })
  })

  it.effect("saves nothing where nothing was offered", () => {
    const body = Effect.gen(function* () {
      const { outcome, session, sessions } = yield* answering(2, 0, { _tag: "session" })
      const [left] = yield* asked(sessions, session, 1)
      yield* sessions.answer(session, idOf(left), { _tag: "once" })
      yield* outcome
      assert.deepStrictEqual((yield* sessions.state(session)).approvals, [])
    })
    return run(body, ["a", "b"], { offers: [] })
  })
})

describe("an answer for the project", () => {
  it.effect("is saved, and holds in other sessions of the directory; the call says so", () => {
    const { all, saved } = remembered()
    const ran: Array<string> = []
    const body = Effect.gen(function* () {
      const { outcome, session, sessions } = yield* answering(1, 0, { _tag: "project" })
      yield* outcome
      assert.deepStrictEqual(all, [{ permission: "look", pattern: "a*", literal: true }])
      const later = yield* sessions.create({ directory: "/project" })
      const input = yield* sessions.prompt(later, "again")
      assert.strictEqual((yield* sessions.outcome(later, input))._tag, "completed")
      assert.deepStrictEqual(ran, ["a*", "a*"])
      const store = yield* SessionStore
      const started = [...(yield* store.read(session, 0)), ...(yield* store.read(later, 0))].flatMap((event) =>
        event.type === "CallStarted" ? (event.data.decisions ?? []) : []
      )
      assert.deepStrictEqual(
        started.map(({ by, origin }) => `${by}: ${origin}`),
        ["person: project", "rule: an answer for this project"]
      )
    })
    const layer = TestRuntime.layerWith([...looks("a*"), ...looks("a*")], [looking(ran)], services({ saved }))
    return Effect.provide(body, layer)
  })

  it.effect("never undoes a deny", () => {
    const ran: Array<string> = []
    const { saved } = remembered([{ permission: "look", pattern: "*" }])
    const body = Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(ran, ["b"])
    })
    return run(body, ["a", "b"], { ran, saved, rules: [rule("a", "deny")] })
  })
})

describe("a question", () => {
  it.effect("that nobody answers stays open, and is rejected only where an option says when", () => {
    const expiring = Questions.layerWith({ expireAfter: "10 minutes" })
    const body = (isOver: boolean) =>
      Effect.gen(function* () {
        const sessions = yield* Sessions
        const session = yield* sessions.create({ directory: "/project" })
        const input = yield* sessions.prompt(session, "go")
        const outcome = yield* Effect.forkChild(sessions.outcome(session, input))
        yield* asked(sessions, session, 1)
        yield* TestClock.adjust("11 minutes")
        if (!isOver) return assert.strictEqual((yield* sessions.status(session)).questions.length, 1)
        assert.strictEqual((yield* Fiber.join(outcome))._tag, "denied")
        const [settled] = yield* settlements(session)
        assert.strictEqual(settled?.by, "nobody")
      })
    return Effect.andThen(run(body(true), ["a"], { questions: expiring }), run(body(false), ["a"]))
  })

  it.effect("that was answered before its runtime died is not asked again, though its call had not begun", () =>
    Effect.gen(function* () {
      const ran: Array<string> = []
      const house = yield* sharedHouse
      const first = yield* house.start(looks("a", "b"), [looking(ran)], services({}))
      const session = yield* first.sessions.create({ directory: "/project" })
      const input = yield* first.sessions.prompt(session, "go")
      const [one, other] = yield* asked(first.sessions, session, 2)
      yield* first.close
      yield* house.store.submit(session, "cmd_1" as Ids.CommandId, {
        _tag: "answer",
        question: idOf(other),
        answer: { _tag: "reject", message: "no" }
      })
      const second = yield* house.start([{ answer: [{ text: "done" }] }], [looking(ran)], services({}))
      yield* second.sessions.resume(session)
      assert.strictEqual((yield* second.sessions.outcome(session, input))._tag, "completed")
      const events = yield* house.store.read(session, 0)
      assert.strictEqual(events.filter(({ type }) => type === "QuestionAsked").length, 2)
      const settled = events.flatMap((event) => (event.type === "QuestionSettled" ? [event.data] : []))
      assert.deepStrictEqual(
        settled.map(({ because, question }) => [question, because]),
        [
          [idOf(other), undefined],
          [idOf(one), idOf(other)]
        ]
      )
      assert.deepStrictEqual(ran, [])
    })
  )

  const elsewhere = [
    ["nobody is there", Questions.layerNobody],
    [
      "a policy rejects",
      Layer.provide(
        Questions.layerPolicy(() => Effect.succeed({ _tag: "reject" })),
        Questions.layer
      )
    ]
  ] as const
  for (const [where, questions] of elsewhere) {
    it.effect(`that was answered before its runtime died is answered also where ${where} next`, () =>
      Effect.gen(function* () {
        const ran: Array<string> = []
        const { all, saved } = remembered()
        const house = yield* sharedHouse
        const offers = [{ permission: "look", pattern: "a *" }]
        const first = yield* house.start(looks("a", "b"), [looking(ran, offers)], services({}))
        const session = yield* first.sessions.create({ directory: "/project" })
        const input = yield* first.sessions.prompt(session, "go")
        const [one] = yield* asked(first.sessions, session, 2)
        yield* first.close
        yield* house.store.submit(session, "cmd_1" as Ids.CommandId, {
          _tag: "answer",
          question: idOf(one),
          answer: { _tag: "project" }
        })
        const next = services({ questions, saved })
        const second = yield* house.start([{ answer: [{ text: "done" }] }], [looking(ran, offers)], next)
        yield* second.sessions.resume(session)
        yield* second.sessions.outcome(session, input)
        assert.deepStrictEqual(ran, ["a"])
        assert.deepStrictEqual(all, offers)
        const events = yield* house.store.read(session, 0)
        const settled = events.flatMap((event) => (event.type === "QuestionSettled" ? [event.data.by] : []))
        assert.deepStrictEqual(
          settled.toSorted(),
          [where === "nobody is there" ? "nobody" : "policy", "person"].toSorted()
        )
      })
    )
  }
})

describe("a need that judges itself", () => {
  const judging = (ran: Array<string>) =>
    Tool.make("look", {
      description: "Looks.",
      parameters: z.object({ at: z.string() }),
      safety: "once",
      permissions: ({ at }) =>
        Effect.succeed([
          {
            permission: "look",
            patterns: [at],
            title: at,
            judge: (layers) => {
              const isAnswered = layers.some(({ onlyAsks, rules }) => onlyAsks === "asked" && rules.length > 0)
              if (at === "bad") return Effect.succeed({ action: "deny", why: "it is bad" })
              if (isAnswered) return Effect.succeed({ action: "allow", why: "answered", origin: "an answer" })
              const offers = [{ permission: "look", pattern: "odd *" }]
              return Effect.succeed({ action: "ask", why: "odd", details: "why: odd", offers })
            }
          }
        ]),
      execute: ({ at }) => Effect.sync(() => void ran.push(at)).pipe(Effect.as({ output: at }))
    })

  it.effect("is asked, offers and is denied by its own verdict, whatever the values", () => {
    const ran: Array<string> = []
    const body = Effect.gen(function* () {
      const { outcome, questions, session, sessions } = yield* answering(1, 0, { _tag: "session" })
      assert.strictEqual((yield* outcome)._tag, "completed")
      assert.deepStrictEqual(questions[0]?.request.offers, [{ permission: "look", pattern: "odd *" }])
      assert.strictEqual(questions[0]?.request.details, "why: odd")
      assert.deepStrictEqual(ran, ["odd", "more"])
      const { approvals } = yield* sessions.state(session)
      assert.deepStrictEqual(
        approvals.map(({ pattern }) => pattern),
        ["odd *"]
      )
    })
    const script = [
      { answer: [{ call: "look", input: { at: "odd" } }] },
      { answer: [{ call: "look", input: { at: "bad" } }] },
      { expects: [/declined by a rule: it is bad/], answer: [{ call: "look", input: { at: "more" } }] },
      { answer: [{ text: "done" }] }
    ]
    return Effect.provide(
      body,
      TestRuntime.layerWith(script, [judging(ran)], services({ rules: [rule("*", "allow")] }))
    )
  })
})
