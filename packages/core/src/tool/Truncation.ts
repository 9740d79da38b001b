/** Limits what one call puts in front of the model; the whole output goes to a blob. */
import { Context, Effect, Layer } from "effect"
import type { BlobHash } from "../schema/Ids.ts"
import { Blobs } from "../blob/Blobs.ts"

/** What the model gets, and where the whole is if that is only a part of it. */
export interface Limited {
  readonly output: string
  readonly whole?: BlobHash
}

/** Cuts what a tool gave, and says in the text that it did. */
export class Truncation extends Context.Service<
  Truncation,
  {
    /** `keep` says which end stays. Never fails: without a place for the whole, the notice says that it is lost. */
    readonly limit: (output: string, keep: "head" | "tail") => Effect.Effect<Limited>
  }
>()("@rein/core/tool/Truncation") {}

/** The most that stays of an output, by both measures. */
export interface Options {
  readonly lines: number
  /** UTF-8 bytes. */
  readonly bytes: number
}

/** 2,000 lines or 50 KiB, whichever comes first. */
export const defaults: Options = { lines: 2_000, bytes: 50 * 1024 }

const encoder = new TextEncoder()

const byteLength = (text: string): number => encoder.encode(text).length

/** The longest start of the text that fits; cut between lines where one fits, else between characters. */
export const head = (text: string, { bytes, lines }: Options): string => {
  const whole = text.slice(0, nthLineEnd(text, lines))
  const end = fittingLength(whole, bytes)
  if (end === whole.length || text[end] === "\n") return text.slice(0, end)
  const lineEnd = whole.lastIndexOf("\n", end - 1)
  return text.slice(0, lineEnd > 0 ? lineEnd : end)
}

/** The longest end of the text that fits, cut in the same way. */
export const tail = (text: string, { bytes, lines }: Options): string => {
  const whole = text.slice(nthLineStart(text, lines))
  const start = fittingStart(whole, bytes)
  if (start === 0 || whole[start - 1] === "\n") return whole.slice(start)
  const lineStart = whole.indexOf("\n", start) + 1
  return whole.slice(lineStart > 0 && lineStart < whole.length ? lineStart : start)
}

const nthLineEnd = (text: string, lines: number): number => {
  let at = -1
  for (let line = 0; line < lines; line++) {
    at = text.indexOf("\n", at + 1)
    if (at === -1) return text.length
  }
  return at
}

/** Where the last so many lines begin; a line feed at the very end begins no line. */
const nthLineStart = (text: string, lines: number): number => {
  let at = text.endsWith("\n") ? text.length - 1 : text.length
  for (let line = 0; line < lines; line++) {
    if (at <= 0) return 0
    at = text.lastIndexOf("\n", at - 1)
    if (at === -1) return 0
  }
  return at + 1
}

/** How many UTF-16 units from the start fit into so many bytes, without cutting a character. */
const fittingLength = (text: string, bytes: number): number => encoder.encodeInto(text, new Uint8Array(bytes)).read

/** From which UTF-16 unit on the text fits into so many bytes, without cutting a character. */
const fittingStart = (text: string, bytes: number): number => {
  let start = text.length
  let left = bytes
  while (start > 0) {
    const isPair = start > 1 && (text.codePointAt(start - 2) ?? 0) > 0xffff
    const units = isPair ? 2 : 1
    const size = isPair ? 4 : unitBytes(text.charCodeAt(start - 1))
    if (size > left) break
    left -= size
    start -= units
  }
  return start
}

/** UTF-8 bytes of one UTF-16 unit; half a character becomes a replacement character of three. */
const unitBytes = (unit: number): number => (unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3)

/** A line feed at the very end begins no line. */
const count = (text: string): number => {
  let lines = text.endsWith("\n") ? 0 : 1
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++
  return lines
}

/** A short text need not be encoded to know that it fits: one unit is at most three bytes. */
const fits = (text: string, { bytes, lines }: Options): boolean =>
  (text.length * 3 <= bytes || byteLength(text) <= bytes) && count(text) <= lines

const notice = (whole: string, kept: string, keep: "head" | "tail", where: string): string =>
  `[Only the ${keep === "head" ? "first" : "last"} ${count(kept)} of ${count(whole)} lines ` +
  `(${byteLength(kept)} of ${byteLength(whole)} bytes) are shown. ${where}]`

const make = Effect.fnUntraced(function* (options: Options) {
  const blobs = yield* Blobs
  return Truncation.of({
    limit: Effect.fnUntraced(function* (output, keep) {
      if (fits(output, options)) return { output }
      const kept = keep === "head" ? head(output, options) : tail(output, options)
      const whole = yield* blobs.put(output).pipe(Effect.catch(() => Effect.succeed(undefined)))
      const where =
        whole === undefined ? "The rest could not be stored and is lost." : `The whole output is stored as ${whole}.`
      const remark = notice(output, kept, keep, where)
      return {
        output: keep === "head" ? `${kept}\n${remark}` : `${remark}\n${kept}`,
        ...(whole === undefined ? {} : { whole })
      }
    })
  })
})

/** With other limits; the whole output goes to the blobs that are provided. */
export const layerWith = (options: Options): Layer.Layer<Truncation, never, Blobs> =>
  Layer.effect(Truncation, make(options))

/** The default: with the limits in `defaults`. */
export const layer: Layer.Layer<Truncation, never, Blobs> = layerWith(defaults)

/** Every output stays whole. */
export const layerNone: Layer.Layer<Truncation> = Layer.succeed(
  Truncation,
  Truncation.of({ limit: (output) => Effect.succeed({ output }) })
)
