/** Where the demo works: a project of its own, and a home for what `rein` stores. */
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { UsageError } from "../Failure.ts"
import { realDirectory } from "../Folders.ts"
import type { Program } from "./Programs.ts"
import * as Project from "./Project.ts"

/** The command's package, found from below: the sources lie deeper in it than a bundle. */
const packageFolder = (folder: string): string =>
  existsSync(join(folder, "bin/rein.js")) || dirname(folder) === folder ? folder : packageFolder(dirname(folder))

const here = packageFolder(dirname(fileURLToPath(import.meta.url)))

const bin = join(here, "bin/rein.js")

/** How a person calls the command from where they are. */
export const command = (): string => (existsSync("node_modules/.bin/rein") ? "node_modules/.bin/rein" : bin)

/** Real paths; a project that was given stays where it is, a copy lies in `folder`. */
export interface Place {
  /** Everything but the project. */
  readonly folder: string
  readonly project: string
  /** Where `rein` keeps its sessions. */
  readonly data: string
}

/** A directory that is a copy of the project: in another one nothing must be committed. */
const copyAt = Effect.fnUntraced(function* (given: string) {
  const directory = yield* realDirectory(given)
  if (existsSync(join(directory, Project.fixture))) return directory
  return yield* new UsageError({
    message: `${directory} is no copy of examples/fix-the-bug/project: it has no ${Project.fixture}.`
  })
})

/** A new folder, with a copy of the project in it or beside a given one. */
export const prepare = Effect.fnUntraced(function* (given: string | undefined) {
  const folder = yield* Project.newFolder
  const original = join(here, "../../examples/fix-the-bug/project")
  const project = given === undefined ? yield* Project.copy(original, folder) : yield* copyAt(given)
  yield* Project.commitAll(project)
  return { folder, project, data: join(folder, "data") } satisfies Place
})

/** `rein`, as anybody would type it in the project. */
export const rein = (
  { data, project }: Place,
  args: ReadonlyArray<string>,
  environment: NodeJS.ProcessEnv = {}
): Program => ({
  command: process.execPath,
  args: [bin, ...args],
  directory: project,
  environment: Project.environment({ XDG_DATA_HOME: data, ...environment })
})

/** The same as text. */
export const typed = (args: ReadonlyArray<string>): string =>
  ["rein", ...args.map((arg) => (/^[\w./=:@-]+$/.test(arg) ? arg : `"${arg}"`))].join(" ")
