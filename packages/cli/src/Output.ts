/** The two streams of a command: the answer on standard output, everything about the work on standard error. */
import { visible } from "./Visible.ts"

/** What is needed of a stream of Node. */
export interface Sink {
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean | undefined
}

export interface Output {
  /** Text of the answer; it must be visible already. */
  readonly answer: (text: string) => void
  /** Ends the line of the answer, if one is open. */
  readonly endLine: () => void
  /** A line about the work. Control characters are made visible here. */
  readonly line: (text: string) => void
}

/** Writes to two streams that may be the same screen. */
export const make = (standard: Sink, about: Sink): Output => {
  const isOneScreen = standard.isTTY === true && about.isTTY === true
  let isLineOpen = false
  return {
    answer: (text) => {
      if (text === "") return
      standard.write(text)
      isLineOpen = !text.endsWith("\n")
    },
    endLine: () => {
      if (isLineOpen) standard.write("\n")
      isLineOpen = false
    },
    line: (text) => {
      // On a shared screen the line must not stand behind half a sentence; the answer itself gets no character more.
      if (isLineOpen && isOneScreen) {
        about.write("\n")
        isLineOpen = false
      }
      about.write(`${visible(text)}\n`)
    }
  }
}

/** Over this process's streams. Whoever reads them may go away, e.g. `head`; the work goes on. */
export const ofProcess = (): Output => {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)
  return make(process.stdout, process.stderr)
}
