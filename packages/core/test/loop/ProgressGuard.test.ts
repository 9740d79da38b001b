import { assert, describe, it } from "@effect/vitest"
import type { Rule } from "@rein/permission"
import { Arbitrary, Effect, Layer, Schema } from "effect"
import { z } from "zod"
import * as ProgressGuard from "../../src/loop/ProgressGuard.ts"
import * as StopPolicy from "../../src/loop/StopPolicy.ts"
import * as Permission from "../../src/permission/Permission.ts"
import * as Questions from "../../src/question/Questions.ts"
import * as Ids from "../../src/schema/Ids.ts"
import type { Answer } from "../../src/schema/Question.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import * as Fold from "../../src/session/Fold.ts"
import { isCall } from "../../src/session/History.ts"
import { lastText, type SessionState } from "../../src/session/SessionState.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import * as Settings from "../../src/settings/Settings.ts"
import { ScriptedModel, type ScriptedStep, textOf } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { runs } from "../support/arbitrary.ts"
import { callOf, finished, ids, openTurn, requested, sharedHouse, started, type TurnIds } from "../support/runtimes.ts"
import { echo } from "../support/tools.ts"

/** Remembers that it was called, and says what `result` says. */
const look = (seen: Array<string>, result: (count: number) => string = () => "nothing new") =>
  Tool.make("look", {
    description: "Looks.",
    parameters: z.looseObject({}),
    safety: "read",
    execute: (input) =>
      Effect.sync(() => {
        seen.push(JSON.stringify(input))
        return { output: result(seen.length) }
      })
  })

const call = (text: string) => ({ call: "echo", input: { text } })

const say = (text: string): ScriptedStep => ({ answer: [{ text }] })

/** One call of `echo` in each step. */
const calls = (...texts: ReadonlyArray<string>): ReadonlyArray<ScriptedStep> =>
  texts.map((text) => ({ answer: [call(text)] }))

const statuses = (state: SessionState) =>
  [...state.history].flatMap((entry) =>
    entry.type === "step" ? entry.items.filter(isCall).map((item) => item.result?.status) : []
  )

const outputs = (state: SessionState) =>
  [...state.history].flatMap((entry) =>
    entry.type === "step" ? entry.items.filter(isCall).map((item) => item.result?.output ?? "") : []
  )

const notes = (state: SessionState) =>
  [...state.history].flatMap((entry) => (entry.type === "note" && entry.kind === "progress" ? [entry.text] : []))

const tools: ReadonlyArray<Rule> = ["echo", "look", "other"].map((permission) => ({
  permission,
  pattern: "*",
  action: "allow"
}))

/** Rules, then a person. The tools themselves are allowed. */
const asking = (...rules: ReadonlyArray<Rule>) =>
  Layer.provideMerge(
    Permission.layer,
    Layer.merge(
      Questions.layer,
      Settings.layerValues({ model: TestRuntime.scripted, rules: [{ origin: "user", rules: [...tools, ...rules] }] })
    )
  )

const asked = (sessions: Sessions["Service"], session: Ids.SessionId) =>
  sessions.status(session).pipe(
    Effect.tap(() => Effect.yieldNow),
    Effect.repeat({ until: (status) => status.questions.length > 0 }),
    Effect.flatMap(({ questions }) => Effect.fromNullishOr(questions[0]))
  )

/** Prompts, and gives these answers to the questions in their order; `between` looks at each question before its answer. */
const answering = Effect.fnUntraced(function* (answers: ReadonlyArray<Answer>, between: () => void = () => undefined) {
  const sessions = yield* Sessions
  const session = yield* sessions.create({ directory: "/project" })
  const input = yield* sessions.prompt(session, "go")
  const questions = []
  for (const answer of answers) {
    const question = yield* asked(sessions, session)
    between()
    questions.push(question.request)
    yield* sessions.answer(session, question.id, answer)
    yield* sessions.status(session).pipe(
      Effect.tap(() => Effect.yieldNow),
      Effect.repeat({ until: (status) => !status.questions.some((one) => one.id === question.id) })
    )
  }
  const outcome = yield* sessions.outcome(session, input)
  const events = yield* (yield* SessionStore).read(session, 0)
  assert.strictEqual(events.filter((event) => event.type === "QuestionAsked").length, answers.length)
  return { outcome, questions, session, sessions, state: yield* sessions.state(session) }
})

