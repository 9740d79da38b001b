import type { ModelErrorReason } from "@rein/core/schema/ModelError"
import type { Answered } from "../../src/Classify.ts"

type Tag = ModelErrorReason["_tag"]

/** The tag; with the milliseconds to wait, or `unknown-model`. */
export type Expected = Tag | readonly [Tag, number | "unknown-model" | "lasting"]

/** What it is, the answer, and its reason. */
export type Row = readonly [string, Answered, Expected]

/** An answer with a status and a body. */
export const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Answered => ({
  status,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body)
})

/** An event in the middle of a stream. */
export const event = (body: unknown): Answered => ({ status: 200, body, inBand: true })

/** `{ error: { message, ... } }`, as most servers write it. */
export const error = (message: string, more: object = {}): unknown => ({ error: { message, ...more } })

/** A page of a server that stands in between. */
export const page = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center><hr>rate limit, prompt is too long, insufficient_quota</body></html>`
