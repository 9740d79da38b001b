/**
 * Hands stored and live events of one open session to its subscribers, in order.
 *
 * A subscriber holds at most `capacity` events and `textCapacity` characters of
 * text. One that is slower loses live events and is told; a stored event
 * is never lost: the subscriber is sent back to the store for it.
 */
import { Effect, type Scope } from "effect"
import type { LiveEvent, PartSoFar } from "../schema/LiveEvent.ts"
import type { SessionId } from "../schema/Ids.ts"
import type { StoredEvent } from "../schema/SessionEvent.ts"

/** Events that a subscriber may have waiting. */
export const capacity = 1_024

/** Characters of text that a subscriber may have waiting. */
export const textCapacity = 1_048_576

/** What a follower gets: a stored event has a `sequence` of its own, a live one an `after`. */
export type Item = StoredEvent | LiveEvent

/** What a subscriber takes: events, and whether stored ones were left out and must be read again. */
export interface Batch {
  readonly items: ReadonlyArray<Item>
  readonly missedStored: boolean
}

/** One for each open session. Publishing never waits for a subscriber. */
export interface LiveHub {
  readonly publishStored: (events: ReadonlyArray<StoredEvent>) => void
  readonly publishLive: (events: ReadonlyArray<LiveEvent>) => void
  /** Is there anybody to publish to? */
  readonly hasSubscribers: () => boolean
  /** The step that is open tells here which parts are, until it calls what it gets. */
  readonly setOpenParts: (open: () => ReadonlyArray<PartSoFar>) => () => void
  /** The parts that are open now, whole. */
  readonly openParts: () => ReadonlyArray<PartSoFar>
  /** Waits until something is there, then gives all of it. */
  readonly subscribe: Effect.Effect<Effect.Effect<Batch>, never, Scope.Scope>
}

const isLive = (item: Item): item is LiveEvent => "after" in item

/** What of an item can be long; the rest is small. */
const textOf = (item: Item): number => {
  switch (item.type) {
    case "Delta":
    case "Progress":
    case "PartSoFar":
      return item.text.length
    case "PartFinished":
      return "text" in item.data.part ? item.data.part.text.length : 0
    case "CallSettled":
      return item.data.result.output.length
    default:
      return 0
  }
}

class Subscriber {
  private waiting: Array<Item> = []
  private text = 0
  private dropped = 0
  private missedStored = false
  private wake: (() => void) | undefined

  offer(items: ReadonlyArray<Item>): void {
    for (const item of items) {
      this.waiting.push(item)
      this.text += textOf(item)
    }
    if (this.waiting.length > capacity || this.text > textCapacity) this.drop() // guard: I9 core/test/session/LiveHub.test.ts
    this.wake?.()
  }

  isEmpty(): boolean {
    return this.waiting.length === 0 && this.dropped === 0 && !this.missedStored
  }

  onWake(wake: (() => void) | undefined): void {
    this.wake = wake
  }

  take(session: SessionId, after: number, soFar: () => ReadonlyArray<PartSoFar>): Batch {
    const told: Array<Item> =
      this.dropped > 0 ? [{ type: "Lagged", session, after, dropped: this.dropped }, ...soFar()] : []
    const batch = { items: [...told, ...this.waiting], missedStored: this.missedStored }
    this.waiting = []
    this.text = 0
    this.dropped = 0
    this.missedStored = false
    return batch
  }

  private drop(): void {
    const live = this.waiting.filter(isLive).length
    this.dropped += live
    this.missedStored ||= live < this.waiting.length
    this.waiting = []
    this.text = 0
  }
}

const nothingOpen = (): ReadonlyArray<PartSoFar> => []

/** A class, because each open session has one: its methods are not made anew. */
class Hub implements LiveHub {
  readonly #session: SessionId
  readonly #sequence: () => number
  #subscribers: Set<Subscriber> | undefined
  #openParts = nothingOpen

  constructor(session: SessionId, sequence: () => number) {
    this.#session = session
    this.#sequence = sequence
  }

  publishStored(events: ReadonlyArray<StoredEvent>): void {
    this.#publish(events)
  }

  publishLive(events: ReadonlyArray<LiveEvent>): void {
    this.#publish(events)
  }

  hasSubscribers(): boolean {
    return this.#subscribers !== undefined
  }

  setOpenParts(open: () => ReadonlyArray<PartSoFar>): () => void {
    this.#openParts = open
    return () => {
      // A step that was left behind may end when another one is open.
      if (this.#openParts === open) this.#openParts = nothingOpen
    }
  }

  openParts(): ReadonlyArray<PartSoFar> {
    return this.#openParts()
  }

  get subscribe(): Effect.Effect<Effect.Effect<Batch>, never, Scope.Scope> {
    const join = Effect.sync(() => {
      const subscriber = new Subscriber()
      const soFar = this.#openParts()
      if (soFar.length > 0) subscriber.offer(soFar)
      this.#subscribers ??= new Set()
      this.#subscribers.add(subscriber)
      return subscriber
    })
    return Effect.acquireRelease(join, (subscriber) => Effect.sync(() => this.#leave(subscriber))).pipe(
      Effect.map((subscriber) => this.#takeFrom(subscriber))
    )
  }

  #leave(subscriber: Subscriber): void {
    this.#subscribers?.delete(subscriber)
    if (this.#subscribers?.size === 0) this.#subscribers = undefined
  }

  #publish(items: ReadonlyArray<Item>): void {
    if (items.length === 0 || this.#subscribers === undefined) return
    for (const subscriber of this.#subscribers) subscriber.offer(items)
  }

  #takeFrom(subscriber: Subscriber): Effect.Effect<Batch> {
    return Effect.callback<Batch>((resume) => {
      const give = () => {
        subscriber.onWake(undefined)
        resume(Effect.sync(() => subscriber.take(this.#session, this.#sequence(), this.#openParts)))
      }
      if (!subscriber.isEmpty()) return give()
      subscriber.onWake(give)
      return Effect.sync(() => subscriber.onWake(undefined))
    })
  }
}

/** Makes the hub of one session; `sequence` tells the last stored event. */
export const make = (session: SessionId, sequence: () => number): LiveHub => new Hub(session, sequence)
