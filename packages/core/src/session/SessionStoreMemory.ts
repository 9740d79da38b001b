/** Sessions in memory, for as long as the runtime lives. The same promises as on disk, but for surviving the process. */
import { Clock, Effect, Layer, Result } from "effect"
import type { CommandId, SessionId } from "../schema/Ids.ts"
import { make as makeId } from "../schema/Ids.ts"
import { type SessionEvent, type StoredEvent, versionOf } from "../schema/SessionEvent.ts"
import { Followers } from "./Followers.ts"
import * as Ownership from "./Ownership.ts"
import { type Fence, type SessionInfo, SessionStore, type StoreError } from "./SessionStore.ts"
import { alreadyExists, commandEvent, commandOf, fenced, infoOf, notFound, owned } from "./StoreRules.ts"

interface Held {
  info: SessionInfo
  readonly events: Array<StoredEvent>
  readonly commands: Map<CommandId, StoredEvent>
  draft: string | undefined
}

interface Claim {
  readonly token: number
  /** Nobody, after a release; the token stays, so that no later claim repeats it. */
  readonly owner: Ownership.Owner | undefined
}

/** What several runtimes can share. */
interface Shelf {
  readonly sessions: Map<SessionId, Held>
  readonly claims: Map<SessionId, Claim>
  readonly followers: Followers
}

const emptyShelf = (): Shelf => ({ sessions: new Map(), claims: new Map(), followers: new Followers() })

const find = (shelf: Shelf, session: SessionId): Result.Result<Held, StoreError> => {
  const held = shelf.sessions.get(session)
  return held === undefined ? Result.fail(notFound(session)) : Result.succeed(held)
}

const findFenced = (shelf: Shelf, session: SessionId, fence: Fence): Result.Result<Held, StoreError> =>
  Result.flatMap(find(shelf, session), (held) => {
    const claim = shelf.claims.get(fence.root)
    const holds = held.info.root === fence.root && claim?.token === fence.token && claim.owner !== undefined
    return holds ? Result.succeed(held) : Result.fail(fenced(session))
  })

const put = (
  shelf: Shelf,
  held: Held,
  events: ReadonlyArray<SessionEvent>,
  now: number
): ReadonlyArray<StoredEvent> => {
  const session = held.info.id
  const stored = events.map((event, index): StoredEvent => ({
    session,
    sequence: held.info.lastSequence + index + 1,
    id: makeId.event(),
    time: now,
    version: versionOf(event.type),
    ...event
  }))
  for (const [index, event] of stored.entries()) {
    held.events.push(event)
    const command = commandOf(events[index] as SessionEvent) // `stored` was made from `events`, index by index
    if (command !== undefined) held.commands.set(command, event)
  }
  if (stored.length === 0) return stored
  held.info = { ...held.info, updatedAt: now, lastSequence: held.info.lastSequence + stored.length }
  shelf.followers.grown(session, held.info.lastSequence)
  return stored
}

const createIn = (shelf: Shelf, session: SessionId, events: ReadonlyArray<SessionEvent>) =>
  Effect.clockWith((clock) => {
    if (shelf.sessions.has(session)) return Effect.fail(alreadyExists(session))
    const now = clock.currentTimeMillisUnsafe()
    const info = infoOf(session, events, now)
    if (info === undefined) return Effect.die(new Error("a new session needs a SessionCreated event"))
    const held: Held = { info: { ...info, lastSequence: 0 }, events: [], commands: new Map(), draft: undefined }
    shelf.sessions.set(session, held)
    return Effect.succeed(put(shelf, held, events, now))
  })

const claimIn = (shelf: Shelf, ownership: Ownership.Ownership["Service"], session: SessionId) => {
  const attempt: Effect.Effect<Fence, StoreError> = Effect.gen(function* () {
    const { info } = yield* Effect.fromResult(find(shelf, session))
    const seen = shelf.claims.get(info.root)
    if (seen?.owner?.id === ownership.self.id) return { root: info.root, token: seen.token }
    // A store in memory closes with its runtime and then gives its claims up, so there are no heartbeats to look at.
    if (seen?.owner !== undefined && (yield* ownership.isAlive(seen.owner, 0))) return yield* owned(session, seen.owner)
    const since = yield* Clock.currentTimeMillis
    // Somebody else may have claimed while the owner was looked at.
    if (shelf.claims.get(info.root) !== seen) return yield* attempt
    const token = (seen?.token ?? 0) + 1
    shelf.claims.set(info.root, { token, owner: { ...ownership.self, since } })
    return { root: info.root, token }
  })
  return attempt
}

