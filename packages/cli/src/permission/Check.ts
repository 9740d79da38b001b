/** What would be decided: about a line of shell, a path, or any other value. */
import { type Action, Review, type Rule, Rules } from "@rein/permission"
import { isInside, realPath } from "@rein/tools/RealPath"
import { external } from "@rein/tools/Need"
import { Effect } from "effect"
import type { InForce } from "./InForce.ts"
import { type LineJudge, type PathJudgement, reasonOf } from "./LineJudge.ts"

/** What is asked. */
export interface Asked {
  readonly permission: string
  readonly value: string
}

/** One of the things that were decided: a simple command, or a permission for a value. */
export interface Part {
  readonly permission: string
  readonly value: string
  readonly decision: Action
  readonly rule?: Rule
  readonly origin?: string
  readonly why: string
}

/** What was decided, and about what; `commands` are only those of a line of shell. */
export interface Checked {
  readonly decision: Action
  readonly why: string
  /** The words of each simple command. */
  readonly commands: ReadonlyArray<ReadonlyArray<string>>
  readonly paths: ReadonlyArray<Pick<PathJudgement, "path" | "access" | "outside">>
  readonly parts: ReadonlyArray<Part>
}

const partOf = ({ home, layers }: InForce, permission: string, value: string): Part => {
  const { action, origin, rule } = Rules.explain(layers, permission, value, { home })
  const by = { ...(rule === undefined ? {} : { rule }), ...(origin === undefined ? {} : { origin }) }
  return { permission, value, decision: action, ...by, why: reasonOf(by) }
}

const order: ReadonlyArray<Action> = ["deny", "ask", "allow"]

/** The first of the strictest. */
const worst = (parts: ReadonlyArray<Part>): Pick<Part, "decision" | "why"> => {
  const [first] = parts.toSorted((a, b) => order.indexOf(a.decision) - order.indexOf(b.decision))
  if (first === undefined) return { decision: "ask", why: "nothing was found that could be judged, so it is asked" }
  return { decision: first.decision, why: first.why }
}

const checkLine = Effect.fnUntraced(function* (line: string, place: InForce, judge: LineJudge) {
  const { action, commands, paths, why } = yield* judge(line, place)
  return {
    decision: action,
    why,
    // Of a line that is not understood there is a part without words.
    commands: commands.map(({ argv }) => argv).filter(({ length }) => length > 0),
    paths: paths.map(({ access, outside, path }) => ({ path, access, outside })),
    parts: commands.map(({ action, argv: _words, text, ...rest }) => ({
      permission: "bash",
      value: text,
      decision: action,
      ...rest
    }))
  } satisfies Checked
})

/** As a tool would ask for it: the real path, and besides that whatever goes with the permission. */
const checkPath = Effect.fnUntraced(function* ({ permission, value }: Asked, place: InForce) {
  const path = yield* realPath(place.directory, value)
  const outside = !isInside(place.directory, path)
  const isSearch = permission === "glob" || permission === "grep"
  const wanted = new Set([permission, ...(isSearch ? ["read"] : []), ...(outside ? [external] : [])])
  const parts = [...wanted].map((one) => partOf(place, one, path))
  const access = permission === "edit" ? "write" : "read"
  return { ...worst(parts), commands: [], paths: [{ path, access, outside }], parts } satisfies Checked
})

/** Decides as the runtime would, and says why. */
export const check = Effect.fnUntraced(function* (asked: Asked, place: InForce, judge: LineJudge) {
  if (asked.permission === "bash") return yield* checkLine(asked.value, place, judge)
  if (Review.pathPermissions.includes(asked.permission)) return yield* checkPath(asked, place)
  const parts = [partOf(place, asked.permission, asked.value)]
  return { ...worst(parts), commands: [], paths: [], parts } satisfies Checked
})
