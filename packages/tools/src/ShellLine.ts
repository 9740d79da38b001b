/** Judges lines of shell on this machine: for the `bash` tool, and for whoever wants to know beforehand. */
import type { Context, Judgement, Reading } from "@rein/permission"
import { Effect } from "effect"

/** Options of `make`; `home` is also what `~` in a rule stands for. */
export interface Options {
  /** The `PATH` that the lines run with. */
  readonly path: string
  readonly home: string
}

/** Where a line would run, and under which rules. */
export type Place = Pick<Context, "directory" | "layers">

/** Decides about one line; it never fails, as what cannot be read is asked. */
export type ShellLine = (line: string, place: Place) => Effect.Effect<Judgement>

/** Without the parsers nothing is understood, so all is asked. */
const withoutParsers: Reading.Reader = () => ({
  _tag: "NotUnderstood",
  why: "the parsers of the shell could not be loaded",
  commands: []
})

/** The judge and the parsers: tables and code that a run without commands does not pay for. */
const load = async (path: string) => {
  const [{ judge }, { savable }, { NodeFacts, NodeReader }] = await Promise.all([
    import("@rein/permission/judge/Judge"),
    import("@rein/permission/Arity"),
    import("@rein/permission/node")
  ])
  const read = await NodeReader.load().catch(() => withoutParsers)
  return { judge, savable, read, facts: NodeFacts.make(path) }
}

/** Loads the judge with the first line. */
export const make = Effect.fnUntraced(function* ({ home, path }: Options) {
  const loaded = yield* Effect.cached(Effect.promise(() => load(path)))
  const judgeLine: ShellLine = (line, { directory, layers }) =>
    Effect.map(loaded, ({ facts, judge, read, savable }) =>
      judge(line, { directory, project: directory, home, layers, patterns: { home }, facts, savable }, read)
    )
  return judgeLine
})
