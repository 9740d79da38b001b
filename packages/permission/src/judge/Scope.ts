/** What is known at a place of a script: where it may be, and what its variables may hold. */
import type { Context } from "./Judgement.ts"

/** Directories of a script beyond these are not told apart. */
const maximumDirectories = 4

export interface Scope {
  /** Each directory that this place may run in, as a real path; undefined when nobody can say. */
  readonly directories: ReadonlyArray<string> | undefined
  /** What a variable may hold; undefined for one whose content nobody can say. */
  readonly variables: ReadonlyMap<string, Content | undefined>
  /** Where the names that come in through the pipe were found. */
  readonly input?: Names | undefined
}

/** One of these texts; of the name of a file that was found, the places where it was searched; `plain`: see `Value`. */
export interface Content {
  readonly texts?: ReadonlyArray<string>
  readonly names?: Names
  readonly plain?: true
  readonly number?: true
}

/** Names of files below these directories, as a search writes them. */
export interface Names {
  readonly roots: ReadonlyArray<string>
  /** Where they are names of. */
  readonly from: ReadonlyArray<string>
  /** Hidden files are not among them, when this is false. */
  readonly hidden?: boolean
  /** None of them is a link. */
  readonly isFiles?: boolean
  /** Each name ends with a NUL, so that blanks in it divide nothing. */
  readonly separated: boolean
  /** Each name is a line, and one with the end of a line in it would be two. */
  readonly isByLine?: boolean
  /** Only files that are in git's index. */
  readonly tracked?: boolean
  /** Only names that this pattern matches. */
  readonly pattern?: string
}

export const start = (context: Context): Scope => ({ directories: [context.directory], variables: new Map() })

/** Wherever either of the two may be. */
export const either = (
  one: ReadonlyArray<string> | undefined,
  other: ReadonlyArray<string> | undefined
): ReadonlyArray<string> | undefined => {
  if (one === undefined || other === undefined) return undefined
  const all = [...new Set([...one, ...other])]
  return all.length > maximumDirectories ? undefined : all
}

export const withVariable = (scope: Scope, name: string, content: Content | undefined): Scope => ({
  ...scope,
  variables: new Map([...scope.variables, [name, content]])
})

/** Names in capitals that scripts give to what is theirs: made of words that no program takes for a setting. */
const ownNames =
  /^(?:[A-Z]|(?:FOO|BAR|BAZ|FILES?|DIRS?|DIRECTORY|NAMES?|VERSION|COUNT|TOTAL|TAG|BRANCH|COMMIT|SHA|BASE|URL|API|OUT|OUTPUT|RESULTS?|SRC|SOURCE|DEST|TARGET|MSG|MESSAGE|PKGS?|PACKAGES?|PR|ISSUE|NUM|NUMBER|MY|OLD|NEW|START|END|STATUS|LOG|PID|PATTERN|QUERY)(?:_(?!.*_$)(?:FILES?|DIRS?|NAMES?|VERSION|COUNT|TAG|BRANCH|COMMIT|SHA|URL|ID|NUM|NUMBER|MSG|STATUS|PATTERN))?)$/

/**
 * May a script choose this name for a variable? Names that bash and programs give a meaning to are written in capitals,
 * with these exceptions.
 */
export const isFreeName = (name: string): boolean =>
  (/[a-z]/.test(name) || ownNames.test(name)) && !/^(?:histchars|auto_resume|.*_proxy)$/.test(name)
