/** The rules that hold before anybody configures any. */
import type { Layer, Rule } from "@rein/permission"

/** A pattern has no way to write a star or question mark literally, so a directory with one in its name gets no rule: all of it is asked. */
const canBePattern = (directory: string): boolean => !/[*?]/.test(directory)

/** What only looks. A search is also judged as `read` of the path where it begins. */
const looking = ["read", "glob", "grep"]

/** Reading and searching inside of the directory is allowed, except what usually holds secrets; everything else asks. */
export const builtIn = (directory: string): Layer => ({
  origin: "built-in",
  rules: canBePattern(directory)
    ? [
        ...looking.flatMap((permission): ReadonlyArray<Rule> => [
          { permission, pattern: directory, action: "allow" },
          { permission, pattern: `${directory === "/" ? "" : directory}/*`, action: "allow" }
        ]),
        { permission: "read", pattern: "*/.env*", action: "ask" }
      ]
    : []
})
