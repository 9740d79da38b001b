/** May a path be read or written? Decided on the place where it really leads. */
import * as Rules from "../../Rules.ts"
import { explain, forbidding } from "../rules/Explain.ts"
import type { Decision } from "../../Rules.ts"
import type { PathJudgement, Working } from "../Judgement.ts"
import { couldMatch } from "../words/GlobWords.ts"
import { baseName, isInside, join, normalize, within } from "../Locations.ts"
import type { Access } from "../programs/Program.ts"
import { isProtected, isProtectedFromWrites } from "./Protected.ts"
import type { Scope } from "../Scope.ts"
import type { Value } from "../words/Value.ts"
import { allow, ask, type Verdict, worst } from "../Verdict.ts"

const isChange = (access: Access): boolean => access === "write" || access === "act"

/** More paths of one word than these are asked. */
const maximumPaths = 2_000

/** Streams that every program has anyway, and the place where everything vanishes. */
const streams = /^\/dev\/(?:null|stdin|stdout|stderr|fd\/[012])$/

/** Files there are devices, other programs and connections. */
const machine = /^\/(?:dev|proc|sys)(?:\/|$)/

const isBlanket = ({ rule }: Decision): boolean =>
  rule !== undefined && /^\**$/.test(rule.permission) && /^\**$/.test(rule.pattern)

const verdictOf = ({ action, origin, rule }: Decision, what: string): Verdict => ({
  action,
  why: `a rule of ${origin ?? "the runtime"} ${action === "deny" ? "denies" : `says ${action} for`} ${what}`,
  ...(rule === undefined ? {} : { rule }),
  ...(origin === undefined ? {} : { origin })
})

/** Usually holds secrets, so where no rule says anything about it, it is asked. */
const isSecret = (path: string): boolean => /^\.env(?!\.example$)/.test(baseName(path))

/** What rules say by themselves: without a rule, or with one that only says what else is to be done, it is allowed. */
const unlessForbidden = (context: Working, permission: string, paths: ReadonlyArray<string>): Verdict => {
  const verdicts = paths
    .map((path) => ({ path, decision: explain(context, permission, path) }))
    .filter(({ decision }) => decision.rule !== undefined && !(decision.action === "ask" && isBlanket(decision)))
    .map(({ decision, path }) => verdictOf(decision, `${permission} of ${path}`))
  const secret = permission === "read" && verdicts.length === 0 ? paths.find(isSecret) : undefined
  return worst(
    secret === undefined ? allow("it is inside of the project") : ask(`${secret} usually holds secrets`),
    verdicts
  )
}

const onlyIfAllowed = (context: Working, path: string): Verdict => {
  const decision = explain(context, "edit", path)
  return decision.rule === undefined ? ask(`no rule allows to write ${path}`) : verdictOf(decision, `edit of ${path}`)
}

/** Outside of the project a rule must say so by name: who allows everything of something else has not thought of it. */
const outside = (context: Working, access: Access, path: string): Verdict => {
  const own = explain(context, "external_directory", path)
  // A rule about all that is in a directory is about the directory too.
  const inIt = context.facts.entries(path) === undefined ? own : explain(context, "external_directory", `${path}/`)
  const isSeen =
    own.rule === undefined &&
    !isChange(access) &&
    ["external_directory", "read"].every((name) => forbidding(context, name).every(({ rule }) => rule.pattern === "*"))
  const decision = inIt.action === "deny" || isSeen ? inIt : own
  const isNamed = decision.rule?.permission === "*" || !/[*?]/.test(decision.rule?.permission ?? "*")
  if (decision.action === "allow" && !isNamed) return ask(`${path} is outside of the project`) // guard: I7 permission/test/judge/Certain.test.ts #outside of the project
  return decision.rule === undefined
    ? ask(`${path} is outside of the project`)
    : verdictOf(decision, `the path ${path} outside of the project`)
}

const inAccess = (context: Working, access: Access, paths: ReadonlyArray<string>): Verdict => {
  const [path = ""] = paths
  if (access === "read") return unlessForbidden(context, "read", paths)
  if (access === "look") {
    const reading = unlessForbidden(context, "read", paths)
    return reading.action === "ask" ? allow("only its name and size are looked at") : reading
  }
  if (access === "act") return unlessForbidden(context, "edit", paths)
  return worst(onlyIfAllowed(context, path), [unlessForbidden(context, "edit", paths)])
}

