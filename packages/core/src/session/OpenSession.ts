/**
 * A session that is open in this runtime: its folded state, kept up to date
 * with the store, its live hub, and the fence if this runtime runs its turns.
 */
import { Effect, Fiber, Schema, Scope, Semaphore } from "effect"
import type { Doing, LiveEvent } from "../schema/LiveEvent.ts"
import type { SessionId } from "../schema/Ids.ts"
import type { SessionEvent, StoredEvent } from "../schema/SessionEvent.ts"
import * as Fold from "./Fold.ts"
import * as LiveHub from "./LiveHub.ts"
import type * as SessionState from "./SessionState.ts"
import { type Fence, SessionStore, StoreError } from "./SessionStore.ts"
import { doingOf } from "./Status.ts"

/** A newer version of Rein wrote to this session; it can be read here, not continued. */
export class SessionReadOnly extends Schema.TaggedError<SessionReadOnly>(
  "@rein/core/session/OpenSession/SessionReadOnly"
)("SessionReadOnly", { session: Schema.String, type: Schema.String, version: Schema.Finite, rein: Schema.String }) {
  override get message() {
    return (
      `Session ${this.session} can only be read here: it holds a "${this.type}" event (version ${this.version}) ` +
      `that a newer Rein wrote (last known writer: ${this.rein}). Continue it with that version.`
    )
  }
}

/** A live event before the session and sequence are written on it. */
export type LiveDraft = LiveEvent extends infer One
  ? One extends LiveEvent
    ? Omit<One, "session" | "after">
    : never
  : never

/** What a runtime works on a session with. Anybody may read; appending needs the claim. */
export interface OpenSession {
  readonly id: SessionId
  readonly state: () => SessionState.SessionState
  /** Stores events as the owner and folds them in. Needs a claim. A function gets the state that no other append can change before its events are stored; when it gives none, nothing is stored. */
  readonly append: (
    events: ReadonlyArray<SessionEvent> | ((state: SessionState.SessionState) => ReadonlyArray<SessionEvent>)
  ) => Effect.Effect<void, StoreError>
  /** Reads what others have stored. */
  readonly refresh: Effect.Effect<void, StoreError>
  /** Waits until the state gives a value; fails when the session's turn broke on its store, from the first look on. */
  readonly until: <A>(look: (state: SessionState.SessionState) => A | undefined) => Effect.Effect<A, StoreError>
  /** Calls back now and after each change, until the function that it gives is called. Costs no fiber. */
  readonly watch: (look: (state: SessionState.SessionState) => void) => () => void
  /** Tells all who wait that the turn broke on its store. */
  readonly broken: (error: StoreError) => Effect.Effect<void>
  readonly live: LiveHub.LiveHub
  readonly publish: (events: ReadonlyArray<LiveDraft>) => void
  /** What this process alone knows of what the session does; nothing once an event was stored after it. */
  readonly liveDoing: () => Doing | undefined
  /** Calls back with the length of each piece of text and reasoning that is published, until the function that it gives is called. One listener at a time: the turn's. */
  readonly onText: (listener: (length: number) => void) => () => void
  /** Waits so long, or until `hurry` ends it. Was it ended? */
  readonly pause: (millis: number) => Effect.Effect<boolean>
  /** Ends the pause of the running turn. False when there is none. */
  readonly hurry: () => boolean
  readonly claim: Effect.Effect<void, StoreError>
  readonly release: Effect.Effect<void>
  /** What every append fails with, once another owner is known to have taken the claimed session over. Watchers are called when that is found out. */
  readonly overtaken: () => StoreError | undefined
  readonly saveDraft: (draft: string | undefined) => Effect.Effect<void, StoreError>
  readonly readDraft: Effect.Effect<string | undefined, StoreError>
  /** Fails when a newer version wrote to the session. */
  readonly writable: Effect.Effect<void, SessionReadOnly>
}

interface Watcher {
  readonly check: (state: SessionState.SessionState) => void
  readonly fail: (error: StoreError) => void
}

/** How long to wait before reading again what others have stored, after the store failed. */
const readAgainAfter = "1 second"

const ignore = (): void => {}

/** Tells one status from the next. */
const keyOf = (doing: Doing): string => Object.values(doing).join(" ")

/** Starts work of the session itself, which belongs to none of its users. */
type Fork = (work: Effect.Effect<void>) => Fiber.Fiber<void>

/** A class, because hundreds may be open: methods and effects are not made anew for each. */
class Opened implements OpenSession {
  readonly id: SessionId
  readonly live: LiveHub.LiveHub
  readonly #store: SessionStore["Service"]
  readonly #fork: Fork
  readonly #lock = Semaphore.makeUnsafe(1)
  #watchers: ReadonlyArray<Watcher> = []
  #state: SessionState.SessionState
  #fence: Fence | undefined
  #overtaken: StoreError | undefined
  #onText: ((length: number) => void) | undefined
  #hurry: (() => void) | undefined
  /** The last sequence that the store told of. */
  #heard = 0
  #reading: Fiber.Fiber<void> | undefined
  /** The status that was published last, if anybody could hear it. */
  #told: string | undefined
  #live: { readonly doing: Doing; readonly after: number } | undefined