const once: Answer = { _tag: "once" }

describe("equal calls in a row (scenario 34)", () => {
  it.effect(
    "with nobody to ask: a note after two, the third is declined before it runs, insisting ends the turn",
    () => {
      const seen: Array<string> = []
      return Effect.gen(function* () {
        const { outcome, state } = yield* TestRuntime.prompt("go")
        assert.deepStrictEqual(seen, ["x", "x"])
        assert.deepStrictEqual(statuses(state), ["completed", "completed", "declined", "failed"])
        assert.match(outputs(state)[2] ?? "", /echo was called 2 times in a row .* It did not run/)
        assert.strictEqual(notes(state).length, 1)
        assert.strictEqual(outcome._tag, "no-progress")
        assert.match(outcome._tag === "no-progress" ? outcome.message : "", /^echo was called 3 times in a row/)
      }).pipe(Effect.provide(TestRuntime.layer(calls("x", "x", "x", "x"), [echo(seen)])))
    }
  )

  it.effect("the model may do something else after that, and complete", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { outcome } = yield* TestRuntime.prompt("go")
      // Nothing that the task needed was withheld, so the turn is not `denied`.
      assert.deepStrictEqual(outcome, { _tag: "completed" })
      assert.deepStrictEqual(seen, ["x", "x", "edit", "x"])
    }).pipe(Effect.provide(TestRuntime.layer([...calls("x", "x", "x", "edit", "x"), say("done")], [echo(seen)])))
  })

  it.effect("a person is asked before the third, and again before each one that follows", () => {
    const seen: Array<string> = []
    const at: Array<number> = []
    return Effect.gen(function* () {
      const { outcome, questions, state } = yield* answering([once, once], () => at.push(seen.length))
      assert.deepStrictEqual(at, [2, 3])
      assert.deepStrictEqual(
        questions.map(({ patterns, permission, tool }) => ({ patterns, permission, tool })),
        Array.from({ length: 2 }, () => ({ patterns: ["echo"], permission: "doom_loop", tool: "echo" }))
      )
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual(seen.length, 4)
      assert.strictEqual(notes(state).length, 1)
    }).pipe(Effect.provide(TestRuntime.layerWith([...calls("x", "x", "x", "x"), say("done")], [echo(seen)], asking())))
  })

  it.effect("an answer for the session settles the later ones", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      assert.strictEqual((yield* answering([{ _tag: "session" }])).outcome._tag, "completed")
      assert.strictEqual(seen.length, 5)
    }).pipe(
      Effect.provide(TestRuntime.layerWith([...calls("x", "x", "x", "x", "x"), say("done")], [echo(seen)], asking()))
    )
  })

  it.effect("degrees are options: it can end without a question, or be off", () => {
    const seen: Array<string> = []
    const script = [...calls("x", "x", "x"), say("done")]
    const run = (own: Layer.Layer<ProgressGuard.ProgressGuard>) =>
      Effect.map(TestRuntime.prompt("go"), ({ outcome, state }) => [
        outcome._tag,
        seen.splice(0).length,
        notes(state).length
      ]).pipe(Effect.provide(TestRuntime.layerWith(script, [echo(seen)], own), { local: true }))
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* run(ProgressGuard.layerWith({ note: 9, ask: Infinity, stop: 3 })), [
        "no-progress",
        2,
        0
      ])
      assert.deepStrictEqual(yield* run(ProgressGuard.layerWith({ ask: 2 })), ["no-progress", 1, 0])
      assert.deepStrictEqual(yield* run(ProgressGuard.layerOff), ["completed", 3, 0])
    })
  })
})

