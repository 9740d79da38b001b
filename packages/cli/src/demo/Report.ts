/** What the demo itself says, around what `rein` and the other programs print. */
import type { Tokens, Usage } from "@rein/core/schema/Usage"
import { ofProcess } from "../Output.ts"
import { visible } from "../Visible.ts"
import type { Ran } from "./Programs.ts"

/** All of it goes to standard output, but for what is wrong. */
export interface Report {
  readonly say: (text: string) => void
  /** A command that runs now, as somebody would type it. */
  readonly command: (text: string) => void
  /** What happens from outside while a command runs. */
  readonly outside: (text: string) => void
  /** A heading, and what a program printed. */
  readonly printed: (heading: string, text: string) => void
  /** Why the demo ends with another code than 0. */
  readonly wrong: (text: string) => void
}

const isColoured = (): boolean => process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined

/** Over this process's streams. */
export const make = (): Report => {
  const output = ofProcess()
  const bold = (text: string) => (isColoured() ? `\x1b[1m${visible(text)}\x1b[22m` : visible(text))
  return {
    say: (text) => output.answer(`${visible(text)}\n`),
    command: (text) => output.answer(`\n${bold(`$ ${text}`)}\n`),
    outside: (text) => output.answer(`${bold(`-- ${text}`)}\n`),
    printed: (heading, text) => output.answer(`\n${bold(`== ${heading}`)}\n${visible(text).trimEnd()}\n`),
    wrong: (text) => output.line(`rein: the demo did not go as scripted.\n  ${text}`)
  }
}

/** A test run as a heading. */
export const testHeading = (when: string, { code, signal }: Ran): string =>
  `The tests ${when} (node --test, ${code === undefined ? `ended by ${signal ?? "a signal"}` : `exit code ${code}`})`

const count = (tokens: Tokens): string => (tokens === "unknown" ? "unknown" : tokens.toLocaleString("en-US"))

/** How much of the input came from the provider's cache. */
export const cachedShare = ({ cacheRead, input }: Usage): string => {
  const share =
    cacheRead === "unknown" || input === "unknown" || input === 0
      ? "unknown"
      : `${Math.round((cacheRead / input) * 100)} %`
  return `${share} of ${count(input)} input tokens from the cache`
}
