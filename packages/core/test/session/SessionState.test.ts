import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import * as ContextBuilder from "../../src/context/ContextBuilder.ts"
import * as Ids from "../../src/schema/Ids.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { apply, fold } from "../../src/session/Fold.ts"
import { initial, inputOutcome, lastText, type SessionState } from "../../src/session/SessionState.ts"
import { log, runs, steps } from "../support/arbitrary.ts"
import { problems } from "../support/history.ts"
import { callOf, finished, ids, openStep, openTurn, requested } from "../support/runtimes.ts"

const session = Ids.make.session()

const stored = (events: ReadonlyArray<SessionEvent.SessionEvent>): ReadonlyArray<SessionEvent.StoredEvent> =>
  events.map((event, index) => ({ session, sequence: index + 1, id: Ids.make.event(), time: 0, version: 1, ...event }))

const folded = (...events: ReadonlyArray<SessionEvent.SessionEvent>) => fold(session, stored(events))

const settledAs = (call: Ids.CallId, output: string) =>
  SessionEvent.make("CallSettled", { call, result: { status: "completed", output } })

const steps_ = (state: SessionState) => [...state.history].filter((entry) => entry.type === "step")

const outputs = (state: SessionState) =>
  steps_(state).flatMap((entry) =>
    entry.items.map((item) => (item.type === "call" ? item.result?.output : item.part.type))
  )

/** Everything in a state as plain data, so that two can be compared. */
const plain = (state: SessionState): unknown => JSON.parse(JSON.stringify(state))

describe("the fold", () => {
  it("takes only the first result of a call, and none of a call that nobody made", () => {
    const all = ids()
    const call = callOf("x")
    const state = folded(
      ...openStep(all),
      requested(all, call),
      settledAs(Ids.make.call(), "of nobody"),
      settledAs(call.id, "first"),
      settledAs(call.id, "second"),
      finished(all),
      settledAs(call.id, "late")
    )
    assert.deepStrictEqual(outputs(state), ["first"])
    assert.strictEqual(state.recent.length, 1)
  })

  it("has a job from the call that starts it to the call or the note that tells its end; undoing changes nothing of it", () => {
    const all = ids()
    const [first, second] = [callOf("bash"), callOf("bash")]
    const [one, other] = [Ids.make.job(), Ids.make.job()]
    const startedBy = (call: Ids.CallId, id: Ids.JobId, isRunning = true) =>
      SessionEvent.make("CallSettled", {
        call,
        result: { status: "completed", output: "", job: { id, command: "npm start", isRunning } }
      })
    const begun = [...openStep(all), requested(all, first), requested(all, second), startedBy(first.id, one)]
    const jobs = (...events: ReadonlyArray<SessionEvent.SessionEvent>) => folded(...begun, ...events).jobs
    assert.deepStrictEqual(jobs(), [{ id: one, command: "npm start" }])
    assert.deepStrictEqual(jobs(SessionEvent.make("Reverted", { to: 2 })), [{ id: one, command: "npm start" }])
    assert.deepStrictEqual(jobs(startedBy(second.id, one, false)), [])
    assert.deepStrictEqual(
      jobs(startedBy(second.id, other), SessionEvent.make("NoteAdded", { kind: "job", text: "", job: one })),
      [{ id: other, command: "npm start" }]
    )
    const copied = SessionEvent.make("ForkedFrom", { from: session, sequence: 9, inherited: 9, rein: "0.0.0" })
    assert.deepStrictEqual(folded(copied, ...begun).jobs, [])
  })

  it("keeps the step open until each call has its result; what comes meanwhile stands behind it", () => {
    const all = ids()
    const call = callOf("x")
    const begun = [
      ...openStep(all),
      requested(all, call),
      finished(all),
      SessionEvent.make("NoteAdded", { kind: "k", text: "n" })
    ]
    assert.isDefined(folded(...begun).step)
    assert.strictEqual(steps_(folded(...begun)).length, 0)
    const state = folded(...begun, settledAs(call.id, "done"))
    assert.isUndefined(state.step)
    assert.deepStrictEqual(
      [...state.history].map((entry) => entry.type),
      ["input", "step", "note"]
    )
  })

  it("delivers an input once, and only one that was submitted", () => {
    const all = ids()
    const again = SessionEvent.make("InputDelivered", { input: all.input, command: all.command, turn: all.turn })
    const strange = SessionEvent.make("InputDelivered", {
      input: Ids.make.input(),
      command: Ids.make.command(),
      turn: all.turn
    })
    const state = folded(...openTurn(all), again, strange)
    assert.strictEqual([...state.history].length, 1)
    assert.deepStrictEqual(state.delivered, [all.input])
    assert.deepStrictEqual(state.waiting, [])
  })

  it("gives each input the outcome of its turn, by the first end of that turn only", () => {
    const all = ids()
    const end = (turn: Ids.TurnId, tag: "completed" | "interrupted") =>
      SessionEvent.make("TurnEnded", { turn, outcome: { _tag: tag }, durationMillis: 0 })
    const strange = folded(...openTurn(all), end(Ids.make.turn(), "interrupted"))
    assert.isUndefined(inputOutcome(strange, all.input))
    assert.isDefined(strange.turn)
    const state = folded(...openTurn(all), end(all.turn, "completed"), end(all.turn, "interrupted"))
    assert.deepStrictEqual(inputOutcome(state, all.input), { _tag: "completed" })
    assert.deepStrictEqual(state.lastTurn?.outcome, { _tag: "completed" })
  })

  it("withdraws only what waits", () => {
    const all = ids()
    const [created, submitted, ...rest] = openTurn(all)
    const withdrawn = SessionEvent.make("InputWithdrawn", { input: all.input, command: Ids.make.command() })
    const before = [created, submitted].flatMap((event) => (event === undefined ? [] : [event]))
    assert.deepStrictEqual(inputOutcome(folded(...before, withdrawn), all.input), { _tag: "withdrawn" })
    const late = folded(...before, ...rest, withdrawn)
    assert.isUndefined(inputOutcome(late, all.input))
    assert.strictEqual([...late.history].length, 1)
  })

  it("counts the usage of a step once, and unknown stays unknown", () => {
    const all = ids()
    const state = folded(...openStep(all), finished(all), finished(all))
    assert.deepStrictEqual([state.usage.input, state.turn?.usage.output, state.cost], [1, 1, "unknown"])
  })

  it("hides what was reverted and summarises what was compacted, and names the rewrite", () => {
    const note = (text: string) => SessionEvent.make("NoteAdded", { kind: "k", text })
    const reverted = folded(note("a"), note("b"), SessionEvent.make("Reverted", { to: 1 }))
    assert.deepStrictEqual([reverted.history.length, reverted.rewrite], [1, "undo"])
    const compacted = folded(
      note("a"),
      note("b"),
      SessionEvent.make("Compacted", { summary: "s", keepFrom: 2, why: "" })
    )
    assert.deepStrictEqual(
      [...compacted.history].map((entry) => entry.type),
      ["summary", "note"]
    )
    assert.deepStrictEqual([compacted.rewrite, compacted.filled], ["compaction", "unknown"])
  })

  it("is read-only from the first newer event on, and names the first", () => {
    const newer = (sequence: number, type: string): SessionEvent.StoredEvent => ({
      session,
      sequence,
      id: Ids.make.event(),
      time: 0,
      version: sequence,
      type: "Unknown",
      data: { type, data: 1 }
    })
    const state = fold(session, [
      ...stored([SessionEvent.make("TurnStarted", { turn: Ids.make.turn(), rein: "1.2" })]),
      newer(2, "First"),
      newer(3, "Second")
    ])
    assert.deepStrictEqual(state.readOnly, { type: "First", version: 2, rein: "1.2" })
    assert.strictEqual(state.sequence, 3)
  })
})

