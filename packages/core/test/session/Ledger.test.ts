import { assert, describe, it } from "@effect/vitest"
import * as Ids from "../../src/schema/Ids.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import * as Usage from "../../src/schema/Usage.ts"
import { fold } from "../../src/session/Fold.ts"
import { entries } from "../../src/session/Ledger.ts"
import * as Spending from "../../src/session/Spending.ts"
import { log, runs } from "../support/arbitrary.ts"

const session = Ids.make.session()
const hash = "0".repeat(64)

/** The events as a store gives them back, a second apart. */
const stored = (events: ReadonlyArray<SessionEvent.SessionEvent>): ReadonlyArray<SessionEvent.StoredEvent> =>
  events.map((event, index) => ({
    ...event,
    session,
    sequence: index + 1,
    id: Ids.make.event(),
    time: index * 1_000,
    version: 1
  }))

const usage: Usage.Usage = { input: 7, cacheRead: 0, cacheWrite: 0, output: 2, reasoning: 0 }

const epoch = (model: string) =>
  SessionEvent.make("EpochStarted", {
    reason: "first",
    model: { provider: "p", model },
    agent: "build",
    system: Ids.BlobHash.make(hash),
    tools: Ids.BlobHash.make(hash)
  })

const finished = (step: Ids.StepId, finish: SessionEvent.FinishReason, cost: Usage.Cost, used: Usage.Usage = usage) =>
  SessionEvent.make("StepFinished", { step, finish, usage: used, cost, durationMillis: 1 })

const said = (step: Ids.StepId) =>
  SessionEvent.make("PartFinished", { step, part: { type: "text", id: Ids.make.part(), text: "x" } })

describe("the ledger", () => {
  it("has each step with the model of its epoch and the time of its end", () => {
    const step = Ids.make.step()
    const found = entries(stored([epoch("a"), finished(step, "stop", 5), epoch("b"), finished(step, "stop", 6)]))
    assert.deepStrictEqual(
      found.map(({ cost, model, time }) => [model.model, cost, time]),
      [
        ["a", 5, 1_000],
        ["b", 6, 3_000]
      ]
    )
  })

  it("leaves out what a fork has inherited", () => {
    const step = Ids.make.step()
    const forked = SessionEvent.make("ForkedFrom", { from: session, sequence: 2, inherited: 2, rein: "0" })
    const found = entries(stored([forked, epoch("a"), finished(step, "stop", 5), finished(step, "stop", 6)]))
    assert.deepStrictEqual(
      found.map(({ cost, model }) => [model.model, cost]),
      [["a", 6]]
    )
  })

  it("leaves out an attempt that was refused before it said anything, and keeps one that was cut as unknown", () => {
    const [refused, cut] = [Ids.make.step(), Ids.make.step()]
    const found = entries(
      stored([
        epoch("a"),
        finished(refused, "error", "unknown", Usage.unknown),
        said(cut),
        finished(cut, "error", "unknown", Usage.unknown)
      ])
    )
    assert.deepStrictEqual(
      found.map(({ cost }) => cost),
      ["unknown"]
    )
  })

  const ends = (["stop", "error", "interrupted", "cut"] as const).flatMap((finish) =>
    [true, false].flatMap((hasSaid) =>
      ([5, "unknown"] as const).map((cost) => [finish, hasSaid ? "said" : "silent", cost] as const)
    )
  )

  it.each(ends)("says of a step that ended as %s, %s, for %s, what state and budget say", (finish, told, cost) => {
    const step = Ids.make.step()
    const events = stored([
      epoch("a"),
      SessionEvent.make("StepStarted", { step, turn: Ids.make.turn(), index: 0, fingerprint: "" }),
      ...(told === "said" ? [said(step)] : []),
      finished(step, finish, cost, cost === "unknown" ? Usage.unknown : usage)
    ])
    const sum = entries(events).reduce<Usage.Cost>((all, one) => Usage.addCost(all, one.cost), 0)
    const state = fold(session, events)
    const wanted = finish === "error" && told === "silent" && cost === "unknown" ? 0 : cost
    assert.deepStrictEqual([sum, state.cost, Spending.totalOf(Spending.of(events).money)], [wanted, wanted, wanted])
  })

  it.prop(
    "never has more entries than steps that ended",
    { events: log },
    ({ events }) => {
      const ends = events.filter(({ type }) => type === "StepFinished").length
      assert.isAtMost(entries(events).length, ends)
    },
    { arbitrary: { runs } }
  )
})
