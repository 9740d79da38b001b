/** What a scripted model answers, in no wire's words. The encoders beside this file put it into each wire's. */

/** Counts as our own usage has them: `input` is everything, `cacheRead` and `cacheWrite` are parts of it. */
export interface ScriptedUsage {
  readonly input: number
  readonly output: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
  readonly reasoning?: number
}

/** Why the answer ends; `none` leaves the end out, `raw` is a word of the wire itself. */
export type ScriptedFinish = "stop" | "tool-calls" | "length" | "content-filter" | "none" | { readonly raw: string }

/** A list of texts is sent as one delta each. */
export type Deltas = string | ReadonlyArray<string>

/** One piece of an answer, in the order in which it is sent. */
export type AnswerItem =
  | { readonly text: Deltas }
  /** `signature` goes over Anthropic's wire, and over that of Responses as the encrypted content. */
  | { readonly reasoning: Deltas; readonly signature?: string }
  /** A block that only Anthropic can read; nothing on the other wires. */
  | { readonly redacted: string }
  /** `input` is JSON; `inputText` is sent as it stands, so that it may be none. */
  | {
      readonly call: {
        readonly id?: string
        readonly tool: string
        readonly input?: unknown
        readonly inputText?: Deltas
      }
    }
  | { readonly finish: ScriptedFinish }
  | { readonly usage: ScriptedUsage }
  /** A life sign. */
  | { readonly ping: true }
  /** An error in the middle of a good answer. */
  | { readonly streamError: { readonly type: string; readonly message: string } }
  /** Bytes of the stream as they stand, e.g. an event that no version knows. */
  | { readonly rawEvent: string }
  /** Instead of an answer. A body that is no text is sent as JSON. */
  | {
      readonly error: {
        readonly status: number
        readonly headers?: Readonly<Record<string, string>>
        readonly body?: unknown
      }
    }
  /** The connection breaks after so many bytes of the body; `"before-headers"` breaks it at once. */
  | { readonly cutAfter: number | "before-headers" }
  /** Not even the status is sent before this is kept; one that never is makes a server that never answers. */
  | { readonly after: Promise<unknown> }
  /** After all else the connection stays open and silent. */
  | { readonly neverClose: true }

/** One answer, in the order in which it is sent; settings such as `cutAfter` may stand anywhere. */
export type Answer = ReadonlyArray<AnswerItem>

type Key = AnswerItem extends infer Item ? (Item extends unknown ? keyof Item : never) : never

/** The first item that has the key, if any. */
export const find = <K extends Key>(answer: Answer, key: K): Extract<AnswerItem, Record<K, unknown>> | undefined =>
  // `in` tells which member of the union it is; the compiler cannot follow it through a type parameter.
  answer.find((item) => key in item) as Extract<AnswerItem, Record<K, unknown>> | undefined

/** The deltas of a text; an empty text has none. */
export const deltas = (text: Deltas): ReadonlyArray<string> =>
  typeof text === "string" ? (text === "" ? [] : [text]) : text

/** The deltas of a call's input: JSON in two pieces, since no wire sends it whole. */
export const inputDeltas = (call: { readonly input?: unknown; readonly inputText?: Deltas }): ReadonlyArray<string> => {
  if (call.inputText !== undefined) return deltas(call.inputText)
  const text = JSON.stringify(call.input ?? {})
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)].filter((piece) => piece !== "")
}

/** How it ends when the script does not say. */
export const finishOf = (answer: Answer): ScriptedFinish =>
  find(answer, "finish")?.finish ?? (answer.some((item) => "call" in item) ? "tool-calls" : "stop")

/** What it used when the script does not say. */
export const usageOf = (answer: Answer): ScriptedUsage => find(answer, "usage")?.usage ?? { input: 10, output: 5 }
