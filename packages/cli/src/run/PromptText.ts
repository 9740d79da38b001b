/** What to work on: the argument, or standard input. */
import { Effect } from "effect"
import { UsageError } from "../Failure.ts"

/** A prompt that is longer is a mistake: files are read by tools. */
export const maximumBytes = 1024 * 1024

const maximum = `${maximumBytes / 1024 / 1024} MiB`

/** When nothing came for so long, the person is told what is waited for. */
const tellMillis = 1_000

/** And after so long nobody is going to write. Once something came, it is waited for the end. */
const giveUpMillis = 30_000

/** What is needed of `process.stdin`. */
export interface Input extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean | undefined
  readonly destroy: () => unknown
}

/** Options of `promptText`; standard input is read only without an argument, or where that is `-`. */
export interface Options {
  /** The argument; `-` is standard input. */
  readonly argument: string | undefined
  /** A session is continued: then there may be no prompt at all, and standard input is not looked at. */
  readonly isOptional: boolean
  /** Looked at only when it is needed. */
  readonly input: () => Input
  /** Tells the person something. */
  readonly tell: (line: string) => void
}

const missing = () =>
  new UsageError({
    message: 'There is no prompt. Write it behind the options, e.g. rein run "Fix the test", or pipe it in.'
  })

const tooLong = () =>
  new UsageError({
    message: `The prompt is longer than ${maximum}, and nothing was sent. Put the text into a file and name the file in the prompt.`
  })

const read = async (input: Input, tell: Options["tell"]): Promise<string | UsageError> => {
  const pieces: Array<Buffer> = []
  let size = 0
  let isLate = false
  const telling = setTimeout(() => tell("Waiting for the prompt on standard input."), tellMillis)
  const givingUp = setTimeout(() => {
    isLate = true
    input.destroy()
  }, giveUpMillis)
  const stopWaiting = () => [telling, givingUp].forEach(clearTimeout)
  try {
    for await (const piece of input) {
      stopWaiting()
      size += pieces.push(Buffer.from(piece)) === 0 ? 0 : Buffer.byteLength(piece)
      if (size > maximumBytes) return tooLong()
    }
  } catch (error) {
    if (!isLate) throw error
  } finally {
    stopWaiting()
    input.destroy()
  }
  return isLate ? missing() : Buffer.concat(pieces).toString("utf8")
}

/** The prompt, or `undefined` where none is needed. Never waits on an open pipe when there is an argument. */
export const promptText = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<string | undefined, UsageError> {
  const { argument, isOptional, tell } = options
  if (argument !== undefined && argument !== "-") {
    if (argument.trim() === "") return yield* missing()
    return Buffer.byteLength(argument) > maximumBytes ? yield* tooLong() : argument
  }
  if (argument === undefined && isOptional) return undefined
  const input = options.input()
  if (input.isTTY === true) return yield* missing()
  const text = yield* Effect.tryPromise({
    try: () => read(input, tell),
    catch: (cause) => new UsageError({ message: `Standard input cannot be read: ${String(cause)}` })
  }).pipe(Effect.onInterrupt(() => Effect.sync(() => void input.destroy())))
  if (text instanceof UsageError) return yield* text
  return text.trim() === "" ? yield* missing() : text
})