describe("equal inputs (scenario 35)", () => {
  it.effect("are equal in any order of keys, spelling of numbers and form of characters", () => {
    const seen: Array<string> = []
    const inputs = ['{"a":1,"b":"\u00e9"}', '{"b":"e\u0301","a":1.0}', '{"b":"\u00e9","a":1e0}', '{"a":1,"b":"\u00e9"}']
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "no-progress")
      assert.strictEqual(seen.length, 2)
      assert.strictEqual(statuses(state)[2], "declined")
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          inputs.map((input) => ({ answer: [{ call: "look", input }] })),
          [look(seen)]
        )
      )
    )
  })

  it.effect("differ in a value, its type, or the tool", () => {
    const seen: Array<string> = []
    const inputs = ['{"a":1}', '{"a":1}', '{"a":"1"}', '{"a":1}', '{"a":[1]}', '{"a":1,"b":null}']
    return Effect.gen(function* () {
      assert.strictEqual((yield* TestRuntime.prompt("go")).outcome._tag, "completed")
      assert.strictEqual(seen.length, inputs.length)
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          [...inputs.map((input) => ({ answer: [{ call: "look", input }] })), say("done")],
          [look(seen), { ...look(seen), name: "other" }]
        )
      )
    )
  })
})

describe("what stands in between (scenario 36)", () => {
  it.effect("text does not matter", () => {
    const seen: Array<string> = []
    const script = ["Let me see.", "Once more.", "And again."].map((text) => ({ answer: [{ text }, call("x")] }))
    return Effect.gen(function* () {
      const { state } = yield* TestRuntime.prompt("go")
      assert.deepStrictEqual(statuses(state), ["completed", "completed", "declined"])
    }).pipe(Effect.provide(TestRuntime.layer([...script, say("done")], [echo(seen)])))
  })

  it.effect("another call that is new does: only equal steps in a row count", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      assert.strictEqual((yield* TestRuntime.prompt("go")).outcome._tag, "completed")
      assert.deepStrictEqual(seen, ["x", "1", "x", "2", "x", "3", "x", "4"])
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          [
            ...calls("x", "1", "x", "2"),
            { answer: [call("x"), call("3")] },
            { answer: [call("x"), call("4")] },
            say("done")
          ],
          [echo(seen)]
        )
      )
    )
  })
})

describe("polling (scenario 37)", () => {
  const poll = { answer: [{ call: "look", input: { job: 1 } }] }
  const polls = [...Array.from({ length: 8 }, () => poll), say("done")]

  it.effect("goes on as long as the results change", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual(seen.length, 8)
      assert.deepStrictEqual(notes(state), [])
    }).pipe(Effect.provide(TestRuntime.layer(polls, [look(seen, (count) => `${count} %`)])))
  })

  const ruled = (seen: Array<string>, ...rules: ReadonlyArray<Rule>) =>
    TestRuntime.layerWith(polls, [look(seen)], asking(...rules))

  it.effect("goes on with equal results under a rule that allows doom_loop for the tool", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      assert.strictEqual((yield* answering([])).outcome._tag, "completed")
      assert.strictEqual(seen.length, 8)
    }).pipe(Effect.provide(ruled(seen, { permission: "doom_loop", pattern: "look", action: "allow" })))
  })

  it.effect("a rule that denies it is told to the model without a question", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, state } = yield* answering([])
      assert.strictEqual(outcome._tag, "no-progress")
      assert.match(outputs(state)[2] ?? "", /^doom_loop was declined by a rule/)
    }).pipe(Effect.provide(ruled(seen, { permission: "doom_loop", pattern: "*", action: "deny" })))
  })

  it.effect("who allows everything has not allowed circles", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { questions } = yield* answering([{ _tag: "session" }])
      assert.strictEqual(questions[0]?.permission, "doom_loop")
    }).pipe(Effect.provide(ruled(seen, { permission: "*", pattern: "*", action: "allow" })))
  })
})

