/** How long a provider may be silent. Counts only while somebody waits for it. */

export interface Silence {
  /** From the request to the status and headers of the answer. */
  readonly firstByteMillis: number
  /** Between two pieces of the answer; signs of life count. */
  readonly nextPartMillis: number
}

/** Local servers read a long prompt before they say anything, and reasoning may be silent. */
export const defaults: Silence = { firstByteMillis: 300_000, nextPartMillis: 300_000 }

/** Nothing came for so long. */
export class SilenceError extends Error {
  override readonly name = "SilenceError"
  readonly waitingFor: "first-byte" | "next-part"

  constructor(waitingFor: "first-byte" | "next-part", millis: number) {
    super(`it sent nothing for ${millis / 1_000} s`)
    this.waitingFor = waitingFor
  }
}

/** What the promise gives, unless the time is over before: then `onSilence` ends what it waits for. */
export const within = async <A>(
  promise: Promise<A>,
  error: SilenceError,
  millis: number,
  onSilence: (error: SilenceError) => void
): Promise<A> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(error)
      onSilence(error)
    }, millis)
  })
  try {
    return await Promise.race([promise, silence])
  } finally {
    clearTimeout(timer)
  }
}
