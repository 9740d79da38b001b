import { assert, describe, it } from "@effect/vitest"
import type { Rule } from "@rein/permission"
import { Effect, Layer } from "effect"
import { z } from "zod"
import * as Agents from "../../src/agent/Agents.ts"
import * as Permission from "../../src/permission/Permission.ts"
import * as Questions from "../../src/question/Questions.ts"
import * as Ids from "../../src/schema/Ids.ts"
import type { Answer } from "../../src/schema/Question.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { isCall } from "../../src/session/History.ts"
import type { SessionState } from "../../src/session/SessionState.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import * as Settings from "../../src/settings/Settings.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { callOf, ids, openStep, openTurn, requested, sharedHouse } from "../support/runtimes.ts"

/** A shell that only remembers what it was told to run; each command is its own value. */
const shell = (ran: Array<string>) =>
  Tool.make("bash", {
    description: "Runs a command.",
    parameters: z.object({ command: z.string(), values: z.optional(z.array(z.string())) }),
    safety: "once",
    permissions: ({ command, values }) =>
      Effect.succeed([{ permission: "bash", patterns: values ?? [command], title: `run ${command}` }]),
    execute: ({ command }) =>
      Effect.sync(() => {
        ran.push(command)
        return { output: `ran ${command}` }
      })
  })

const rule = (pattern: string, action: Rule["action"]): Rule => ({ permission: "bash", pattern, action })

const rules = (...all: ReadonlyArray<Rule>) =>
  Layer.provideMerge(
    Permission.layer,
    Layer.merge(
      Questions.layer,
      Settings.layerValues({ model: TestRuntime.scripted, rules: [{ origin: "user", rules: all }] })
    )
  )

const commands = (...all: ReadonlyArray<string>) => [
  { answer: all.map((command) => ({ call: "bash", input: { command } })) },
  { answer: [{ text: "done" }] }
]

/** One call after the other, each in its own step. */
const oneByOne = (...all: ReadonlyArray<string>) => [
  ...all.map((command) => ({ answer: [{ call: "bash", input: { command } }] })),
  { answer: [{ text: "done" }] }
]

const statuses = (state: SessionState) =>
  [...state.history].flatMap((entry) =>
    entry.type === "step" ? entry.items.filter(isCall).map((item) => item.result?.status) : []
  )

const asked = (sessions: Sessions["Service"], session: Ids.SessionId, count = 1) =>
  sessions.status(session).pipe(
    Effect.tap(() => Effect.yieldNow),
    Effect.repeat({ until: (status) => status.questions.length === count }),
    Effect.map(({ questions }) => questions)
  )

/** Prompts, gives these answers to the questions in their order, and waits. */
const answering = Effect.fnUntraced(function* (...answers: ReadonlyArray<Answer>) {
  const sessions = yield* Sessions
  const session = yield* sessions.create({ directory: "/project" })
  const input = yield* sessions.prompt(session, "go")
  for (const answer of answers) {
    for (const question of yield* asked(sessions, session)) {
      yield* sessions.answer(session, question.id, answer)
      yield* sessions.status(session).pipe(
        Effect.tap(() => Effect.yieldNow),
        Effect.repeat({ until: (status) => !status.questions.some((one) => one.id === question.id) })
      )
    }
  }
  const outcome = yield* sessions.outcome(session, input)
  const events = yield* (yield* SessionStore).read(session, 0)
  const questions = events.filter((event) => event.type === "QuestionAsked").length
  return { outcome, questions, state: yield* sessions.state(session), session, sessions }
})

