/** The file of a recording: JSON lines, a header and then one line for each exchange with the model. */
import { readFileSync } from "node:fs"
import { ModelErrorReason } from "@rein/core/schema/ModelError"
import { Usage } from "@rein/core/schema/Usage"
import { Result, Schema, SchemaIssue } from "effect"
import { Part } from "./AnswerParts.ts"
import { Canonical, keyOf } from "./Canonical.ts"
import { CassetteError, whyOf } from "./CassetteError.ts"

/** The format that this version writes. */
export const version = 1

/** The first line. */
export const Header = Schema.Struct({
  cassette: Schema.Literal(version),
  /** What wrote it, for people. */
  by: Schema.String,
  /** The names of the normalisers, in their order. */
  normalisers: Schema.Array(Schema.String)
})
/** The first line as it was read, so that it is of this version. */
export type Header = typeof Header.Type

const answer = {
  parts: Schema.Array(Part),
  /** When each part came, in milliseconds since the request. */
  times: Schema.optionalKey(Schema.Array(Schema.Finite)),
  /** The attempt failed, after these parts. */
  error: Schema.optionalKey(
    Schema.Struct({
      reason: ModelErrorReason,
      message: Schema.String,
      status: Schema.optionalKey(Schema.Finite),
      usage: Schema.optionalKey(Usage)
    })
  ),
  /** Whoever read it stopped before the answer had ended. */
  stopped: Schema.optionalKey(Schema.Literal(true))
}

/** A further line. A request that goes on from an earlier one names that and holds only its further messages. */
export const Line = Schema.Struct({
  key: Schema.optionalKey(Schema.String),
  /** Its place in the order of asking, where that is not the order in which the answers ended. */
  asked: Schema.optionalKey(Schema.Int),
  request: Schema.Union([Canonical, Schema.Struct({ follows: Schema.Int, messages: Schema.Array(Schema.Json) })]),
  answer: Schema.Struct(answer)
})
/** A further line as it stands in the file; an `Exchange` has the whole of its request. */
export type Line = typeof Line.Type
/** What the model answered, also where that failed or was stopped. */
export type Answer = Line["answer"]

/** A request and its answer. */
export interface Exchange {
  /** From 1, in the order of the lines. */
  readonly number: number
  /** Grows in the order of asking. */
  readonly asked: number
  readonly key: string
  readonly request: Canonical
  readonly answer: Answer
}

/** A recording that was read and found whole. */
export interface Cassette {
  readonly file: string
  readonly header: Header
  /** In the order of asking. */
  readonly exchanges: ReadonlyArray<Exchange>
}

/** The line of an exchange in its file. */
export const lineOf = (exchange: Exchange): number => exchange.number + 1

const parse = (file: string, line: number, text: string, isWhole: boolean): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw isWhole
      ? new CassetteError({ file, line, problem: "is no JSON" })
      : new CassetteError({
          file,
          line,
          problem:
            "is not whole: the recording broke off while it was written. Delete that line to use what stands before it"
        })
  }
}

/** What is expected of a part is a long list. */
const longestIssue = 200

const decoded = <A>(file: string, line: number, schema: Schema.Codec<A, unknown>, value: unknown): A => {
  const found = Schema.decodeUnknownResult(schema)(value)
  if (Result.isSuccess(found)) return found.success
  const [issue] = SchemaIssue.makeFormatterStandardSchemaV1()(found.failure.issue).issues
  const where = (issue?.path ?? []).map(String).join(".")
  throw new CassetteError({
    file,
    line,
    problem: `cannot be read at ${where}: ${issue?.message.slice(0, longestIssue) ?? "unknown"}`
  })
}

const readHeader = (file: string, value: unknown): Header => {
  const written = typeof value === "object" && value !== null && "cassette" in value ? value.cassette : undefined
  if (written === undefined) throw new CassetteError({ file, line: 1, problem: "is not the header of a recording" })
  if (written !== version) {
    const problem = `is of format ${String(written)}, and this version of Rein reads format ${version}`
    throw new CassetteError({ file, line: 1, problem })
  }
  return decoded(file, 1, Header, value)
}

const wholeRequest = (
  file: string,
  line: number,
  given: Line["request"],
  before: ReadonlyArray<Exchange>
): Canonical => {
  if (!("follows" in given)) return given
  const earlier = before[given.follows - 1]
  if (earlier !== undefined) return { ...earlier.request, messages: [...earlier.request.messages, ...given.messages] }
  throw new CassetteError({ file, line, problem: `follows exchange ${given.follows}, which does not stand before it` })
}

/** Reads the text of a recording. Throws a `CassetteError`. */
export const read = (file: string, text: string): Cassette => {
  const lines = text.split("\n")
  const isWhole = lines.at(-1) === ""
  if (isWhole) lines.pop()
  const values = lines.map((line, index) => parse(file, index + 1, line, isWhole || index < lines.length - 1))
  if (values.length === 0) throw new CassetteError({ file, line: 1, problem: "is missing: the file is empty" })
  const header = readHeader(file, values[0])
  const exchanges: Array<Exchange> = []
  values.slice(1).forEach((value, index) => {
    const number = index + 1
    const line = decoded(file, number + 1, Line, value)
    const request = wholeRequest(file, number + 1, line.request, exchanges)
    const key = keyOf(request)
    if (line.key !== undefined && line.key !== key) {
      const problem = "has a key that does not fit its request; if you changed the request by hand, take the key out"
      throw new CassetteError({ file, line: number + 1, problem })
    }
    exchanges.push({ number, asked: line.asked ?? number, key, request, answer: line.answer })
  })
  return { file, header, exchanges: exchanges.toSorted((a, b) => a.asked - b.asked) }
}

/** Reads a recording. Throws a `CassetteError`. */
export const load = (file: string): Cassette => {
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch (cause) {
    throw new CassetteError({ file, problem: `cannot be read: ${whyOf(cause)}` })
  }
  return read(file, text)
}
