/** Judges lines of shell on this machine: for the `bash` tool, and for whoever wants to know beforehand. */
import { Arity, type Context, Judge, type Judgement, type Reading } from "@rein/permission"
import { NodeFacts, NodeReader } from "@rein/permission/node"
import { Effect } from "effect"

export interface Options {
  /** The `PATH` that the lines run with. */
  readonly path: string
  readonly home: string
}

/** Where a line would run, and under which rules. */
export type Place = Pick<Context, "directory" | "layers">

export type ShellLine = (line: string, place: Place) => Effect.Effect<Judgement>

/** Without the parsers nothing is understood, so all is asked. */
const withoutParsers: Reading.Reader = () => ({
  _tag: "NotUnderstood",
  why: "the parsers of the shell could not be loaded",
  commands: []
})

/** Loads the parsers with the first line. */
export const make = Effect.fnUntraced(function* ({ home, path }: Options) {
  const facts = NodeFacts.make(path)
  const reader = yield* Effect.cached(
    Effect.orElseSucceed(
      Effect.tryPromise(() => NodeReader.load()),
      () => withoutParsers
    )
  )
  const judge: ShellLine = (line, { directory, layers }) =>
    Effect.map(reader, (read) => {
      const context = { directory, project: directory, home, layers, patterns: { home }, facts, prefix: Arity.prefix }
      return Judge.judge(line, context, read)
    })
  return judge
})