describe("rules", () => {
  it.effect("decide before any person is asked", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, questions, state } = yield* answering()
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual(questions, 0)
      assert.deepStrictEqual(ran, ["ls"])
      assert.deepStrictEqual(statuses(state), ["completed", "declined"])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(commands("ls", "rm -rf /"), [shell(ran)], rules(rule("*", "allow"), rule("rm *", "deny")))
      )
    )
  })

  it.effect("that deny are told to the model, and no answer can undo them", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, questions } = yield* answering({ _tag: "session" })
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual(questions, 1)
      assert.deepStrictEqual(ran, ["ls"])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            { answer: [{ call: "bash", input: { command: "ls" } }] },
            // The approved value does not help where another one of the request is denied.
            { answer: [{ call: "bash", input: { command: "rm", values: ["ls", "rm"] } }] },
            { expects: [/declined by a rule: a rule of user denies it \(bash rm\)/], answer: [{ text: "done" }] }
          ],
          [shell(ran)],
          rules(rule("rm", "deny"))
        )
      )
    )
  })

  it.effect(
    "that come last are behind the agent's, and one that is only for asks undoes no deny of project or agent",
    () => {
      const ran: Array<string> = []
      const agent = { ...Agents.build, rules: [rule("git push", "deny"), rule("make", "ask")] }
      const settings = Settings.layerValues({
        model: TestRuntime.scripted,
        rules: [{ origin: "project", rules: [rule("rm", "deny")] }],
        lastRules: [
          { origin: "--yes", onlyAsks: true, rules: [rule("*", "allow")] },
          { origin: "the command line", rules: [rule("curl", "deny")] }
        ]
      })
      return Effect.gen(function* () {
        const { outcome, questions, state } = yield* answering()
        assert.strictEqual(outcome._tag, "completed")
        assert.strictEqual(questions, 0)
        assert.deepStrictEqual(ran, ["ls", "make"])
        assert.deepStrictEqual(statuses(state), ["completed", "completed", "declined", "declined", "declined"])
      }).pipe(
        Effect.provide(
          TestRuntime.layerWith(
            commands("ls", "make", "git push", "rm", "curl"),
            [shell(ran)],
            Layer.provideMerge(Permission.layer, Layer.mergeAll(Questions.layer, Agents.layerValues([agent]), settings))
          )
        )
      )
    }
  )

  it.effect("ask for a call that names no value, also after an approval", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, questions, state } = yield* answering({ _tag: "session" }, { _tag: "reject", message: "no" })
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual(questions, 2)
      assert.deepStrictEqual(ran, ["ls"])
      assert.deepStrictEqual(statuses(state), ["completed", "declined"])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            { answer: [{ call: "bash", input: { command: "ls" } }] },
            { answer: [{ call: "bash", input: { command: "anything", values: [] } }] },
            { answer: [{ text: "done" }] }
          ],
          [shell(ran)],
          rules()
        )
      )
    )
  })
})

describe("a person's answer", () => {
  it.effect("once is for this call only", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, questions } = yield* answering({ _tag: "once" }, { _tag: "once" })
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual(questions, 2)
      assert.deepStrictEqual(ran, ["ls", "ls"])
    }).pipe(Effect.provide(TestRuntime.layerWith(oneByOne("ls", "ls"), [shell(ran)], rules())))
  })

  it.effect("session allows exactly this value from then on, never a pattern", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, questions, state } = yield* answering({ _tag: "session" }, { _tag: "reject", message: "no" })
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual(questions, 2)
      assert.deepStrictEqual(ran, ["ls *", "ls *"])
      assert.deepStrictEqual(statuses(state), ["completed", "completed", "declined"])
    }).pipe(Effect.provide(TestRuntime.layerWith(oneByOne("ls *", "ls *", "ls -la"), [shell(ran)], rules())))
  })

  it.effect("reject with a message is read by the model, and the turn goes on", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const { outcome } = yield* answering({ _tag: "reject", message: "use git instead" })
      assert.strictEqual(outcome._tag, "completed")
      assert.deepStrictEqual(ran, [])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            { answer: [{ call: "bash", input: { command: "ls" } }] },
            { expects: ["use git instead", "It did not run."], answer: [{ text: "done" }] }
          ],
          [shell(ran)],
          rules()
        )
      )
    )
  })

  it.effect("reject without one ends the turn as denied; a later turn works", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, session, sessions } = yield* answering({ _tag: "reject" })
      assert.strictEqual(outcome._tag, "denied")
      assert.deepStrictEqual(ran, [])
      const later = yield* sessions.prompt(session, "go on")
      assert.strictEqual((yield* sessions.outcome(session, later))._tag, "completed")
    }).pipe(Effect.provide(TestRuntime.layerWith(commands("ls"), [shell(ran)], rules())))
  })

  it.effect("that comes twice, or to a question that nobody asked, changes nothing", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const sessions = yield* Sessions
      const session = yield* sessions.create({ directory: "/project" })
      const input = yield* sessions.prompt(session, "go")
      const [question] = yield* asked(sessions, session)
      yield* sessions.answer(session, Ids.make.question(), { _tag: "once" })
      const id = question?.id ?? Ids.make.question()
      yield* sessions.answer(session, id, { _tag: "reject", message: "no" })
      yield* sessions.answer(session, id, { _tag: "once" })
      assert.strictEqual((yield* sessions.outcome(session, input))._tag, "completed")
      assert.deepStrictEqual(ran, [])
    }).pipe(Effect.provide(TestRuntime.layerWith(commands("ls"), [shell(ran)], rules())))
  })
})

