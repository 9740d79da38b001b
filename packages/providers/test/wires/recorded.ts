import type { LanguageModelV4 } from "@ai-sdk/provider"

/** One answer as a provider sends it: thoughts where the wire has them, a text, and a call. */
export interface Recorded {
  readonly contentType: string
  readonly events: ReadonlyArray<Buffer>
  /** The event that says why the answer ends. */
  readonly last: number
  /** What is thought; wires differ. */
  readonly reasoning: string
  /** Input, cached input, output and reasoning as our usage has them. */
  readonly usage: readonly [number, number | "unknown", number, number | "unknown"]
  /** The real package, asking this server. */
  readonly model: (url: string) => LanguageModelV4
}

/** Characters of two, three and four bytes, and what looks like the end of an event. */
export const said = ["Hé", "llo\n\ndata: no event\n\n", "漢字 🌍"]

export const input = { at: "ü.ts", lines: [1, 2] }

/** An event of a stream over HTTP. */
export const sse = (value: unknown, name?: string): Buffer =>
  Buffer.from(
    `${name === undefined ? "" : `event: ${name}\n`}data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`
  )
