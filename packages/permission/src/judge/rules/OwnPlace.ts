/** Rules that end with a directory, as `rm -rf dist/*` does: they allow no change anywhere else, though `*` is any text. */
import type { Working } from "../Judgement.ts"
import { isInside, join, normalize } from "../Locations.ts"
import type { Use } from "../programs/Program.ts"
import type { Ruling } from "./Ruling.ts"
import type { Scope } from "../Scope.ts"

const directoryOf = (pattern: string): string | undefined => {
  const [, before = "", directory] = /^(.* )([^\s*?]+\/)\*+$/.exec(pattern) ?? []
  // With another place before it the rule speaks of both.
  return /[/*?]/.test(before) ? undefined : directory
}

/** Does the command change something outside of the directory that its rule names? */
export const leavesOwnPlace = (
  { paths }: Use,
  { rule }: Ruling,
  { directories = [] }: Scope,
  { directory: start, facts }: Working
): boolean => {
  const named = rule === undefined || rule.action !== "allow" ? undefined : directoryOf(rule.pattern)
  if (named === undefined || /^[~$]/.test(named)) return false
  const place = normalize(join(start, named))
  const [real, written] = [facts.realPath(place) ?? place, place]
  return paths.some(
    ({ access, value }) =>
      (access === "act" || access === "write") &&
      !directories.every(
        (directory) =>
          value.values?.every((text) => {
            const changed = normalize(join(directory, text))
            return isInside(written, changed) || isInside(real, changed)
          }) === true
      )
  )
}
