/** Looks into JSON of others, which may be anything. */

/** A field; `undefined` when there is none. */
export const field = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, name)
        ? new Map<string, unknown>(Object.entries(inner)).get(name)
        : undefined,
    value
  )

/** A list; what is none counts as an empty one. */
export const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** The texts of a list; whatever else is in it is left out. */
export const texts = (value: unknown): ReadonlyArray<string> => list(value).filter((one) => typeof one === "string")

/** A text; an empty one counts as none. */
export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined

/** A count of tokens; what is none is not known. */
export const tokens = (value: unknown): number | "unknown" =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : "unknown"
