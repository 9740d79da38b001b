/** The programs with a table. Of all others a rule says enough. */
import type { Program } from "./Program.ts"
import { builtins } from "./Builtins.ts"
import { changes } from "./Changes.ts"
import { files } from "./Files.ts"
import { fd, find } from "./Find.ts"
import { reading } from "./Git.ts"
import { changing } from "./GitChanges.ts"
import { awk, sed } from "./Scripts.ts"
import { listings } from "./Listings.ts"
import { text } from "./Text.ts"

const globals = {
  flags: "--no-pager -P --no-optional-locks --literal-pathspecs --no-replace-objects --version --help -v"
}

/** Git, when it may only look. */
const gitReading: Program = { ...globals, commands: reading }

/** Git, with what changes the repository. */
const gitChanging: Program = { ...globals, commands: changing }

const programs: Readonly<Record<string, Program>> = {
  ...files,
  ...text,
  ...changes,
  ...builtins,
  find,
  fd,
  fdfind: fd,
  sed,
  gsed: sed,
  awk,
  gawk: awk,
  mawk: awk,
  nawk: awk,
  git: gitReading
}

/** Of a program that can do much: the form in which it only lists. */
export const listingOf = (name: string): Program | undefined =>
  Object.hasOwn(listings, name) ? listings[name] : undefined

/** Programs of which some options and operands are known, and others are not. Several, when it may be used in several ways. */
export const tablesOf = (name: string): ReadonlyArray<Program> =>
  name === "git" ? [gitReading, gitChanging] : Object.hasOwn(programs, name) ? [programs[name] ?? {}] : []
