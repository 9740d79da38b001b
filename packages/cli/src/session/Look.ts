/** Shows stored sessions. Only reads. */
import type { SessionId } from "@rein/core/schema/Ids"
import type { StoredEvent } from "@rein/core/schema/SessionEvent"
import * as Spending from "@rein/core/session/Spending"
import { type SessionInfo, SessionStore } from "@rein/core/session/SessionStore"
import { fold } from "@rein/core/session/Fold"
import { Effect, Stream } from "effect"
import { UsageError } from "../Failure.ts"
import { dataFolder, realDirectory } from "../Folders.ts"
import * as Harness from "../Harness.ts"
import { count, money } from "../Numbers.ts"
import { ofProcess } from "../Output.ts"
import { stored } from "../run/Choose.ts"
import * as View from "../run/View.ts"
import { visible, visibleJson } from "../Visible.ts"
import * as Readable from "./Readable.ts"

const row = ({ directory, id, title, updatedAt }: SessionInfo): string =>
  [id, new Date(updatedAt).toISOString().slice(0, 19), directory, ...(title === undefined ? [] : [title])].join("  ")

const withStore = <A, E>(effect: Effect.Effect<A, E, SessionStore>) =>
  Effect.flatMap(dataFolder, (data) => Effect.provide(effect, Harness.layerStore(data)))

const number = Effect.fnUntraced(function* (flag: string, text: string): Effect.fn.Return<number, UsageError> {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  return yield* new UsageError({ message: `${flag} ${text} is no whole number from 0 on.` })
})

/** One line for each session of a directory, or of all; the newest first. */
export const list = Effect.fn("rein.session.list")(function* (given: string | undefined, most: string) {
  const limit = yield* number("--limit", most)
  const directory = given === undefined ? undefined : yield* realDirectory(given)
  const found = yield* withStore(
    Effect.flatMap(SessionStore, (store) => store.list({ limit, ...(directory === undefined ? {} : { directory }) }))
  )
  const output = ofProcess()
  for (const info of found) output.answer(`${visible(row(info))}\n`)
  if (found.length === 0) output.line(`No sessions${directory === undefined ? "" : ` in ${directory}`}.`, "quiet")
})

/** What the session has used, and what its tree, where that is more. */
const usedLines = (own: ReadonlyArray<StoredEvent>, id: SessionId, tree: ReadonlyArray<Spending.Spending>) => {
  const { cost, spending, usage } = fold(id, own)
  const steps = `${spending.steps} ${spending.steps === 1 ? "step" : "steps"}`
  const tokens = `tokens: ${count(usage.input)} in, ${count(usage.output)} out`
  const all = tree.map(({ money }) => money).reduce(Spending.addAmounts, Spending.zero.money)
  return [
    `${steps} | ${tokens} | cost: ${money(cost, spending.money.sum)}`,
    ...(tree.length < 2
      ? []
      : [`with its subagents: ${tree.length} sessions | cost: ${money(Spending.totalOf(all), all.sum)}`])
  ]
}

const whole = Effect.fnUntraced(function* (given: string) {
  const store = yield* SessionStore
  const info = yield* stored(given)
  const readable = Readable.make()
  const events = yield* readable.read(info.id)
  const tree = yield* store.list({ root: info.root })
  const spent = yield* Effect.forEach(tree, ({ id }) => Effect.map(readable.read(id), Spending.of))
  return { info, events, spent, end: readable.end }
})

/** The whole conversation. */
export const show = Effect.fn("rein.session.show")(function* (given: string) {
  const { end, events, info, spent } = yield* withStore(whole(given))
  const { directory, id } = info
  const { lastTurn } = fold(id, events)
  const output = ofProcess()
  output.line(`session ${id} in ${directory}`)
  const view = View.make({ output, withInputs: true })
  for (const event of events) view.show(event)
  output.endLine()
  yield* end
  if (lastTurn !== undefined) output.line(`last turn: ${lastTurn.outcome._tag}`)
  for (const line of usedLines(events, id, spent)) output.line(line)
})

/** Which events of a session to show. */
export interface Range {
  readonly session: string
  /** Those behind this sequence. */
  readonly after: string
  readonly limit: string
}

/** The stored events as lines of JSON, in order; never more than the limit. */
export const events = Effect.fn("rein.session.events")(function* (range: Range) {
  const after = yield* number("--after", range.after)
  const limit = yield* number("--limit", range.limit)
  const output = ofProcess()
  yield* withStore(
    Effect.gen(function* () {
      const store = yield* SessionStore
      const { id, lastSequence } = yield* stored(range.session)
      const end = Math.min(lastSequence, after + limit)
      if (after < end) {
        yield* store.events(id, after).pipe(
          Stream.take(end - after),
          // A reader that went away, e.g. `head`, needs no more.
          Stream.takeWhile(() => !process.stdout.destroyed && process.stdout.writable),
          Stream.runForEach((event) => Effect.sync(() => output.answer(`${visibleJson(event)}\n`)))
        )
      }
      if (end < lastSequence && limit > 0) output.line(`More events follow: --after ${end}`, "quiet")
    })
  )
})
