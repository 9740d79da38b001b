/**
 * Where the facts are kept.
 *
 * Two ways in: `append` is the owner's, under a fence; `submit` is anyone's.
 * The store assigns the sequence, gapless from 1 in each session, inside the
 * write transaction.
 */
import { Context, type Effect, Schema, type Scope, type Stream } from "effect"
import type { Command } from "../schema/Command.ts"
import type { CommandId, SessionId } from "../schema/Ids.ts"
import type { SessionEvent, StoredEvent } from "../schema/SessionEvent.ts"
import { Owner } from "./Ownership.ts"

/** No such session. */
export const NotFound = Schema.TaggedStruct("NotFound", { session: Schema.String })
/** A session with this id exists. */
export const AlreadyExists = Schema.TaggedStruct("AlreadyExists", { session: Schema.String })
/** Another owner has claimed the session since. Whoever gets this must stop its turn at once. */
export const Fenced = Schema.TaggedStruct("Fenced", { session: Schema.String })
/** A living owner holds the session. */
export const Owned = Schema.TaggedStruct("Owned", { session: Schema.String, owner: Owner })
/** Other writers held the store for longer than the store waits. Nothing was written. */
export const Busy = Schema.TaggedStruct("Busy", {})
/** The disk is full. Nothing was written. */
export const Full = Schema.TaggedStruct("Full", {})
/** The store cannot be written to. */
export const NotWritable = Schema.TaggedStruct("NotWritable", {})
/** The store or one of its rows is damaged. */
export const Corrupt = Schema.TaggedStruct("Corrupt", {})
/** The store's layout is of a newer version. */
export const Newer = Schema.TaggedStruct("Newer", {})
/** Anything else, e.g. the file has gone. */
export const Unavailable = Schema.TaggedStruct("Unavailable", {})

/** All reasons: first what is the matter with the session, then with the store. */
export const StoreErrorReason = Schema.Union([
  NotFound,
  AlreadyExists,
  Fenced,
  Owned,
  Busy,
  Full,
  NotWritable,
  Corrupt,
  Newer,
  Unavailable
])
/** One reason, told apart by its `_tag`. */
export type StoreErrorReason = typeof StoreErrorReason.Type

/** The store could not do it. The message says what to do. */
export class StoreError extends Schema.TaggedError<StoreError>("@rein/core/session/SessionStore/StoreError")(
  "StoreError",
  {
    reason: StoreErrorReason,
    message: Schema.String
  }
) {}

/** What a list of sessions shows. */
export interface SessionInfo {
  readonly id: SessionId
  readonly root: SessionId
  readonly parent?: SessionId
  readonly directory: string
  readonly agent: string
  readonly title?: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly lastSequence: number
}

/** Proof of a claim on a root session and its tree. */
export interface Fence {
  readonly root: SessionId
  readonly token: number
}

/** Keeps events, claims and drafts. An event that was stored is never changed or removed. */
export class SessionStore extends Context.Service<
  SessionStore,
  {
    /** Stores a new session with its first events, one of which is `SessionCreated`. Needs no fence: nobody else knows it yet. */
    readonly create: (
      session: SessionId,
      events: ReadonlyArray<SessionEvent>
    ) => Effect.Effect<ReadonlyArray<StoredEvent>, StoreError>
    /** Stores all events in one transaction. Gives every stored event after sequence `after`: what others wrote since, and these. */
    readonly append: (
      session: SessionId,
      fence: Fence,
      after: number,
      events: ReadonlyArray<SessionEvent>
    ) => Effect.Effect<ReadonlyArray<StoredEvent>, StoreError>
    /** Stores a command as `CommandSubmitted`; the same `CommandId` in a session gives the event that was stored first. */
    readonly submit: (
      session: SessionId,
      command: CommandId,
      request: Command
    ) => Effect.Effect<StoredEvent, StoreError>
    /** All stored events after the sequence. */
    readonly read: (session: SessionId, after: number) => Effect.Effect<ReadonlyArray<StoredEvent>, StoreError>
    /** The stored events after the sequence, then each new one, also what other processes write. Never ends by itself. */
    readonly events: (session: SessionId, after: number) => Stream.Stream<StoredEvent, StoreError>
    /** Calls back with the session's last sequence, now and whenever it has grown, also by other processes, until the scope closes; steps may be left out. The cheap way to follow: whoever wrote it itself need not read it back. */
    readonly changes: (session: SessionId, tell: (last: number) => void) => Effect.Effect<void, StoreError, Scope.Scope>
    /** One session. */
    readonly get: (session: SessionId) => Effect.Effect<SessionInfo, StoreError>
    /** Newest first. */
    readonly list: (options?: {
      readonly directory?: string
      /** Only the sessions of this tree. */
      readonly root?: SessionId
      readonly limit?: number
    }) => Effect.Effect<ReadonlyArray<SessionInfo>, StoreError>
    /** Claims the tree of this session's root for this runtime. Refused with `Owned` while another owner lives. Claiming again gives the same fence. */
    readonly claim: (session: SessionId) => Effect.Effect<Fence, StoreError>
    /** Gives the claim up. A fence that another owner has overtaken is ignored. */
    readonly release: (fence: Fence) => Effect.Effect<void, StoreError>
    /** Overwrites the session's draft: what is open and not yet an event, so that a crash loses little. `undefined` removes it. */
    readonly saveDraft: (session: SessionId, fence: Fence, draft: string | undefined) => Effect.Effect<void, StoreError>
    readonly readDraft: (session: SessionId) => Effect.Effect<string | undefined, StoreError>
  }
>()("@rein/core/session/SessionStore") {}
