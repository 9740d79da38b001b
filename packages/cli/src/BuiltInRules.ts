/** The rules that hold before anybody configures any. */
import { type Layer, readOnly, type Rule } from "@rein/permission"

/** A pattern has no way to write a star or question mark literally, so a directory with one in its name gets no rule: all of it is asked. */
const canBePattern = (directory: string): boolean => !/[*?]/.test(directory)

/** What only looks. A search is also judged as `read` of the path where it begins. */
const looking = ["read", "glob", "grep"]

const rulesOf = (directory: string): ReadonlyArray<Rule> => {
  const inside = directory === "/" ? "" : directory
  return [
    ...looking.flatMap((permission): ReadonlyArray<Rule> => [
      { permission, pattern: directory, action: "allow" },
      { permission, pattern: `${inside}/*`, action: "allow" }
    ]),
    // Also `.env.local`, `.envrc`, and what lies in a folder `.env`.
    { permission: "read", pattern: "*/.env*", action: "ask" },
    // Made to be read: it says which variables there are, without their values.
    { permission: "read", pattern: `${inside}/.env.example`, action: "allow" },
    { permission: "read", pattern: `${inside}/*/.env.example`, action: "allow" },
    ...readOnly
  ]
}

/** Reading and searching inside of the directory is allowed, except what usually holds secrets; everything else asks. */
export const builtIn = (directory: string): Layer => ({
  origin: "built-in",
  rules: canBePattern(directory) ? rulesOf(directory) : []
})