describe("equal calls in one step (scenario 38)", () => {
  const three = { answer: [call("x"), call("x"), call("x")] }

  it.effect("count once, and each gets a result", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(
        statuses(state),
        Array.from({ length: 6 }, () => "completed")
      )
    }).pipe(Effect.provide(TestRuntime.layer([three, three, say("done")], [echo(seen)])))
  })

  it.effect("are asked together in the third equal step, also in another order, and each is declined", () => {
    const seen: Array<string> = []
    const pair = [call("x"), call("y")]
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(statuses(state).slice(-3), ["declined", "declined", "declined"])
      assert.strictEqual(seen.length, 5)
    }).pipe(
      Effect.provide(
        TestRuntime.layer(
          [
            { answer: pair },
            { answer: [...pair, call("x")] },
            { answer: [call("y"), call("x"), call("x")] },
            say("done")
          ],
          [echo(seen)]
        )
      )
    )
  })
})

describe("a refusal (scenario 39)", () => {
  it.effect("with a message is read by the model; the call does not run again until the user says something", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, session, sessions, state } = yield* answering([{ _tag: "reject", message: "stop looking" }])
      assert.strictEqual(outcome._tag, "no-progress")
      assert.deepStrictEqual(seen, ["x", "x"])
      assert.match(outputs(state)[2] ?? "", /stop looking/)
      const input = yield* sessions.prompt(session, "now it has changed")
      assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
      assert.deepStrictEqual(seen, ["x", "x", "x", "x"])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith([...calls("x", "x", "x", "x", "x", "x"), say("done")], [echo(seen)], asking())
      )
    )
  })

  it.effect("without one ends the turn", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      assert.strictEqual((yield* answering([{ _tag: "reject" }])).outcome._tag, "denied")
      assert.deepStrictEqual(seen, ["x", "x"])
    }).pipe(Effect.provide(TestRuntime.layerWith(calls("x", "x", "x"), [echo(seen)], asking())))
  })

  it.effect("of a person is asked for again after other work", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, questions } = yield* answering([{ _tag: "reject", message: "edit first" }, once])
      assert.strictEqual(outcome._tag, "completed")
      assert.match(questions[1]?.title ?? "", /was declined as going round in circles/)
      assert.deepStrictEqual(seen, ["x", "x", "edit", "x"])
    }).pipe(
      Effect.provide(TestRuntime.layerWith([...calls("x", "x", "x", "edit", "x"), say("done")], [echo(seen)], asking()))
    )
  })

  it.effect("a steer begins the count anew", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const input = yield* sessions.prompt(session, "go")
      // The question of the third call is open: the person says something instead, then lets that one call go.
      const question = yield* asked(sessions, session)
      yield* sessions.prompt(session, "look twice more")
      yield* sessions.answer(session, question.id, once)
      assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
      assert.strictEqual(seen.length, 5)
    }).pipe(
      Effect.provide(TestRuntime.layerWith([...calls("x", "x", "x", "x", "x"), say("done")], [echo(seen)], asking()))
    )
  })
})

