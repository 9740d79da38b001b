/** `rein stats`: tokens and money of all stored sessions. */
import { format } from "@rein/core/schema/ModelRef"
import type { Tokens } from "@rein/core/schema/Usage"
import * as Ledger from "@rein/core/session/Ledger"
import { type SessionInfo, SessionStore } from "@rein/core/session/SessionStore"
import { Effect } from "effect"
import { dataFolder } from "../Folders.ts"
import * as Harness from "../Harness.ts"
import { columns, count, money } from "../Numbers.ts"
import { ofProcess, type Output } from "../Output.ts"
import * as Readable from "../session/Readable.ts"
import { visible, visibleJson } from "../Visible.ts"

/** What one row sums up: days are the reader's and in their order, of the others the dearest comes first. */
export type By = "day" | "model" | "project"

/** The command line of `rein stats`. */
export interface Options {
  readonly by: By
  readonly format: "text" | "json"
}

/** A sum of numbers of which some may not be known. */
interface Sum {
  readonly known: number
  readonly untold: number
}

const nothing: Sum = { known: 0, untold: 0 }

const plus = ({ known, untold }: Sum, one: Tokens): Sum =>
  one === "unknown" ? { known, untold: untold + 1 } : { known: known + one, untold }

const valueOf = ({ known, untold }: Sum): number | "unknown" => {
  if (untold > 0) return "unknown" // guard: I10 cli/test/stats/Stats.test.ts
  return known
}

/** What the steps of one day, model or project have used. */
export interface Group {
  readonly name: string
  readonly sessions: number
  /** The session that was counted last; the entries of each come together. */
  readonly last?: string
  readonly steps: number
  readonly input: Sum
  readonly cacheRead: Sum
  readonly output: Sum
  readonly cost: Sum
}

const emptyGroup = (name: string): Group => ({
  name,
  sessions: 0,
  steps: 0,
  input: nothing,
  cacheRead: nothing,
  output: nothing,
  cost: nothing
})

const withEntry = (group: Group, session: string, { cost, usage }: Ledger.Entry): Group => ({
  ...group,
  sessions: group.last === session ? group.sessions : group.sessions + 1,
  last: session,
  steps: group.steps + 1,
  input: plus(group.input, usage.input),
  cacheRead: plus(group.cacheRead, usage.cacheRead),
  output: plus(group.output, usage.output),
  cost: plus(group.cost, cost)
})

/** The day where the reader lives. */
const dayOf = (time: number): string => {
  const date = new Date(time)
  const two = (number: number) => String(number).padStart(2, "0")
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

const nameOf = (by: By, { directory }: SessionInfo, { model, time }: Ledger.Entry): string => {
  switch (by) {
    case "day":
      return dayOf(time)
    case "model":
      return format(model)
    case "project":
      return directory
  }
}

const collect = Effect.fnUntraced(function* (by: By) {
  const store = yield* SessionStore
  const readable = Readable.make()
  const groups = new Map<string, Group>()
  let total = emptyGroup("total")
  // One session after the other, so that no more than one of them is in memory.
  for (const info of yield* store.list()) {
    for (const entry of Ledger.entries(yield* readable.read(info.id))) {
      const name = nameOf(by, info, entry)
      groups.set(name, withEntry(groups.get(name) ?? emptyGroup(name), info.id, entry))
      total = withEntry(total, info.id, entry)
    }
  }
  const sorted = [...groups.values()].toSorted((a, b) =>
    by === "day" ? (a.name < b.name ? -1 : 1) : b.cost.known - a.cost.known || (a.name < b.name ? -1 : 1)
  )
  return { groups: sorted, total, end: readable.end }
})

const tokens = (sum: Sum): string => (sum.untold === 0 ? count(sum.known) : `${count(sum.known)}+?`)

const row = ({ cacheRead, cost, input, name, output, sessions, steps }: Group): ReadonlyArray<string> => [
  name,
  String(sessions),
  String(steps),
  tokens(input),
  tokens(cacheRead),
  tokens(output),
  money(valueOf(cost), cost.known)
]

const object = (by: By, { cacheRead, cost, input, name, output, sessions, steps }: Group) => ({
  [by]: name,
  sessions,
  steps,
  usage: { input: valueOf(input), cacheRead: valueOf(cacheRead), output: valueOf(output) },
  knownUsage: { input: input.known, cacheRead: cacheRead.known, output: output.known },
  cost: valueOf(cost),
  knownCost: cost.known
})

/** One line for each day, model or project, and one for all. A number with `+?` is the known part of one that is not. */
export const stats = Effect.fn("rein.stats")(function* ({ by, format }: Options) {
  const layer = Harness.layerStore(yield* dataFolder)
  const { end, groups, total } = yield* Effect.provide(collect(by), layer)
  const output = ofProcess()
  if (format === "json") {
    for (const group of groups) output.answer(`${visibleJson(object(by, group))}\n`)
    return yield* end
  }
  if (groups.length === 0) output.line("No steps are stored yet.", "quiet")
  else table(output, by, groups, total)
  return yield* end
})

const table = (output: Output, by: By, groups: ReadonlyArray<Group>, total: Group): void => {
  const heading = [by.toUpperCase(), "SESSIONS", "STEPS", "INPUT", "CACHED", "OUTPUT", "COST"]
  for (const line of columns([heading, ...groups.map(row), row(total)])) output.answer(`${visible(line)}\n`)
}