/** Why a change there is asked whatever rules allow; undefined where it is not. */
const riskOfChange = ({ project }: Working, real: string, written: string): string | undefined => {
  if (real === project) return "it may change all of the project"
  const isRisky = isProtectedFromWrites(project, real) || isProtectedFromWrites(project, written)
  return isRisky ? `a change of ${real} may run programs or change rules later` : undefined
}

const inside = (context: Working, access: Access, real: string, written: string): Verdict => {
  const risk = isChange(access) ? riskOfChange(context, real, written) : undefined
  if (risk !== undefined) return worst(ask(risk), [inAccess(context, access, [real])]) // guard: I7 permission/test/judge/Judge.test.ts #does more than rules allow
  return inAccess(context, access, [...new Set([real, written, within(context.project, real)])])
}

const decided = (path: string, access: Access, isOutside: boolean, verdict: Verdict): PathJudgement => ({
  path,
  access: isChange(access) ? "write" : "read",
  outside: isOutside,
  ...verdict
})

/** Decides about an absolute path that is not yet followed. */
export const judgePlace = (place: string, access: Access, context: Working): PathJudgement => {
  const { places } = context.effort
  const known = places.get(`${access} ${place}`) ?? lookAt(place, access, context)
  places.set(`${access} ${place}`, known)
  return known
}

/** `known`: where it leads, when that is known already. */
const lookAt = (place: string, access: Access, context: Working, known?: string): PathJudgement => {
  const written = known ?? normalize(place)
  if (streams.test(written)) return decided(written, access, false, allow("it is a stream that every program has"))
  const real = known ?? context.facts.realPath(place)
  if (real === undefined) return decided(written, access, false, ask(`where ${place} leads cannot be followed`))
  if (machine.test(real) || machine.test(written))
    return decided(
      real,
      access,
      true,
      worst(ask(`${written} belongs to the machine`), [outside(context, access, real)])
    )
  if (isInside(context.project, real)) return decided(real, access, false, inside(context, access, real, written))
  const verdict = worst(outside(context, access, real), [
    inAccess(context, access === "act" ? "write" : access, [real])
  ])
  const guarded = isChange(access) && isProtected("/", real)
  return decided(
    real,
    access,
    true,
    guarded ? worst(ask(`a change of ${real} may run programs later`), [verdict]) : verdict
  )
}

/** Decides about what a word may lead to. */
export const judgePaths = (
  value: Value,
  access: Access,
  scope: Scope,
  context: Working
): ReadonlyArray<PathJudgement> => {
  context.effort.left -= (value.values?.length ?? 0) * 4
  if (value.values === undefined || value.values.length > maximumPaths || context.effort.left < 0)
    return [decided(value.text, access, false, ask(`where ${value.text} leads is not known before it runs`))]
  if (scope.directories === undefined)
    return [decided(value.text, access, false, ask("the directory it runs in is not known"))]
  const directories = scope.directories
  const judged = value.values
    .filter((text) => text !== "-")
    .flatMap((text) => (text.startsWith("/") ? [text] : directories.map((directory) => join(directory, text))))
    .map((place) => judgePlace(place, access, context))
  const { traces } = context.effort
  if (isChange(access)) for (const text of value.values) if (text !== "-") traces.made.add(text)
  if (access === "write") for (const { path } of judged) traces.written.add(path)
  return judged.length > 8 ? [...judged.filter(({ action }) => action !== "allow"), ...judged.slice(0, 8)] : judged
}

/** May a path that a program without a table is given be used in any way? */
export const judgeAnyUse = (place: string, context: Working): PathJudgement => {
  const read = judgePlace(place, "read", context)
  if (read.outside || read.action !== "allow") return read
  if (isProtected(context.project, read.path))
    return decided(read.path, "write", false, ask(`a change of ${read.path} may run programs or change rules later`))
  const isDirectory = context.facts.entries(read.path) !== undefined
  const whole = isDirectory ? unlessForbidden(context, "read", [`${read.path}/`]) : read
  if (whole.action !== "allow") return decided(read.path, "read", false, whole)
  const change = unlessForbidden(context, "edit", isDirectory ? [read.path, `${read.path}/`] : [read.path])
  return change.action === "deny"
    ? decided(read.path, "write", false, { ...change, action: "ask", why: `it may change ${read.path}: ${change.why}` })
    : read
}

