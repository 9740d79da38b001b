/** The two streams of a command: the answer on standard output, everything about the work on standard error. */
import { withoutSecrets } from "./Secrets.ts"
import { coloured, isColoured, type Paint, plain, type Tone } from "./Style.ts"
import { visible } from "./Visible.ts"

/** What is needed of a stream of Node. */
export interface Sink {
  readonly write: (text: string) => unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Where a command writes; keys are taken out of its lines, and not out of the answer. */
export interface Output {
  /** Text of the answer; it must be visible already. */
  readonly answer: (text: string) => void
  /** Ends the line of the answer, if one is open. */
  readonly endLine: () => void
  /** A line about the work. Control characters are made visible here. */
  readonly line: (text: string, tone?: Tone) => void
  /** Characters that fit into a line about the work, where that is a terminal. */
  readonly width: () => number | undefined
}

/** On a narrower terminal lines break. */
const narrowest = 20

/** Writes to two streams that may be the same screen. */
export const make = (standard: Sink, about: Sink, paint: Paint = plain): Output => {
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
    line: (text, tone = "plain") => {
      // On a shared screen the line must not stand behind half a sentence; the answer itself gets no character more.
      if (isLineOpen && isOneScreen) {
        about.write("\n")
        isLineOpen = false
      }
      about.write(`${paint(tone, visible(withoutSecrets(text)))}\n`)
    },
    width: () => (about.isTTY === true && about.columns ? Math.max(narrowest, about.columns) : undefined)
  }
}

/** Over this process's streams. */
export const ofProcess = (): Output => {
  const paint = isColoured(process.env, process.stderr.isTTY === true) ? coloured : plain
  return make(process.stdout, process.stderr, paint)
}