  constructor(store: SessionStore["Service"], fork: Fork, state: SessionState.SessionState) {
    this.id = state.session
    this.#store = store
    this.#fork = fork
    this.#state = state
    this.live = LiveHub.make(this.id, () => this.#state.sequence)
  }

  state(): SessionState.SessionState {
    return this.#state
  }

  append(
    wanted: ReadonlyArray<SessionEvent> | ((state: SessionState.SessionState) => ReadonlyArray<SessionEvent>)
  ): Effect.Effect<void, StoreError> {
    return this.#lock.withPermits(1)(
      Effect.flatMap(this.#held, (fence) => {
        const events = typeof wanted === "function" ? wanted(this.#state) : wanted
        if (typeof wanted === "function" && events.length === 0) return Effect.void
        const stored = this.#store.append(this.id, fence, this.#state.sequence, events)
        return Effect.map(this.#losing(stored), (all) => this.#accept(all))
      })
    )
  }

  get refresh(): Effect.Effect<void, StoreError> {
    return this.#lock.withPermits(1)(
      Effect.suspend(() =>
        Effect.flatMap(this.#store.read(this.id, this.#state.sequence), (events) => {
          this.#accept(events)
          // Anyone stores commands; all else only an owner, and it was not this one as far as it knows.
          return this.#fence !== undefined && events.some(({ type }) => type !== "CommandSubmitted")
            ? this.#confirm(this.#fence)
            : Effect.void
        })
      )
    )
  }

  until<A>(look: (state: SessionState.SessionState) => A | undefined): Effect.Effect<A, StoreError> {
    return Effect.callback<A, StoreError>((resume) => {
      const done = (exit: Effect.Effect<A, StoreError>) => {
        this.#unwatch(watcher)
        resume(exit)
      }
      const watcher: Watcher = {
        check: (next) => {
          const value = look(next)
          if (value !== undefined) done(Effect.succeed(value))
        },
        fail: (error) => done(Effect.fail(error))
      }
      this.#watchers = [...this.#watchers, watcher]
      watcher.check(this.#state)
      return Effect.sync(() => this.#unwatch(watcher))
    })
  }

  watch(look: (state: SessionState.SessionState) => void): () => void {
    const watcher: Watcher = { check: look, fail: ignore }
    this.#watchers = [...this.#watchers, watcher]
    look(this.#state)
    return () => this.#unwatch(watcher)
  }

  broken(error: StoreError): Effect.Effect<void> {
    return Effect.sync(() => this.#watchers.forEach((watcher) => watcher.fail(error)))
  }

  publish(events: ReadonlyArray<LiveDraft>): void {
    for (const event of events) {
      if (event.type === "Delta" && event.kind !== "call") this.#onText?.(event.text.length)
      if (event.type === "StatusChanged") this.#live = { doing: event.doing, after: this.#state.sequence }
    }
    if (!this.live.hasSubscribers()) return
    const { sequence } = this.#state
    const fresh = events.filter((event) => event.type !== "StatusChanged" || this.#isNews(event.doing))
    // Each draft is one of the union without the two fields that are added here.
    this.live.publishLive(fresh.map((event) => ({ ...event, session: this.id, after: sequence }) as LiveEvent))
  }

  liveDoing(): Doing | undefined {
    return this.#live?.after === this.#state.sequence ? this.#live.doing : undefined
  }

  onText(listener: (length: number) => void): () => void {
    this.#onText = listener
    return () => {
      if (this.#onText === listener) this.#onText = undefined
    }
  }

  pause(millis: number): Effect.Effect<boolean> {
    const forget = Effect.sync(() => {
      this.#hurry = undefined
    })
    const hurried = Effect.callback<boolean>((resume) => {
      this.#hurry = () => resume(Effect.succeed(true))
    })
    return Effect.ensuring(Effect.raceFirst(Effect.as(Effect.sleep(millis), false), hurried), forget)
  }

  hurry(): boolean {
    const hurry = this.#hurry
    hurry?.()
    return hurry !== undefined
  }

  get claim(): Effect.Effect<void, StoreError> {
    return Effect.flatMap(this.#store.claim(this.id), (fence) =>
      Effect.sync(() => {
        this.#fence = fence
        this.#overtaken = undefined
      }).pipe(
        // Nobody is told of every event at once, and the owner before may have stored more.
        (taken) => Effect.andThen(this.refresh, taken), // guard: I6 core/test/session/Takeover.test.ts #nobody has told
        Effect.onError(() => Effect.ignore(this.#store.release(fence)))
      )
    )
  }

  get release(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const fence = this.#fence
      this.#fence = undefined
      this.#overtaken = undefined
      return fence === undefined ? Effect.void : Effect.ignore(this.#store.release(fence))
    })
  }

  overtaken(): StoreError | undefined {
    return this.#overtaken
  }

  saveDraft(draft: string | undefined): Effect.Effect<void, StoreError> {
    return Effect.flatMap(this.#held, (fence) => this.#losing(this.#store.saveDraft(this.id, fence, draft)))
  }

  get readDraft(): Effect.Effect<string | undefined, StoreError> {
    return this.#store.readDraft(this.id)
  }

  get writable(): Effect.Effect<void, SessionReadOnly> {
    return Effect.suspend(() => {
      const { readOnly } = this.#state
      return readOnly === undefined ? Effect.void : Effect.fail(new SessionReadOnly({ session: this.id, ...readOnly }))
    })
  }

  /** The store tells that the session has grown. */
  heard(last: number): void {
    this.#heard = last
    if (this.#reading === undefined && last > this.#state.sequence) {
      this.#reading = this.#fork(Effect.andThen(Effect.yieldNow, this.#readOthers))
    }
  }

  /** Ends what the session does by itself. */
  get close(): Effect.Effect<void> {
    return Effect.suspend(() => (this.#reading === undefined ? Effect.void : Fiber.interrupt(this.#reading)))
  }

  get #readOthers(): Effect.Effect<void> {
    let reached = 0
    return Effect.whileLoop({
      while: () => this.#heard > this.#state.sequence && this.#heard > reached,
      body: () => {
        const target = this.#heard
        return Effect.matchEffect(this.refresh, {
          onFailure: () => Effect.as(Effect.sleep(readAgainAfter), reached),
          onSuccess: () => Effect.succeed(target)
        })
      },
      step: (read) => {
        reached = read
      }
    }).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          this.#reading = undefined
        })
      )
    )
  }

  get #held(): Effect.Effect<Fence, StoreError> {
    return Effect.suspend(() => {
      if (this.#overtaken !== undefined) return Effect.fail(this.#overtaken)
      return this.#fence === undefined
        ? Effect.fail(
            new StoreError({
              reason: { _tag: "Fenced", session: this.id },
              message: `Session ${this.id} is not claimed by this runtime, so it cannot write to it.`
            })
          )
        : Effect.succeed(this.#fence)
    })
  }

  /** Asks the store whether the claim still holds. What else may be wrong with the store, the next append tells. */
  #confirm(fence: Fence): Effect.Effect<void> {
    return Effect.ignore(this.#losing(this.#store.append(this.id, fence, this.#state.sequence, [])))
  }

  /** Tells the watchers when the store says that the claim is lost. */
  #losing<A>(effect: Effect.Effect<A, StoreError>): Effect.Effect<A, StoreError> {
    return Effect.tapError(effect, (error) =>
      Effect.sync(() => {
        if (error.reason._tag !== "Fenced" || this.#overtaken !== undefined) return
        this.#overtaken = error
        for (const watcher of this.#watchers) watcher.check(this.#state)
      })
    )
  }

  #unwatch(watcher: Watcher): void {
    this.#watchers = this.#watchers.filter((one) => one !== watcher)
  }

  #isNews(doing: Doing): boolean {
    const key = keyOf(doing)
    const isNews = key !== this.#told
    this.#told = key
    return isNews
  }

  #accept(events: ReadonlyArray<StoredEvent>): void {
    const before = this.#state
    const fresh = events.filter((event) => event.sequence > before.sequence)
    const last = fresh.at(-1)
    if (last === undefined) return
    for (const event of fresh) this.#state = Fold.apply(this.#state, event)
    this.live.publishStored(fresh)
    this.#tellStatus(before, last.time)
    for (const watcher of this.#watchers) watcher.check(this.#state)
  }

  /** The log says what is done now, so followers in every process are told when it changes. */
  #tellStatus(before: SessionState.SessionState, now: number): void {
    if (!this.live.hasSubscribers()) {
      this.#told = undefined
      return
    }
    this.#told ??= keyOf(doingOf(before, now))
    const doing = doingOf(this.#state, now)
    if (!this.#isNews(doing)) return
    this.live.publishLive([{ type: "StatusChanged", doing, session: this.id, after: this.#state.sequence }])
  }
}

/** Opens a session; it stays up to date until the scope closes. */
export const open = Effect.fnUntraced(function* (
  id: SessionId,
  fork: Fork = Effect.runFork
): Effect.fn.Return<OpenSession, StoreError, SessionStore | Scope.Scope> {
  const store = yield* SessionStore
  const session = new Opened(store, fork, Fold.fold(id, yield* store.read(id, 0)))
  // Not `Effect.addFinalizer`, which would hold the context of whoever opened it.
  yield* Scope.addFinalizer(yield* Effect.scope, session.close)
  yield* store.changes(id, (last) => session.heard(last))
  return session
})