describe("a call that needs several permissions for one thing", () => {
  /** Opens a file, and leaves the project for it. */
  const opener = (ran: Array<string>) =>
    Tool.make("open", {
      description: "Opens a file.",
      parameters: z.object({ path: z.string() }),
      safety: "once",
      permissions: ({ path }) =>
        Effect.succeed([
          {
            permission: "open",
            patterns: [path],
            title: `open ${path}`,
            also: [{ permission: "leave", patterns: [path] }]
          }
        ]),
      execute: ({ path }) => Effect.sync(() => void ran.push(path)).pipe(Effect.as({ output: `opened ${path}` }))
    })
  const open = { answer: [{ call: "open", input: { path: "/x" } }] }
  const done = { answer: [{ text: "done" }] }
  const opening = (action: Record<"open" | "leave", Rule["action"]>) =>
    rules(...Object.entries(action).map(([permission, action]) => ({ permission, pattern: "*", action })))

  it.effect("is one question, and its answer for the session covers all of it", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const { outcome, questions } = yield* answering({ _tag: "session" })
      assert.strictEqual(outcome._tag, "completed")
      assert.strictEqual(questions, 1)
      assert.deepStrictEqual(ran, ["/x", "/x"])
    }).pipe(Effect.provide(TestRuntime.layerWith([open, open, done], [opener(ran)], rules())))
  })

  for (const [open_, leave, asked] of [
    ["allow", "allow", 0],
    ["allow", "ask", 1],
    ["ask", "allow", 1]
  ] as const) {
    it.effect(`asks ${asked} times where the rules say ${open_} and ${leave}`, () => {
      const ran: Array<string> = []
      return Effect.gen(function* () {
        const answers = Array.from({ length: asked }, () => ({ _tag: "once" }) as const)
        const { questions } = yield* answering(...answers)
        assert.strictEqual(questions, asked)
        assert.deepStrictEqual(ran, ["/x"])
      }).pipe(Effect.provide(TestRuntime.layerWith([open, done], [opener(ran)], opening({ open: open_, leave }))))
    })
  }

  it.effect("is denied when one of them is, by its name", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const { questions } = yield* answering()
      assert.strictEqual(questions, 0)
      assert.deepStrictEqual(ran, [])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [open, { expects: [/leave was declined by a rule/], ...done }],
          [opener(ran)],
          opening({ open: "allow", leave: "deny" })
        )
      )
    )
  })

  it.effect("is asked again where an answer was for only one of them", () => {
    const ran: Array<string> = []
    const plain = Tool.make("plain", {
      description: "Opens a file of the project.",
      parameters: z.object({}),
      safety: "once",
      permissions: () => Effect.succeed([{ permission: "open", patterns: ["/x"], title: "open" }]),
      execute: () => Effect.succeed({ output: "opened" })
    })
    return Effect.gen(function* () {
      const { questions } = yield* answering({ _tag: "session" }, { _tag: "once" })
      assert.strictEqual(questions, 2)
      assert.deepStrictEqual(ran, ["/x"])
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith([{ answer: [{ call: "plain", input: {} }] }, open, done], [opener(ran), plain], rules())
      )
    )
  })
})

describe("nobody to ask", () => {
  it.effect("declines, tells why, and the outcome lists what was declined", () => {
    const ran: Array<string> = []
    return Effect.gen(function* () {
      const { outcome } = yield* answering()
      assert.deepStrictEqual(ran, ["ls"])
      const declined = outcome._tag === "denied" ? outcome.declined : []
      assert.deepStrictEqual(
        declined.map(({ patterns, permission, reason, tool }) => ({ patterns, permission, reason, tool })),
        [{ patterns: ["git push"], permission: "bash", reason: "Nobody is there to answer.", tool: "bash" }]
      )
    }).pipe(
      Effect.provide(
        TestRuntime.layerWith(
          [
            {
              answer: [
                { call: "bash", input: { command: "ls" } },
                { call: "bash", input: { command: "git push" } }
              ]
            },
            { expects: [/nobody could be asked/], answer: [{ text: "done" }] }
          ],
          [shell(ran)],
          Layer.provide(
            Permission.layer,
            Layer.merge(
              Questions.layerNobody,
              Settings.layerValues({ rules: [{ origin: "user", rules: [rule("ls", "allow")] }] })
            )
          )
        )
      )
    )
  })
})