const listOf = (shelf: Shelf, options?: Parameters<SessionStore["Service"]["list"]>[0]) =>
  Array.from(shelf.sessions.values(), (held) => held.info)
    .toReversed()
    .filter((info) => options?.directory === undefined || info.directory === options.directory)
    .filter((info) => options?.root === undefined || info.root === options.root)
    .toSorted((a, b) => b.updatedAt - a.updatedAt)
    .slice(0, options?.limit)

const give = (shelf: Shelf, root: SessionId, holds: (claim: Claim) => boolean): void => {
  const claim = shelf.claims.get(root)
  if (claim !== undefined && holds(claim)) shelf.claims.set(root, { token: claim.token, owner: undefined })
}

const make = Effect.fnUntraced(function* (shelf: Shelf) {
  const ownership = yield* Ownership.Ownership
  const { followers } = shelf
  const lookup = (session: SessionId) => Effect.suspend(() => Effect.fromResult(find(shelf, session)))
  const underFence = (session: SessionId, fence: Fence) =>
    Effect.suspend(() => Effect.fromResult(findFenced(shelf, session, fence)))
  const read = (session: SessionId, after: number) =>
    Effect.map(lookup(session), (held) => held.events.slice(Math.max(after, 0)))

  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const root of shelf.claims.keys()) give(shelf, root, (claim) => claim.owner?.id === ownership.self.id)
    })
  )

  return SessionStore.of({
    create: (session, events) => createIn(shelf, session, events),
    append: (session, fence, after, events) =>
      Effect.clockWith((clock) =>
        Effect.map(underFence(session, fence), (held) => {
          put(shelf, held, events, clock.currentTimeMillisUnsafe())
          return held.events.slice(Math.max(after, 0))
        })
      ),
    submit: (session, command, request) =>
      Effect.clockWith((clock) =>
        Effect.map(lookup(session), (held) => {
          const first = held.commands.get(command)
          if (first !== undefined) return first
          const [stored] = put(shelf, held, [commandEvent(command, request)], clock.currentTimeMillisUnsafe())
          return stored as StoredEvent // one event in, one out
        })
      ),
    read,
    events: (session, after) => followers.events(session, after, (from) => read(session, from)),
    changes: (session, tell) =>
      followers.changes(
        session,
        Effect.map(lookup(session), (held) => held.info.lastSequence),
        tell
      ),
    get: (session) => Effect.map(lookup(session), (held) => held.info),
    list: (options) => Effect.sync(() => listOf(shelf, options)),
    claim: (session) => claimIn(shelf, ownership, session),
    release: (fence) => Effect.sync(() => give(shelf, fence.root, (claim) => claim.token === fence.token)),
    saveDraft: (session, fence, draft) =>
      Effect.map(underFence(session, fence), (held) => {
        held.draft = draft
      }),
    readDraft: (session) => Effect.map(lookup(session), (held) => held.draft)
  })
})

/** An own, empty store. */
export const layer: Layer.Layer<SessionStore, never, Ownership.Ownership> = Layer.effect(
  SessionStore,
  Effect.suspend(() => make(emptyShelf()))
)

/** An own, empty store that no other runtime sees. */
export const layerSolo: Layer.Layer<SessionStore> = Layer.provide(layer, Ownership.layerSolo)

/** One empty store as a layer that can be built several times: each build is another runtime on the same sessions. */
export const shared: Effect.Effect<Layer.Layer<SessionStore, never, Ownership.Ownership>> = Effect.sync(() => {
  const shelf = emptyShelf()
  return Layer.fresh(Layer.effect(SessionStore, make(shelf)))
})
