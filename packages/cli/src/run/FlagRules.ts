/** The rules of a command line: `--allow`, `--deny`, `--ask` and `--yes`. */
import { type Action, type Layer, Review, type Rule } from "@rein/permission"
import { Effect } from "effect"
import { UsageError } from "../Failure.ts"
import { pathPattern } from "../permission/PathPattern.ts"
import { didYouMean } from "../Near.ts"

/** The flags as they were written. */
export interface Given {
  readonly allow: ReadonlyArray<string>
  readonly ask: ReadonlyArray<string>
  readonly deny: ReadonlyArray<string>
  readonly yes: boolean
}

const known: ReadonlyArray<string> = ["bash", ...Review.pathPermissions]

const form = 'write permission:pattern, e.g. "bash:npm test*", "edit:src/*", or a permission alone, e.g. "read"'

const parse = Effect.fnUntraced(function* (
  action: Action,
  text: string,
  directory: string
): Effect.fn.Return<Rule, UsageError> {
  const [, permission, pattern = "*"] = /^([\w*-]+)(?::([^]+))?$/.exec(text) ?? []
  if (permission === undefined) {
    return yield* new UsageError({ message: `"${text}" (in --${action}) is no rule: ${form}.` })
  }
  const called = Review.realName(permission)
  if (called !== undefined) {
    return yield* new UsageError({
      message: `The permission "${permission}" (in --${action} ${text}) is called ${called}: the rule would match nothing.`
    })
  }
  const meant = known.includes(permission) ? "" : didYouMean(permission, known)
  if (meant !== "") {
    return yield* new UsageError({
      message: `There is no permission "${permission}" (in --${action} ${text}).${meant}`
    })
  }
  if (!Review.pathPermissions.includes(permission)) return { permission, pattern, action }
  return { permission, pattern: yield* pathPattern(pattern, directory, `--${action} ${text}`), action }
})

/** `--yes`: what nothing denies is allowed. */
const yes: Layer = { origin: "--yes", onlyAsks: true, rules: [{ permission: "*", pattern: "*", action: "allow" }] }

/** The layers behind all others. Of several flags that match, deny wins over ask and ask over allow, in whatever order they came. */
export const layers = Effect.fnUntraced(function* (
  given: Given,
  directory: string
): Effect.fn.Return<ReadonlyArray<Layer>, UsageError> {
  const of = (action: Action, texts: ReadonlyArray<string>) =>
    Effect.forEach(texts, (text) => parse(action, text, directory))
  const rules = [
    ...(yield* of("allow", given.allow)),
    ...(yield* of("ask", given.ask)),
    ...(yield* of("deny", given.deny))
  ]
  return [...(given.yes ? [yes] : []), ...(rules.length === 0 ? [] : [{ origin: "the command line", rules }])]
})
