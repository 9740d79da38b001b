/** The project that the demo repairs, and what its tests say. */
import { existsSync } from "node:fs"
import { cp, mkdtemp, realpath } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { Effect } from "effect"
import { UsageError } from "../Failure.ts"
import { capture, type Program } from "./Programs.ts"

/** A file that the project's tests read. */
export const fixture = "test/fixtures/order.json"

/** A new folder for everything the demo writes. It stays, to be looked at. */
export const newFolder = Effect.promise(async () => realpath(await mkdtemp(join(tmpdir(), "rein-demo-"))))

/** Copies the project with the bug into the folder. */
export const copy = Effect.fnUntraced(function* (original: string, folder: string) {
  if (!existsSync(original)) {
    return yield* new UsageError({
      message: `The demo's project is not at ${original}; only a checkout of the repository has it. Give a copy with --dir.`
    })
  }
  const project = join(folder, "project")
  yield* Effect.promise(() => cp(original, project, { recursive: true }))
  return project
})

/** The environment of the demo's programs: the Node that runs is the one they find, and no test runner around this process is seen. */
export const environment = (added: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => {
  const { FORCE_COLOR: _color, NODE_TEST_CONTEXT: _runner, ...rest } = process.env
  const path = [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter)
  return { ...rest, NO_COLOR: "1", PATH: path, ...added }
}

const program = (directory: string, command: string, ...args: ReadonlyArray<string>): Program => ({
  command,
  args,
  directory,
  environment: environment()
})

/** The project's tests, as their runner prints them. */
export const runTests = (directory: string) => capture(program(directory, "node", "--test"))

/** A first commit needs a name and must not meet the hooks or keys of whoever runs the demo. */
const gitOptions = [
  "user.name=rein demo",
  "user.email=demo@localhost",
  "commit.gpgsign=false",
  "core.hooksPath=/dev/null"
]

const git = (directory: string, ...args: ReadonlyArray<string>) =>
  capture(program(directory, "git", ...gitOptions.flatMap((option) => ["-c", option]), ...args))

/** Makes it a git repository with one commit, unless it is one. */
export const commitAll = Effect.fnUntraced(function* (directory: string) {
  if (existsSync(join(directory, ".git"))) return
  yield* git(directory, "init", "--quiet")
  yield* git(directory, "add", "--all")
  yield* git(directory, "commit", "--quiet", "--message", "The project as it came")
})

/** What was changed since. */
export const diff = (directory: string) => Effect.map(git(directory, "diff", "--no-color"), ({ output }) => output)

/** The files of the tests that are not any more as they were committed. New ones may be there. */
export const changedTests = (directory: string) =>
  Effect.map(git(directory, "diff", "--name-only", "HEAD", "--", "test", "package.json"), ({ output }) =>
    output.split("\n").filter((path) => path !== "")
  )
