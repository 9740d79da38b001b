/** Colours of whole lines, where they are wanted. */

/** What a line is about. */
export type Tone = "plain" | "quiet" | "good" | "warning" | "bad"

const codes: Readonly<Record<Tone, string>> = { plain: "", quiet: "2", good: "32", warning: "33", bad: "31" }

/** Puts a colour around text that is safe to show. */
export type Paint = (tone: Tone, text: string) => string

/** No colours. */
export const plain: Paint = (_, text) => text

/** Colours. */
export const coloured: Paint = (tone, text) => (tone === "plain" ? text : `\x1b[${codes[tone]}m${text}\x1b[0m`)

/**
 * Are colours wanted on a stream?
 *
 * `FORCE_COLOR` decides first, as it does in Node: `0` and `false` say no. Then any `NO_COLOR` says no. Else terminals
 * get them, unless they are dumb.
 */
export const isColoured = (environment: NodeJS.ProcessEnv, isTerminal: boolean): boolean => {
  const { FORCE_COLOR: forced, NO_COLOR: none, TERM: terminal } = environment
  if (forced !== undefined) return forced !== "0" && forced !== "false"
  if (none !== undefined && none !== "") return false
  return isTerminal && terminal !== "dumb"
}