describe("properties", () => {
  const options = { arbitrary: { runs } }

  it.prop(
    "any events in any order fold, and so does any prefix of them",
    { events: log },
    ({ events }) => {
      let state = initial(session)
      for (const event of events) state = apply(state, event)
      assert.strictEqual(state.sequence, events.length)
    },
    options
  )

  it.prop(
    "two folds of the same log are equal",
    { events: log },
    ({ events }) => {
      assert.deepStrictEqual(plain(fold(session, events)), plain(fold(session, events)))
    },
    options
  )

  it.prop(
    "a log may be folded in parts, and an old state is not changed by folding on",
    { events: steps, other: steps, at: Arbitrary.schema(Schema.Literals([0, 1, 3, 7, 15, 30])) },
    ({ at, events, other }) => {
      const before = fold(session, events.slice(0, at))
      const seen = plain(before)
      const whole = events.slice(at).reduce(apply, before)
      assert.deepStrictEqual(plain(whole), plain(fold(session, events)))
      assert.deepStrictEqual(plain(before), seen)
      // Two futures of one past do not see each other.
      const seenWhole = plain(whole)
      const fork = other.slice(at).reduce(apply, before)
      assert.deepStrictEqual(
        plain(fork),
        plain([...events.slice(0, at), ...other.slice(at)].reduce(apply, initial(session)))
      )
      assert.deepStrictEqual(plain(whole), seenWhole)
    },
    options
  )

  it.prop(
    "the history that is built from any log is valid",
    { events: steps },
    ({ events }) => {
      const builder = ContextBuilder.make()
      let state = initial(session)
      for (const event of events) {
        state = apply(state, event)
        const { request } = builder.build(state, { system: [], tools: [] })
        assert.deepStrictEqual(problems(request.messages), [])
      }
      // A builder that remembers gives what a new one gives.
      const texts = { system: [], tools: [] }
      assert.deepStrictEqual(builder.build(state, texts), ContextBuilder.make().build(state, texts))
      assert.isString(lastText(state))
    },
    options
  )
})
