/** One call as one line: the tool, what it touches, and how it ended. */
import type { Call, CallResult } from "@rein/core/schema/Part"
import { oneLine } from "../Visible.ts"

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value of an input that names what the call touches: its command or path, else its first text. */
const touched = ({ input }: Call): string => {
  if (input.type === "malformed") return input.text
  if (!isObject(input.value)) return JSON.stringify(input.value)
  const { command, path } = input.value
  const named = command ?? path ?? Object.values(input.value).find((value) => typeof value === "string")
  return typeof named === "string" ? named : ""
}

const exitCode = ({ metadata }: CallResult): number | undefined => {
  const code = metadata?.["exitCode"]
  return typeof code === "number" && code !== 0 ? code : undefined
}

const howItEnded = (result: CallResult): string => {
  if (result.status !== "completed") return `${result.status}: ${oneLine(result.output.split("\n", 1)[0] ?? "", 160)}`
  const code = exitCode(result)
  return code === undefined ? "ok" : `exit code ${code}`
}

/** The tool and what the call touches. */
export const subject = (call: Call): string => `${call.tool} ${oneLine(touched(call), 100)}`.trim()

/** The whole line. */
export const callLine = (call: Call, result: CallResult): string => `* ${subject(call)} - ${howItEnded(result)}`
