/** Appends exchanges to the file of a recording; each is on the disk before the next one begins. */
import { type FileHandle, open } from "node:fs/promises"
import { version as rein } from "@rein/core/version"
import { Effect, type Scope, Semaphore } from "effect"
import { type Canonical, keyOf } from "./Canonical.ts"
import { type Answer, type Exchange, type Header, type Line, load, version } from "./Cassette.ts"
import { CassetteError, whyOf } from "./CassetteError.ts"

/** What to do where the file is there already. `append` goes on with it, `replace` begins anew. */
export type Existing = "refuse" | "append" | "replace"

/** Several sessions may share one: lines are written whole, one after the other, in the order of the answers. */
export interface CassetteWriter {
  /** A request is asked; what is given says when, in the order of all. */
  readonly ask: () => number
  readonly append: (asked: number, request: Canonical, answer: Answer) => Effect.Effect<void, CassetteError>
}

/** Of so many exchanges it is remembered what they asked: as many sessions may record side by side. */
const remembered = 8

interface Asked {
  readonly number: number
  /** Everything but the messages. */
  readonly frame: string
  readonly messages: ReadonlyArray<string>
}

const askedOf = (number: number, { messages, ...frame }: Canonical): Asked => ({
  number,
  frame: JSON.stringify(frame),
  messages: messages.map((message) => JSON.stringify(message))
})

const goesOn = (asked: Asked, earlier: Asked): boolean =>
  asked.frame === earlier.frame &&
  earlier.messages.length <= asked.messages.length &&
  earlier.messages.every((message, index) => message === asked.messages[index])

const attempt = <A>(file: string, run: () => Promise<A>): Effect.Effect<A, CassetteError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      cause instanceof CassetteError
        ? cause
        : new CassetteError({ file, problem: `cannot be written: ${whyOf(cause)}` })
  })

const isThere = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "EEXIST"

const headerOf = (normalisers: ReadonlyArray<string>): Header => ({
  cassette: version,
  by: `rein ${rein}`,
  normalisers
})

/** The exchanges that are there; a recording goes on under the normalisers with which it began. */
const continued = (file: string, { normalisers }: Header): ReadonlyArray<Exchange> => {
  const { exchanges, header } = load(file)
  if (header.normalisers.join() === normalisers.join()) return exchanges
  throw new CassetteError({
    file,
    line: 1,
    problem: `names the normalisers ${header.normalisers.join(", ")}, so it cannot be gone on with under ${normalisers.join(", ")}`
  })
}

/** Also one that was there is its owner's alone from now on. */
const opened = async (file: string, flags: string) => {
  const handle = await open(file, flags, 0o600)
  await handle.chmod(0o600)
  return handle
}

const begin = async (file: string, header: Header, existing: Existing) => {
  const fresh = async (flags: string) => {
    const handle = await opened(file, flags)
    await handle.appendFile(`${JSON.stringify(header)}\n`)
    return { handle, exchanges: [] }
  }
  const goOn = async () => {
    const exchanges = continued(file, header)
    const handle = await opened(file, "a+")
    // Editors take the end of the last line away.
    if (!(await handle.readFile("utf8")).endsWith("\n")) await handle.appendFile("\n")
    return { handle, exchanges }
  }
  if (existing === "replace") return fresh("w")
  try {
    return await fresh("wx")
  } catch (cause) {
    if (!isThere(cause)) throw cause
    if (existing === "append") return goOn()
    throw new CassetteError({ file, problem: "is there already. Delete it to record again, or name another file" })
  }
}

const write = async (handle: FileHandle, line: Line) => {
  await handle.appendFile(`${JSON.stringify(line)}\n`)
  await handle.datasync()
}

/** Opens the file, readable by its owner alone, until the scope closes. */
export const make = Effect.fnUntraced(function* (
  file: string,
  normalisers: ReadonlyArray<string>,
  existing: Existing
): Effect.fn.Return<CassetteWriter, CassetteError, Scope.Scope> {
  const { exchanges, handle } = yield* Effect.acquireRelease(
    attempt(file, () => begin(file, headerOf(normalisers), existing)),
    ({ handle }) => Effect.promise(() => handle.close())
  )
  let count = exchanges.length
  let last = Math.max(count, exchanges.at(-1)?.asked ?? 0)
  let recent = exchanges.slice(-remembered).map(({ number, request }) => askedOf(number, request))
  const oneByOne = Semaphore.makeUnsafe(1)

  const append = (place: number, request: Canonical, answer: Answer) =>
    Effect.suspend(() => {
      const asked = askedOf(count + 1, request)
      const earlier = recent.findLast((one) => goesOn(asked, one))
      const when = place === asked.number ? {} : { asked: place }
      const written =
        earlier === undefined
          ? request
          : { follows: earlier.number, messages: request.messages.slice(earlier.messages.length) }
      return Effect.map(
        attempt(file, () => write(handle, { key: keyOf(request), ...when, request: written, answer })),
        () => {
          count++
          recent = [...recent, asked].slice(-remembered)
        }
      )
    }).pipe(oneByOne.withPermits(1), Effect.uninterruptible)
  return { ask: () => ++last, append }
})
