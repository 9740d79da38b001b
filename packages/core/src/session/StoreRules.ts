/** What every session store does in the same way: its refusals, and what a list says of a session. */
import type { CommandId, SessionId } from "../schema/Ids.ts"
import { make, type SessionEvent } from "../schema/SessionEvent.ts"
import type { Command } from "../schema/Command.ts"
import type { Owner } from "./Ownership.ts"
import { type SessionInfo, StoreError } from "./SessionStore.ts"

/** Refuses what needs a session that is not there. */
export const notFound = (session: SessionId): StoreError =>
  new StoreError({ reason: { _tag: "NotFound", session }, message: `There is no session ${session} in this store.` })

/** Refuses a second session under one id; only commands can be repeated. */
export const alreadyExists = (session: SessionId): StoreError =>
  new StoreError({
    reason: { _tag: "AlreadyExists", session },
    message: `A session ${session} exists already; a new one needs a new id.`
  })

/** Refuses a write whose claim does not hold any more. */
export const fenced = (session: SessionId): StoreError =>
  new StoreError({
    reason: { _tag: "Fenced", session },
    message: `Another runtime has taken session ${session} over, or its claim was given up. Nothing was stored; follow the session there or claim it again.`
  })

/** Who holds a session, in words. */
export const holder = ({ host, pid, since }: Owner): string =>
  `process ${pid} on ${host}${since === undefined ? "" : ` since ${new Date(since).toISOString().slice(0, 19)}Z`}`

/** Refuses a claim, and names who to turn to. */
export const owned = (session: SessionId, owner: Owner): StoreError =>
  new StoreError({
    reason: { _tag: "Owned", session, owner },
    message: `Session ${session} is in use by ${holder(owner)}. Send it commands, or end that process to go on here.`
  })

/** The event by which a command is stored. */
export const commandEvent = (command: CommandId, request: Command): SessionEvent =>
  make("CommandSubmitted", { command, request })

/** The command that an event stores; of those, a session has each only once. */
export const commandOf = (event: SessionEvent): CommandId | undefined =>
  event.type === "CommandSubmitted" ? event.data.command : undefined

/** What a list says of a session with these first events; `undefined` when none of them creates it. */
export const infoOf = (
  id: SessionId,
  events: ReadonlyArray<SessionEvent>,
  now: number
): Omit<SessionInfo, "lastSequence"> | undefined => {
  const data = events.find((event) => event.type === "SessionCreated")?.data
  if (data === undefined) return undefined
  // In a fork the event is a copy: it tells directory and agent, but the tree is the fork's own.
  const isFork = events[0]?.type === "ForkedFrom"
  return {
    id,
    root: isFork ? id : data.root,
    ...(isFork || data.parent === undefined ? {} : { parent: data.parent }),
    directory: data.directory,
    agent: data.agent,
    ...(data.title === undefined ? {} : { title: data.title }),
    createdAt: now,
    updatedAt: now
  }
}