describe("longer circles (scenario 40)", () => {
  it.effect("of two steps end with a clear reason, and what was said is kept", () => {
    const seen: Array<string> = []
    const script = ["a", "b", "a", "b", "a", "b", "a"].map((text, index) => ({
      answer: [{ text: `try ${index + 1}` }, call(text)]
    }))
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "no-progress")
      assert.match(
        outcome._tag === "no-progress" ? outcome.message : "",
        /^the same 2 steps were done 3 times in a row/
      )
      assert.deepStrictEqual(seen, ["a", "b", "a", "b"])
      assert.deepStrictEqual(statuses(state).slice(4), ["declined", "declined", "failed"])
      assert.strictEqual(lastText(state), "try 7")
      assert.strictEqual(notes(state).length, 1)
    }).pipe(Effect.provide(TestRuntime.layer(script, [echo(seen)])))
  })

  it.effect("of answers that a goal keeps asking for end too", () =>
    Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "no-progress")
      assert.match(outcome._tag === "no-progress" ? outcome.message : "", /the same answer 4 times in a row/)
      assert.strictEqual(lastText(state), "I am done.")
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          ["I am done.", "I am  done.", "I am done.\n", "I am done."].map(say),
          [],
          Layer.succeed(
            StopPolicy.StopPolicy,
            StopPolicy.StopPolicy.of({
              mayEnd: () => Effect.succeed({ _tag: "go-on", note: "The tests still fail." }),
              wantsStop: () => Effect.never
            })
          )
        )
      )
    )
  )

  it.effect("of invalid calls end without a question", () =>
    Effect.gen(function* () {
      const { outcome } = yield* answering([])
      assert.strictEqual(outcome._tag, "no-progress")
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          Array.from({ length: 4 }, () => ({ answer: [{ call: "nowhere", input: {} }] })),
          [],
          asking()
        )
      )
    )
  )

  it.effect("through empty answers are seen, and the note on an empty answer is not replaced", () => {
    const seen: Array<string> = []
    const empty: ScriptedStep = { answer: [] }
    const again = calls("x")
    return Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "no-progress")
      assert.deepStrictEqual(seen, ["x", "x"])
      assert.strictEqual(notes(state).filter((text) => text.startsWith("Your answer was empty")).length, 4)
      assert.strictEqual(notes(state).filter((text) => text.startsWith("You went through the same 2 steps")).length, 1)
    }).pipe(
      Effect.provide(
        TestRuntime.layer([empty, ...again, empty, ...again, empty, ...again, empty, ...again], [echo(seen)])
      )
    )
  })

  it.effect("of two empty answers bring no second note beside the one on each", () =>
    Effect.gen(function* () {
      const { outcome, state } = yield* TestRuntime.prompt("go")
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(new Set(notes(state)).size, 1)
      assert.strictEqual(notes(state).length, 2)
      assert.strictEqual(
        textOf((yield* ScriptedModel).requests()[2] ?? assert.fail("no request")).split("empty").length,
        3
      )
    }).pipe(Effect.provide(TestRuntime.layer([{ answer: [] }, { answer: [] }, say("here I am")])))
  )
})

/** The events of a closed step with one call that ran. */
const ranStep = (all: TurnIds, tool: string, output: string) => {
  const one = { ...all, step: Ids.make.step() }
  const made = callOf(tool)
  return [
    SessionEvent.make("StepStarted", { step: one.step, turn: one.turn, index: 0, fingerprint: "" }),
    requested(one, made),
    started(made, "read"),
    SessionEvent.make("CallSettled", { call: made.id, result: { status: "completed", output } }),
    finished(one)
  ]
}

/** A turn with these steps behind it, whose open step asks for one more call. */
const turnWith = (steps: ReadonlyArray<readonly [tool: string, output: string]>, tool: string) => {
  const all = ids()
  const next = callOf(tool)
  const events = [
    ...openTurn(all),
    ...steps.flatMap(([name, output]) => ranStep(all, name, output)),
    SessionEvent.make("StepStarted", { step: all.step, turn: all.turn, index: 0, fingerprint: "" }),
    requested(all, next)
  ]
  return { all, events, next }
}

describe("the log alone", () => {
  it.effect("brings the same question in a new process, which is not asked twice", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const house = yield* sharedHouse
      const { all, events } = turnWith(
        [
          ["look", "nothing new"],
          ["look", "nothing new"]
        ],
        "look"
      )
      yield* house.store.create(all.session, events)
      const first = yield* house.start([], [look(seen)], asking())
      yield* first.sessions.resume(all.session)
      yield* asked(first.sessions, all.session)
      yield* first.close
      const second = yield* house.start([say("done")], [look(seen)], asking())
      yield* second.sessions.resume(all.session)
      const question = yield* asked(second.sessions, all.session)
      assert.deepStrictEqual(seen, [])
      yield* second.sessions.answer(all.session, question.id, once)
      assert.strictEqual((yield* second.sessions.outcome(all.session, all.input))._tag, "completed")
      assert.strictEqual(seen.length, 1)
      const stored = yield* house.store.read(all.session, 0)
      assert.strictEqual(stored.filter((event) => event.type === "QuestionAsked").length, 1)
    }).pipe(Effect.scoped)
  })

  it.effect("is each session's own, also in a tree", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      const store = yield* SessionStore
      const root = Ids.make.session()
      const child = Ids.make.session()
      const made = { directory: "/project", agent: "build", rein: "0.0.0", root }
      yield* store.create(root, [SessionEvent.make("SessionCreated", made)])
      yield* store.create(child, [SessionEvent.make("SessionCreated", { ...made, parent: root })])
      const first = yield* TestRuntime.prompt("go", { session: root })
      assert.strictEqual(first.outcome._tag, "completed")
      const second = yield* TestRuntime.prompt("go", { session: child })
      assert.strictEqual(second.outcome._tag, "no-progress")
      assert.strictEqual(seen.length, 4)
    }).pipe(
      Effect.provide(TestRuntime.layer([...calls("x", "x"), say("done"), ...calls("x", "x", "x", "x")], [echo(seen)]))
    )
  })
})

