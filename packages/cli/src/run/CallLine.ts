/** One call as one line: the tool, what it touches, and how it ended. */
import type { Call, CallResult } from "@rein/core/schema/Part"
import { touches } from "@rein/core/session/Status"
import type { Tone } from "../Style.ts"
import { oneLine } from "../Visible.ts"

const exitCode = ({ metadata }: CallResult): number | undefined => {
  const code = metadata?.["exitCode"]
  return typeof code === "number" && code !== 0 ? code : undefined
}

const howItEnded = (result: CallResult): string => {
  if (result.status !== "completed") return `${result.status}: ${oneLine(result.output.split("\n", 1)[0] ?? "", 160)}`
  const code = exitCode(result)
  return code === undefined ? "ok" : `exit code ${code}`
}

/** What the line is to look like. */
export const tone = (result: CallResult): Tone => {
  if (result.status === "completed") return exitCode(result) === undefined ? "plain" : "warning"
  return result.status === "failed" ? "bad" : "warning"
}

/** The whole line. On a narrow terminal what the call touches is shortened first, then how it ended. */
export const callLine = (call: Call, result: CallResult, width = 300): string => {
  const ended = oneLine(howItEnded(result), Math.max(12, Math.floor(width * 0.6)))
  const left = width - `* ${call.tool}  - `.length - ended.length
  const subject = left < 4 ? "" : oneLine(touches(call), Math.min(100, left))
  return oneLine(`* ${`${call.tool} ${subject}`.trim()} - ${ended}`, width)
}