describe("a question and the death of its runtime", () => {
  it.effect("survives a shutdown: it is not asked twice, and the answer lets the call run once", () =>
    Effect.gen(function* () {
      const ran: Array<string> = []
      const house = yield* sharedHouse
      const first = yield* house.start(commands("ls"), [shell(ran)], rules())
      const session = yield* first.sessions.create({ directory: "/project" })
      const input = yield* first.sessions.prompt(session, "go")
      const [before] = yield* asked(first.sessions, session)
      yield* first.close

      const second = yield* house.start([{ expects: ["ran ls"], answer: [{ text: "done" }] }], [shell(ran)], rules())
      yield* second.sessions.resume(session)
      const [after] = yield* asked(second.sessions, session)
      assert.strictEqual(after?.id, before?.id)
      yield* second.sessions.answer(session, after?.id ?? Ids.make.question(), { _tag: "once" })
      assert.strictEqual((yield* second.sessions.outcome(session, input))._tag, "completed")
      assert.deepStrictEqual(ran, ["ls"])
      const types = (yield* house.store.read(session, 0)).map((event) => event.type)
      assert.strictEqual(types.filter((type) => type === "QuestionAsked").length, 1)
      assert.strictEqual(types.filter((type) => type === "TurnEnded").length, 1)
      assert.strictEqual(types.filter((type) => type === "CallSettled").length, 1)
    })
  )

  it.effect("survives a crash, with the answer that was given meanwhile", () =>
    Effect.gen(function* () {
      const ran: Array<string> = []
      const house = yield* sharedHouse
      const all = ids()
      const call = callOf("bash", { command: "ls" })
      const id = Ids.make.question()
      const request = { call: call.id, tool: "bash", permission: "bash", patterns: ["ls"], title: "run ls" }
      yield* house.store.create(all.session, [
        ...openStep(all),
        requested(all, call),
        SessionEvent.make("QuestionAsked", { question: { id, request } })
      ])
      yield* house.store.submit(all.session, Ids.make.command(), {
        _tag: "answer",
        question: id,
        answer: { _tag: "once" }
      })
      const runtime = yield* house.start([{ answer: [{ text: "done" }] }], [shell(ran)], rules())
      yield* runtime.sessions.resume(all.session)
      assert.strictEqual((yield* runtime.sessions.outcome(all.session, all.input))._tag, "completed")
      assert.deepStrictEqual(ran, ["ls"])
      const types = (yield* house.store.read(all.session, 0)).map((event) => event.type)
      assert.strictEqual(types.filter((type) => type === "QuestionAsked").length, 1)
    })
  )

  it.effect("that had been rejected is not asked again: the turn ends as denied", () =>
    Effect.gen(function* () {
      const ran: Array<string> = []
      const house = yield* sharedHouse
      const all = ids()
      const call = callOf("bash", { command: "ls" })
      const id = Ids.make.question()
      const request = { call: call.id, tool: "bash", permission: "bash", patterns: ["ls"], title: "run ls" }
      yield* house.store.create(all.session, [
        ...openStep(all),
        requested(all, call),
        SessionEvent.make("QuestionAsked", { question: { id, request } }),
        SessionEvent.make("QuestionSettled", { question: id, answer: { _tag: "reject" }, by: "person" })
      ])
      const runtime = yield* house.start([], [shell(ran)], rules())
      assert.strictEqual((yield* runtime.sessions.outcome(all.session, all.input))._tag, "denied")
      assert.deepStrictEqual(ran, [])
    })
  )

  it.effect("is not needed when an interrupt was stored before the owner died", () =>
    Effect.gen(function* () {
      const ran: Array<string> = []
      const house = yield* sharedHouse
      const all = ids()
      yield* house.store.create(all.session, openTurn(all))
      yield* house.store.submit(all.session, Ids.make.command(), { _tag: "interrupt", turn: all.turn })
      const runtime = yield* house.start(commands("ls"), [shell(ran)], rules(rule("*", "allow")))
      assert.strictEqual((yield* runtime.sessions.outcome(all.session, all.input))._tag, "interrupted")
      assert.deepStrictEqual(ran, [])
    })
  )
})
