/**
 * How long a model may be silent.
 *
 * Time counts only while somebody waits for the next part: whoever is slow to take parts does not make the provider
 * late. Keep-alives and other parts that say nothing do not count as a sign of life.
 */
import { Context } from "effect"
import { isSemantic, type ModelPart } from "./ModelPart.ts"
import { ModelError } from "../schema/ModelError.ts"

/** How long a model may be silent before and within an answer, in milliseconds. */
export interface Limits {
  /** Until the first part of the answer. A local model may read a long prompt for minutes. */
  readonly firstMillis: number
  /** From one part of the answer to the next. */
  readonly idleMillis: number
}

/** Five minutes each, as reasoning models think in silence. */
export const defaults: Limits = { firstMillis: 300_000, idleMillis: 300_000 }

/** The limits of all providers, and of some of their own. */
export interface Options extends Partial<Limits> {
  /** By the provider's id. */
  readonly providers?: Readonly<Record<string, Partial<Limits>>>
}

/** What holds in this runtime; provide a value to change it. */
export const Watchdog: Context.Reference<Options> = Context.Reference<Options>("@rein/core/model/Watchdog", {
  defaultValue: () => ({})
})

/** The limits of one provider. */
export const limitsOf = ({ providers, ...general }: Options, provider: string): Limits => ({
  ...defaults,
  ...general,
  ...providers?.[provider]
})

/** Keeps the time of one attempt. */
export class Watch {
  readonly #limits: Limits
  readonly #model: string
  readonly #now: () => number
  #begun = false
  /** Waited for the part that is due, in the waits that are over. */
  #waited = 0
  #waitingSince: number | undefined

  /** `model` is its name for people, `now` in milliseconds. Waiting begins at once. */
  constructor(limits: Limits, model: string, now: () => number) {
    this.#limits = limits
    this.#model = model
    this.#now = now
    this.#waitingSince = now()
  }

  /** Parts have come; until `wait` the time is the reader's. */
  arrived(parts: ReadonlyArray<ModelPart>): void {
    if (parts.some(isSemantic)) {
      this.#begun = true
      this.#waited = 0
    } else {
      this.#waited += this.#waiting()
    }
    this.#waitingSince = undefined
  }

  /** The next part is waited for. */
  wait(): void {
    this.#waitingSince = this.#now()
  }

  /** After how many milliseconds to look again; 0 when the model was silent for too long. */
  get lookAgainIn(): number {
    const { firstMillis, idleMillis } = this.#limits
    const left = (this.#begun ? idleMillis : firstMillis) - this.#waited - this.#waiting()
    if (left <= 0) return this.#waitingSince === undefined ? idleMillis : 0
    // The first part may come in the meantime, and with it the other limit.
    return Math.min(left, idleMillis)
  }

  /** What to fail with. */
  get error(): ModelError {
    const { firstMillis, idleMillis } = this.#limits
    return this.#begun
      ? new ModelError({
          reason: { _tag: "Timeout", waitingFor: "next-part" },
          message: `${this.#model} fell silent in the middle of its answer: nothing came for ${idleMillis / 1_000} s.`
        })
      : new ModelError({
          reason: { _tag: "Timeout", waitingFor: "first-byte" },
          message: `${this.#model} did not begin to answer within ${firstMillis / 1_000} s.`
        })
  }

  #waiting(): number {
    return this.#waitingSince === undefined ? 0 : this.#now() - this.#waitingSince
  }
}
