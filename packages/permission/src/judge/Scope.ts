/** What is known at a place of a script: where it may be, and what its variables may hold. */
import type { Context } from "./Judgement.ts"

/** Directories of a script beyond these are not told apart. */
const maximumDirectories = 4

/** What is known just before one step; it is never changed, what follows gets another one. */
export interface Scope {
  /** Each directory that this place may run in, as a real path; undefined when nobody can say. */
  readonly directories: ReadonlyArray<string> | undefined
  /** What a variable may hold; undefined for one whose content nobody can say. */
  readonly variables: ReadonlyMap<string, ReadonlyArray<string> | undefined>
  /** What the command here prints is known, so that it needs no rule of its own. */
  readonly isKnown?: true
  /** What a program here reads comes from another one. */
  readonly isPiped?: true
  /** Where the names that come in through the pipe were found. */
  readonly input?: Names
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
  /** Only files that are in git's index. */
  readonly tracked?: boolean
  /** Only names that one of these patterns matches. */
  readonly patterns?: ReadonlyArray<string>
}

/** At the beginning of a line: in the session's directory, with no variable known. */
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

/** The scope after a variable got one of these values; without any, nobody can say which. */
export const withVariable = (scope: Scope, name: string, values: ReadonlyArray<string> | undefined): Scope => ({
  ...scope,
  variables: new Map([...scope.variables, [name, values]])
})

/**
 * May a script choose this name for a variable? Names that bash and programs give a meaning to are written in capitals,
 * with these exceptions.
 */
export const isFreeName = (name: string): boolean =>
  /[a-z]/.test(name) && !/^(?:histchars|auto_resume|.*_proxy)$/.test(name)
