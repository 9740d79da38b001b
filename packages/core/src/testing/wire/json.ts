/** Looks into JSON of unknown shape. */

/** An object of which nothing is known but that it is one. */
export type Fields = Readonly<Record<string, unknown>>

/** The fields of an object; none of anything else. */
export const fields = (value: unknown): Fields =>
  // An object that is no list may be looked into by key; what is found is checked where it is used.
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {}

/** The elements of a list; none of anything else. */
export const array = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** A text, or an empty one. */
export const text = (value: unknown): string => (typeof value === "string" ? value : "")

/** Is there no text, or only whitespace? */
export const isBlank = (value: unknown): boolean => text(value).trim() === ""

/** What is in the list more than once. */
export const repeated = (values: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index))
]

/** All APIs take the same names for a tool that was called. */
export const wrongNames = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names
    .filter((name) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name))
    .map((name) => `the name "${name}" of a called tool is not allowed`)
