/**
 * What a line makes and what it relies on. Paths, globs and repositories are looked at before the line runs: what it
 * makes itself was not there yet. No order is kept, as a loop comes back to what stands before.
 */
import type { Facts } from "../Judgement.ts"
import { baseName, isInside } from "../Locations.ts"

/** What was seen of one line so far; whoever walks through it adds to this one value. */
export interface Traces {
  /** Names that it makes or changes, as they are written. */
  readonly made: Set<string>
  /** Files whose text it writes, or that it puts there. */
  readonly written: Set<string>
  /** Files that it runs as a program. */
  readonly ran: Set<string>
  /** Programs that read a file of their own which says what they run. */
  readonly builders: Set<string>
  hasGlobs: boolean
  hasNames: boolean
  /** Git looks at a repository. */
  looks: boolean
  /** Git has another index than before. */
  isStaged: boolean
  /** A directory that is not there yet may be a repository of git's own making. */
  makesRepository: boolean
}

/** For a new line; nothing of an earlier one may be in it. */
export const noTraces = (): Traces => ({
  made: new Set(),
  written: new Set(),
  ran: new Set(),
  builders: new Set(),
  hasGlobs: false,
  hasNames: false,
  looks: false,
  isStaged: false,
  makesRepository: false
})

/** Files by which these programs find out what to run, and that nobody edits on the way to them. */
const buildFiles: Readonly<Record<string, RegExp>> = {
  make: /^(?:GNUmakefile|[mM]akefile)$/,
  gmake: /^(?:GNUmakefile|[mM]akefile)$/,
  just: /^\.?justfile$/i,
  task: /^taskfile\.ya?ml$/i,
  rake: /^rakefile(?:\.rb)?$/i,
  gulp: /^gulpfile\.[cm]?[jt]s$/i,
  grunt: /^gruntfile\.[cm]?[jt]s$/i,
  cargo: /^build\.rs$/,
  pytest: /^conftest\.py$/,
  pip: /^setup\.py$/,
  nox: /^noxfile\.py$/,
  invoke: /^tasks\.py$/,
  inv: /^tasks\.py$/,
  fab: /^fabfile\.py$/,
  rails: /^Rakefile$/,
  vagrant: /^Vagrantfile$/,
  compose: /^(?:docker-)?compose(?:\.\w+)?\.ya?ml$/,
  "docker-compose": /^(?:docker-)?compose(?:\.\w+)?\.ya?ml$/
}

/** They read a file of their own that is code. */
const configured =
  /^(?:npx|bunx|pnpx|vitest|vite|jest|eslint|prettier|webpack|rollup|playwright|tsup|next|nuxt|astro|cypress|tailwindcss|postcss|babel|stylelint|esbuild|mocha|commitlint|lint-staged|semantic-release)$/
const configuration = /^[\w.-]+\.config\.[cm]?[jt]s$|^\.\w+rc\.[cm]?js$/

/** Does the program of this bare name run what a file of its own says, as `make` and `vitest` do? */
export const readsBuildFile = (name: string): boolean => Object.hasOwn(buildFiles, name) || configured.test(name)

const isBuildFile = (file: string, name: string): boolean =>
  configured.test(name) ? configuration.test(file) : buildFiles[name]?.test(file) === true

const beginsWithDash = (text: string): boolean => /(?:^|\/)-/.test(text)

/** Why the line is not what it seems before it runs; undefined when it is. */
export const doubtOfTraces = (traces: Traces): string | undefined => {
  const { builders, hasGlobs, hasNames, looks, made, ran, written } = traces
  const run = [...ran].find((path) => [...written].some((place) => isInside(place, path)))
  if (run !== undefined) return `it writes ${run} and runs it`
  const build = [...written].find((path) => [...builders].some((name) => isBuildFile(baseName(path), name)))
  if (build !== undefined) return `it writes ${build} and runs what stands there`
  const names = [...made]
  if ((hasGlobs || hasNames) && names.some(beginsWithDash)) return "a name that it makes could become an option"
  if (hasNames && names.some((text) => /[\s"'\\]/.test(text))) return "a name that it makes could become several"
  if (looks && names.some((text) => /^(?:HEAD|commondir)$/i.test(baseName(text))))
    return "it makes what could be a repository, and git looks at it"
  return undefined
}

/** Is the directory still to be made, by something else than git itself? */
export const isStillToBeMade = (directory: string, facts: Facts, { makesRepository }: Traces): boolean =>
  !makesRepository && facts.entries(directory) === undefined