type Letters = ReadonlyArray<readonly [tool: string, output: string]>

/** Said again in the plainest way: do the last 2p steps consist of two equal halves, and does the call begin or go on with a third? */
const goesRound = (steps: Letters, tool: string): boolean =>
  [1, 2, 3, 4].some((period) => {
    const last = steps.slice(-period).map(String).join()
    const before = steps
      .slice(-2 * period, -period)
      .map(String)
      .join()
    return steps.length >= 2 * period && last === before && steps.at(-period)?.[0] === tool
  })

const advice = (steps: Letters, tool: string): string => {
  const { all, events, next } = turnWith(steps, tool)
  const stored = events.map((event, index) => ({
    session: all.session,
    sequence: index + 1,
    id: Ids.make.event(),
    time: 0,
    version: 1,
    ...event
  }))
  const guard = Effect.runSync(Effect.provide(ProgressGuard.ProgressGuard, ProgressGuard.layer))
  return Effect.runSync(guard.beforeCall(Fold.fold(all.session, stored), next))._tag
}

describe("properties", () => {
  const options = { arbitrary: { runs } }
  const tool = Arbitrary.schema(Schema.Literals(["a", "b", "c", "d", "e"]))
  const few = Arbitrary.schema(Schema.Literals(["a", "b"]))
  const output = Arbitrary.schema(Schema.Literals(["0", "0", "0", "1"]))
  const step = Arbitrary.map(Arbitrary.all({ few, output }), (one) => [one.few, one.output] as const)
  const period = Arbitrary.schema(Schema.Literals([1, 2, 3, 4]))

  it.prop(
    "among random steps it asks exactly where a circle with equal results goes on",
    { steps: Arbitrary.array(step, { maxLength: 14 }), next: few },
    ({ next, steps }) => {
      assert.strictEqual(advice(steps, next), goesRound(steps, next) ? "ask" : "go-on")
    },
    options
  )

  it.prop(
    "a circle of up to four steps is found wherever it begins, unless one result of its last two rounds differs",
    {
      before: Arbitrary.array(tool, { maxLength: 6 }),
      period,
      extra: period,
      changed: Arbitrary.schema(Schema.Literals([-1, -1, 0, 1, 2, 3, 4, 5, 6, 7]))
    },
    ({ before, changed, extra, period: length }) => {
      const names = ["p", "q", "r", "s"].slice(0, length)
      const count = 2 * length + (extra % length)
      const round = Array.from({ length: count }, (_, index) => [names[index % length] ?? "", "same"] as const)
      // Counted from the end; a change in the last two rounds breaks the circle.
      const steps = round.map((one, index) => (count - 1 - index === changed ? ([one[0], "other"] as const) : one))
      const next = names[count % length] ?? ""
      const isBroken = changed >= 0 && changed < 2 * length
      const all = [...before.map((name, index) => [name, `${index}`] as const), ...steps]
      assert.strictEqual(advice(all, next), isBroken ? "go-on" : "ask")
    },
    options
  )

  it.prop(
    "polling with changing results is never in the way",
    { names: Arbitrary.array(few, { maxLength: 24 }), next: few },
    ({ names, next }) => {
      assert.strictEqual(
        advice(
          names.map((name, index) => [name, `${index}`] as const),
          next
        ),
        "go-on"
      )
    },
    options
  )
})
