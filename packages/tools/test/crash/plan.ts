// What a runtime of the matrix is told: when to die.

export interface Plan {
  /** The name of a failpoint, and which time it is passed. */
  readonly dieAt?: string
  /** So many failpoints, whichever they are. */
  readonly dieAfter?: number
  /** Its watcher dies right before it. */
  readonly withWatcher?: boolean
  /** At the end, all failpoints that were passed are written to this file. */
  readonly record?: string
}

/** What a run that came to its end writes. */
export interface Recorded {
  readonly points: ReadonlyArray<string>
  /** Was there a watcher while a program ran? */
  readonly isWatched: boolean
  /** Since the start of its process. */
  readonly beganMillis: number
  readonly endedMillis: number
}
