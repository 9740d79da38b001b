/** `rein permission log`: every decision that a session's log holds, who made it and by which rule. */
import type { SessionId } from "@rein/core/schema/Ids"
import type { KnownEvent, StoredEvent } from "@rein/core/schema/SessionEvent"
import { fold } from "@rein/core/session/Fold"
import { SessionStore } from "@rein/core/session/SessionStore"
import { Effect } from "effect"
import { dataFolder, realDirectory } from "../Folders.ts"
import * as Harness from "../Harness.ts"
import { ofProcess } from "../Output.ts"
import { stored } from "../run/Choose.ts"
import * as Readable from "../session/Readable.ts"
import { oneLine, visibleJson } from "../Visible.ts"

/** Without a session, so many of the directory's newest are looked at. */
const newest = 100

/** The command line. */
export interface Given {
  readonly session: string | undefined
  readonly dir: string
  readonly format: "text" | "json"
}

/** One decision. */
interface Entry {
  readonly time: string
  readonly session: SessionId
  readonly call: string
  readonly tool: string
  readonly decision: "allowed" | "declined"
  readonly by: string
  /** Where the rule comes from, which answer it was, or why it was declined. */
  readonly why: string
  readonly permission?: string
  readonly values?: ReadonlyArray<string>
  readonly rule?: { readonly permission: string; readonly pattern: string }
  readonly question?: string
}

type Common = Pick<Entry, "time" | "session" | "call" | "tool">

/** What a call was allowed by. A log of an older version only has a sentence. */
const allowed = (common: Common, { allowedBy, decisions }: Extract<KnownEvent, { type: "CallStarted" }>["data"]) =>
  decisions === undefined
    ? [{ ...common, decision: "allowed", by: "", why: allowedBy } as const]
    : decisions.map(({ origin, ...decided }): Entry => ({ ...common, decision: "allowed", why: origin, ...decided }))

const entriesOf = (session: SessionId, events: ReadonlyArray<StoredEvent>): ReadonlyArray<Entry> => {
  const { inheritedUntil } = fold(session, events)
  const tools = new Map<string, string>()
  return events.flatMap((event): ReadonlyArray<Entry> => {
    if (event.type === "CallRequested") tools.set(event.data.call.id, event.data.call.tool)
    // Copies tell of another session's decisions.
    if (event.sequence <= inheritedUntil || (event.type !== "CallStarted" && event.type !== "CallSettled")) return []
    const { call } = event.data
    const common = { time: new Date(event.time).toISOString(), session, call, tool: tools.get(call) ?? "" }
    if (event.type === "CallStarted") return allowed(common, event.data)
    if (event.data.declined === undefined) return []
    const { patterns, ...declined } = event.data.declined
    return [{ ...common, decision: "declined", values: patterns, ...declined }]
  })
}

const textOf = ({ by, decision, permission = "", rule, time, tool, values = [], why }: Entry): string => {
  const which = rule === undefined ? "" : ` (${rule.permission} ${rule.pattern})`
  return oneLine(
    `${time.slice(0, 19)}  ${decision}  ${tool}  ${permission} ${values.join(", ")}  ${by} ${why}${which}`,
    400
  )
}

const sessionsOf = Effect.fnUntraced(function* ({ dir, session }: Given) {
  if (session !== undefined) return [(yield* stored(session)).id]
  const directory = yield* realDirectory(dir)
  const found = yield* (yield* SessionStore).list({ directory, limit: newest })
  return found.map(({ id }) => id).toReversed()
})

/** Lists the decisions of a session, or of a directory's sessions, the oldest first. */
export const log = Effect.fn("rein.permission.log")(function* (given: Given) {
  const read = Effect.gen(function* () {
    const sessions = yield* sessionsOf(given)
    return yield* Effect.forEach(sessions, (id) => Effect.map(readable.read(id), (events) => entriesOf(id, events)))
  })
  const readable = Readable.make()
  const entries = (yield* Effect.provide(read, Harness.layerStore(yield* dataFolder))).flat()
  const output = ofProcess()
  for (const entry of entries) output.answer(`${given.format === "json" ? visibleJson(entry) : textOf(entry)}\n`)
  if (entries.length === 0) output.line("No decisions yet.", "quiet")
  yield* readable.end
})