/** Files that are looked at below a directory, at most. */
const maximumBelow = 2_000

/** What is looked for below a directory. */
export interface Below {
  readonly access: "read" | "act"
  readonly hidden: boolean
  /** Links are followed too. */
  readonly follows?: boolean
  /** Only names that one of them matches. */
  readonly patterns?: ReadonlyArray<string>
  /** A directory with such a name is taken with all that is in it. */
  readonly whole?: boolean
  /** Only these, where not all count. */
  readonly counts?: (path: string) => boolean
  /** All of them are changed, so that one that is asked for by itself counts too. */
  readonly isCertain?: boolean
}

/**
 * Does a rule speak of reading or changing something that is below the directory? Files beyond the first thousands are not
 * looked for.
 */
export const judgeBelow = (root: string, context: Working, below: Below): ReadonlyArray<PathJudgement> => {
  const permission = below.access === "read" ? "read" : "edit"
  const isStrict = context.layers.some(({ rules }) =>
    rules.some(({ action, permission: of }) => action !== "allow" && Rules.matches(of, permission))
  )
  const real = context.facts.realPath(root)
  if (
    real === undefined ||
    !isInside(context.project, real) ||
    (below.access === "act" && !isStrict && below.isCertain !== true)
  )
    return []
  const key = `${isStrict} ${below.access} ${below.hidden} ${below.follows === true} ${below.counts === undefined} ${below.isCertain === true} ${below.whole === true} ${below.patterns?.join("\n") ?? "*"} ${real}`
  const known = context.effort.below.get(key) ?? lookBelow(real, context, isStrict, below)
  context.effort.below.set(key, known)
  return known
}

const lookBelow = (
  root: string,
  context: Working,
  isStrict: boolean,
  { access, counts, follows, hidden, isCertain, patterns, whole }: Below
): ReadonlyArray<PathJudgement> => {
  const isWanted = (name: string, wanted: Below["patterns"]): boolean =>
    wanted === undefined || wanted.some((pattern) => couldMatch(pattern, name))
  /** The patterns that count in a directory. */
  const wantedIn = (name: string, wanted: Below["patterns"]) =>
    whole === true && isWanted(name, wanted) ? undefined : wanted
  const start = wantedIn(".", patterns) === undefined ? undefined : wantedIn(baseName(root), patterns)
  const add = (judged: PathJudgement) => {
    // That a change of it would be asked anyway is not the matter of one who names the directory.
    const isMatter = access === "read" || isCertain === true || judged.rule !== undefined
    if (judged.action !== "allow" && isMatter && counts?.(judged.path) !== false) found.push(judged)
  }
  const waiting = [{ directory: root, wanted: start }]
  const found: Array<PathJudgement> = []
  let looked = 0
  for (let next = waiting.shift(); next !== undefined && looked < maximumBelow; next = waiting.shift()) {
    const { directory, wanted } = next
    for (const { kind, name } of context.facts.entries(directory) ?? []) {
      looked++
      if (!hidden && name.startsWith(".")) continue
      const path = join(directory, name)
      if (kind === "link" && follows === true) {
        const target = context.facts.realPath(path)
        const judged = judgePlace(path, access, context)
        if (judged.action !== "allow" && counts?.(path) !== false) found.push(judged)
        if (target !== undefined && isInside(context.project, target) && context.facts.entries(target) !== undefined)
          waiting.push({ directory: target, wanted: wantedIn(name, wanted) })
      } else if (kind === "directory") {
        if (whole === true && isWanted(name, wanted)) add(lookAt(path, access, context, path))
        if (name !== "node_modules" && (name !== ".git" || isCertain === true))
          waiting.push({ directory: path, wanted: wantedIn(name, wanted) })
      } else if (kind === "file" && (isStrict || isCertain === true || isSecret(name)) && isWanted(name, wanted)) {
        // Neither it nor a directory on the way to it is a link.
        add(lookAt(path, access, context, path))
      }
    }
  }
  return found.slice(0, 8)
}
