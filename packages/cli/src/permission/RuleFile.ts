/** A file of rules: a JSON array of `{ permission, pattern, action }`, the last match wins. Relative paths are of the directory that is asked about. */
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { type Layer, Review, type Rule } from "@rein/permission"
import { Effect, Result, Schema } from "effect"
import { messageOf, UsageError } from "../Failure.ts"
import { oneLine } from "../Visible.ts"
import { pathPattern } from "./PathPattern.ts"

const RuleSchema = Schema.Struct({
  permission: Schema.NonEmptyString,
  pattern: Schema.String,
  action: Schema.Literals(["allow", "ask", "deny"])
})

const decode = Schema.decodeUnknownResult(RuleSchema, { onExcessProperty: "error" })

const example = '[{ "permission": "bash", "pattern": "git status *", "action": "allow" }]'

const parse = (text: string): unknown => JSON.parse(text.replace(/^\uFEFF/, ""))

/** The rules of a file, as the only layer. */
export const load = Effect.fnUntraced(function* (path: string, directory: string): Effect.fn.Return<Layer, UsageError> {
  const refuse = (why: string) => new UsageError({ message: `The rules in ${path} cannot be used: ${why}` })
  const text = yield* Effect.tryPromise({
    try: () => readFile(resolve(path), "utf8"),
    catch: (cause) => refuse(`${messageOf(cause)}.`)
  })
  const all = yield* Effect.try({
    try: () => parse(text),
    catch: (cause) => refuse(`it is not JSON (${messageOf(cause)}). Write an array like ${example}.`)
  })
  if (!Array.isArray(all)) return yield* refuse(`it is no array. Write one like ${example}.`)
  const rules: Array<Rule> = []
  for (const [index, one] of all.entries()) {
    const read = decode(one)
    if (Result.isFailure(read)) {
      return yield* refuse(
        `rule ${index + 1}, ${oneLine(JSON.stringify(one), 80)}: ${oneLine(read.failure.message, 200)}`
      )
    }
    const { action, pattern, permission } = read.success
    const isPath = Review.pathPermissions.includes(permission)
    const meant = isPath ? yield* pathPattern(pattern, directory, `rule ${index + 1} in ${path}`) : pattern
    rules.push({ permission, pattern: meant, action })
  }
  return { origin: path, rules }
})
