/** Where two requests differ first, in the order in which the model reads them. */
import type { Schema } from "effect"
import type { Canonical } from "./Canonical.ts"

/** A value of a request, by its path. */
type Leaf = readonly [path: string, value: string]

/** The first difference, with both values as text. */
export interface Difference {
  readonly path: string
  /** Nothing where only the other one goes on. */
  readonly recorded: string | undefined
  readonly asked: string | undefined
}

const leavesOf = (path: string, value: Schema.Json): ReadonlyArray<Leaf> => {
  if (Array.isArray(value)) return value.flatMap((one, index) => leavesOf(`${path}[${index}]`, one))
  if (typeof value !== "object" || value === null) return [[path, typeof value === "string" ? value : String(value)]]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(`${path}.${key}`, inner))
}

/** The values of a request in reading order. */
export const leaves = ({ maxOutputTokens, messages, model, system, tools }: Canonical): ReadonlyArray<Leaf> => [
  ...leavesOf("model", model),
  ...leavesOf("maxOutputTokens", maxOutputTokens ?? null),
  ...leavesOf("system", system),
  ...leavesOf("tools", tools),
  ...leavesOf("messages", messages)
]

/** The first difference, if there is any. */
export const first = (recorded: ReadonlyArray<Leaf>, asked: ReadonlyArray<Leaf>): Difference | undefined => {
  const length = Math.max(recorded.length, asked.length)
  for (let index = 0; index < length; index++) {
    const [one, other] = [recorded[index], asked[index]]
    if (one?.[0] === other?.[0] && one?.[1] === other?.[1]) continue
    // Where one of them has something in between, that is the difference.
    const path = one?.[0] ?? other?.[0] ?? ""
    const isSame = one?.[0] === other?.[0]
    if (isSame || one === undefined || other === undefined) return { path, recorded: one?.[1], asked: other?.[1] }
    const isExtra = !recorded.some(([known]) => known === other[0])
    return isExtra
      ? { path: other[0], recorded: undefined, asked: other[1] }
      : { path, recorded: one[1], asked: undefined }
  }
  return undefined
}

/** How many values two requests share. */
export const alike = (recorded: ReadonlyArray<Leaf>, asked: ReadonlyArray<Leaf>): number => {
  const known = new Map(recorded)
  return asked.filter(([path, value]) => known.get(path) === value).length
}

/** So much is shown of a value, around the place where it differs. */
const shownLength = 120

const around = (text: string | undefined, at: number): string => {
  if (text === undefined) return "nothing"
  const from = Math.max(0, at - shownLength / 3)
  const shown = text.slice(from, from + shownLength)
  return JSON.stringify(`${from > 0 ? "…" : ""}${shown}${from + shownLength < text.length ? "…" : ""}`)
}

/** The difference for people, with both values. */
export const describe = ({ asked, path, recorded }: Difference): string => {
  const [one, other] = [recorded ?? "", asked ?? ""]
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return `at ${path}: recorded ${around(recorded, at)}, asked ${around(asked, at)}`
}
