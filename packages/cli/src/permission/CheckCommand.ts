/** `rein permission check`: one value from the command line, or many as lines of JSON. */
import { Effect, Result, Schema, Stream } from "effect"
import { Ended, messageOf, UsageError } from "../Failure.ts"
import { ofProcess } from "../Output.ts"
import { visible, visibleJson } from "../Visible.ts"
import * as Check from "./Check.ts"
import { inForce } from "./InForce.ts"
import type * as InForce from "./InForce.ts"
import * as LineJudge from "./LineJudge.ts"
import { neverMatching, warn } from "./Warnings.ts"

/** The command line. */
export interface Given extends InForce.Given {
  readonly value: string | undefined
  readonly permission: string
  readonly format: "text" | "json"
  readonly stdin: boolean
  /** Tell the decision by the exit code, too. */
  readonly exitCode: boolean
}

/** With `--exit-code`; else the code is 0 whatever was decided. */
const codes = { allow: 0, ask: 3, deny: 4 } as const

const textOf = ({ commands: _words, decision, parts, paths, why }: Check.Checked): ReadonlyArray<string> => [
  `${decision}: ${why}`,
  ...parts.map((part) => `  ${part.decision.padEnd(5)}  ${part.permission}  ${part.value}  (${part.why})`),
  ...paths.map(({ access, outside, path }) => `  ${access.padEnd(5)}  ${path}${outside ? "  (outside)" : ""}`)
]

const checkOne = Effect.fnUntraced(function* (given: Given, value: string) {
  const judge = yield* LineJudge.make
  const place = yield* inForce(given)
  const asked = { permission: given.permission, value }
  const checked = yield* Effect.mapError(Check.check(asked, place, judge), ({ message }) => new UsageError({ message }))
  const output = ofProcess()
  warn(neverMatching(place))
  if (given.format === "json") output.answer(`${visibleJson({ ...asked, ...checked })}\n`)
  else {
    // Further lines of a value are indented, so that none looks like a decision.
    for (const line of textOf(checked)) output.answer(`${visible(line).replaceAll("\n", "\n    ")}\n`)
  }
  if (given.exitCode && checked.decision !== "allow") return yield* new Ended({ code: codes[checked.decision] })
})

const Line = Schema.fromJsonString(
  Schema.Struct({
    id: Schema.optionalKey(Schema.Json),
    permission: Schema.optionalKey(Schema.NonEmptyString),
    value: Schema.String
  })
)

/** Of a line that is wrong in something else the id can still be told. */
const Named = Schema.fromJsonString(Schema.Struct({ id: Schema.Json }))

const idOf = (line: string) => {
  const named = Schema.decodeResult(Named)(line)
  return Result.isSuccess(named) ? named.success.id : null
}

/** What cannot be read is asked, and says why. */
const wrong = (line: string, error: string) => ({
  id: idOf(line),
  decision: "ask",
  commands: [],
  paths: [],
  why: error,
  error
})

type Answer = ReturnType<typeof wrong> | ({ readonly id: Schema.Json } & Omit<Check.Checked, "parts">)

const judged = Effect.fnUntraced(function* (
  line: string,
  permission: string,
  place: InForce.InForce,
  judge: LineJudge.LineJudge
): Effect.fn.Return<Answer> {
  const read = Schema.decodeResult(Line)(line)
  if (Result.isFailure(read)) {
    return wrong(line, `the line is no { "id", "permission", "value" }: ${read.failure.message.replace(/\s+/g, " ")}`)
  }
  const { id = null, permission: own = permission, value } = read.success
  const checked = yield* Effect.result(Check.check({ permission: own, value }, place, judge))
  if (Result.isFailure(checked)) return wrong(line, checked.failure.message)
  const { commands, decision, paths, why } = checked.success
  return { id, decision, commands, paths, why }
})

/** A line that nothing is prepared for, e.g. one nested too deeply, must not cost the others their answers. */
const answerTo = (...given: Parameters<typeof judged>): Effect.Effect<string> =>
  judged(...given).pipe(
    Effect.map(visibleJson),
    Effect.catchDefect((defect) =>
      Effect.succeed(visibleJson({ ...wrong("", `the line cannot be judged: ${messageOf(defect)}`) }))
    )
  )

const checkMany = Effect.fnUntraced(function* (given: Given) {
  const place = yield* inForce(given)
  const judge = yield* LineJudge.make
  const output = ofProcess()
  warn(neverMatching(place))
  const input = Stream.fromAsyncIterable(
    // Without an encoding a stream gives bytes.
    process.stdin as AsyncIterable<Uint8Array>,
    (cause) => new UsageError({ message: `Standard input cannot be read: ${String(cause)}` })
  )
  yield* input.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.filter((line) => line.trim() !== ""),
    Stream.mapEffect((line) => answerTo(line, given.permission, place, judge)),
    Stream.runForEach((answer) => Effect.sync(() => output.answer(`${answer}\n`)))
  )
})

/** Tells what would be decided, and runs nothing. */
export const check = Effect.fn("rein.permission.check")(function* (given: Given) {
  if (given.stdin) {
    if (given.value === undefined) return yield* checkMany(given)
    return yield* new UsageError({
      message: "With --stdin the values come from standard input: leave the other one out."
    })
  }
  if (given.value !== undefined) return yield* checkOne(given, given.value)
  return yield* new UsageError({
    message: "There is nothing to check. Write a value, e.g. rein permission check 'git status', or --stdin."
  })
})
