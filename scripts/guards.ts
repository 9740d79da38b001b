// Proves that the tests hold the invariants: removes each line marked `// guard:` in a copy of the tree and expects its tests to fail.
//
// A guard is a trailing comment: ids, then test files relative to packages/, then, after `#`, words that pick tests by name:
//   yield* fence.check(epoch) // guard: I1, I3 core/test/session/Fence.test.ts #stale writer
import { execFileSync, spawn } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** Fewer guards than this means that some were lost. */
const minimum = 12
/** How many mutants run at a time. */
const parallel = 2
/** A mutant that hangs for this long counts as red. */
const limitMillis = 60_000

/** One marked line and the tests that must miss it. */
export interface Guard {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly ids: ReadonlyArray<string>
  readonly tests: ReadonlyArray<string>
  readonly filter: string | undefined
}

const marker = /\/\/ guard:(.*)$/
const format = /^ (I\d+(?:, ?I\d+)*) ((?:[^\s,#]+\.test\.ts(?:, ?)?)+)(?: #(.+))?$/
/** Removing one of these breaks the file for every test, which proves nothing. */
const declaration = /^\s*(?:export|import|const|let|function|class|interface|type)\b/

/** The guards of one file; throws where a marked line cannot be understood or removed. */
export const findGuards = (file: string, source: string): ReadonlyArray<Guard> =>
  source.split("\n").flatMap((text, index) => {
    const marked = marker.exec(text)
    if (marked === null) return []
    const place = `${file}:${index + 1}`
    const parts = format.exec((marked[1] ?? "").trimEnd())
    if (parts === null) {
      throw new Error(
        `${place}: a guard reads "// guard: I1[, I2] core/test/X.test.ts[, ...] [#words of the test's name]"`
      )
    }
    if (text.trimStart().startsWith("//")) throw new Error(`${place}: a guard stands behind the code that it removes`)
    if (declaration.test(text))
      throw new Error(`${place}: a declaration cannot be a guard, everything fails without it`)
    const tests = (parts[2] ?? "").split(/, ?/).filter((test) => test !== "")
    return [{ file, line: index + 1, ids: (parts[1] ?? "").split(/, ?/), tests, filter: parts[3]?.trim() }]
  })

/** A source text without one line; throws when the rest is no longer TypeScript. */
export const removeLine = (source: string, line: number): string => {
  const rest = source
    .split("\n")
    .toSpliced(line - 1, 1)
    .join("\n")
  stripTypeScriptTypes(rest)
  return rest
}

/** All files that belong to the tree, committed or not yet. */
const listTree = (root: string): ReadonlyArray<string> =>
  execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1e8
  })
    .split("\0")
    .filter((file) => file !== "" && existsSync(join(root, file)))

/** Links every entry of one node_modules folder into another, without the tools' caches. */
const linkModules = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    if ((name.startsWith(".") && name !== ".bin") || name === "@rein") continue
    symlinkSync(join(from, name), join(to, name))
  }
}

/** Copies the tree; the workspace packages in its node_modules are the copy's own, so that a mutant is what the tests import. */
const copyTree = (root: string, to: string): void => {
  for (const file of listTree(root)) {
    mkdirSync(dirname(join(to, file)), { recursive: true })
    cpSync(join(root, file), join(to, file), { verbatimSymlinks: true })
  }
  linkModules(join(root, "node_modules"), join(to, "node_modules"))
  mkdirSync(join(to, "node_modules/@rein"))
  for (const name of readdirSync(join(to, "packages"))) {
    symlinkSync(join(to, "packages", name), join(to, "node_modules/@rein", name))
    const nested = join(root, "packages", name, "node_modules")
    if (existsSync(nested)) linkModules(nested, join(to, "packages", name, "node_modules"))
  }
}

/** How a run of some tests ended. */
interface Run {
  readonly result: "green" | "red" | "hung" | "nothing ran"
  readonly output: string
  /** The tests that passed, each behind its file. */
  readonly passed: ReadonlyArray<string>
}

/** What Vitest writes of a run, as far as it matters here. */
interface Report {
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly assertionResults: ReadonlyArray<{ readonly fullName: string; readonly status: string }>
  }>
}

const readPassed = (report: string): ReadonlyArray<string> => {
  if (!existsSync(report)) return []
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as Report
  return testResults.flatMap(({ assertionResults, name }) =>
    assertionResults.flatMap(({ fullName, status }) => (status === "passed" ? [`${name} ${fullName}`] : []))
  )
}

/** Children that still run; whoever stops this script stops them too. */
const running = new Set<number>()

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, "SIGKILL")
  } catch {
    // The group has ended already.
  }
}

/** Runs test files in a copy, in their own process group. */
const runTests = (
  copy: string,
  tests: ReadonlyArray<string>,
  filter: string | undefined,
  limit = limitMillis
): Promise<Run> =>
  new Promise((resolve) => {
    const report = join(copy, ".tmp/report.json")
    rmSync(report, { force: true })
    const pattern = filter === undefined ? [] : ["-t", filter.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)]
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
    const vitest = join(copy, "node_modules/vitest/vitest.mjs")
    const files = tests.map((test) => join("packages", test))
    const args = [vitest, "run", "--config", "vitest.workspace.ts", "--bail=1", ...reporters, ...pattern, ...files]
    const child = spawn(process.execPath, args, { cwd: copy, detached: true, stdio: ["ignore", "pipe", "pipe"] })
    const { pid } = child
    if (pid !== undefined) running.add(pid)
    let output = ""
    let isHung = false
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()))
    const timer = setTimeout(() => {
      isHung = true
      if (pid !== undefined) killGroup(pid)
    }, limit)
    child.on("exit", (code) => {
      clearTimeout(timer)
      // Whatever the tests left behind would disturb the next run.
      if (pid !== undefined) killGroup(pid)
      if (pid !== undefined) running.delete(pid)
      const passed = readPassed(report)
      if (isHung) resolve({ result: "hung", output, passed })
      else if (code !== 0) resolve({ result: "red", output, passed })
      else resolve({ result: passed.length > 0 ? "green" : "nothing ran", output, passed })
    })
  })

/** Works through a list with one worker per copy of the tree. */
const forEachIn = async <A>(
  copies: ReadonlyArray<string>,
  items: ReadonlyArray<A>,
  work: (copy: string, item: A) => Promise<void>
) => {
  const queue = [...items]
  await Promise.all(
    copies.map(async (copy) => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(copy, item)
    })
  )
}

const lastLines = (text: string): string => text.trimEnd().split("\n").slice(-60).join("\n")

/** Guards whose tests are not green without any change, or pick none by name: their red would prove nothing. */
const findBroken = async (copy: string, guards: ReadonlyArray<Guard>): Promise<ReadonlyArray<string>> => {
  const files = [...new Set(guards.flatMap(({ tests }) => tests))]
  const { output, passed, result } = await runTests(copy, files, undefined, limitMillis * 10)
  if (result !== "green") return [`The tests are not green without any change (${result}):\n${lastLines(output)}`]
  return guards
    .filter(({ filter = "", tests }) =>
      tests.some((test) => !passed.some((name) => name.includes(`/packages/${test} `) && name.includes(filter)))
    )
    .map(
      ({ file, filter, line, tests }) =>
        `${file}:${line}: in ${tests.join(", ")} nothing passed that is called "${filter ?? ""}"`
    )
}

const main = async (root: string, required: number): Promise<boolean> => {
  const files = listTree(root).filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file))
  const refused: Array<string> = []
  const guards = files.flatMap((file) => {
    try {
      return findGuards(file, readFileSync(join(root, file), "utf8"))
    } catch (error) {
      refused.push((error as Error).message)
      return []
    }
  })
  const missing = guards.flatMap((guard) =>
    guard.tests
      .filter((test) => !existsSync(join(root, "packages", test)))
      .map((test) => `${guard.file}:${guard.line}: there is no packages/${test}`)
  )
  for (const line of [...refused, ...missing]) console.error(line)
  if (refused.length + missing.length > 0) return false

  const temp = mkdtempSync(join(tmpdir(), "rein-guards-"))
  const clean = () => {
    for (const pid of running) killGroup(pid)
    rmSync(temp, { recursive: true, force: true })
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      clean()
      process.exit(1)
    })
  }
  try {
    const first = join(temp, "tree-1")
    const copies = [first, ...Array.from({ length: parallel - 1 }, (_, index) => join(temp, `tree-${index + 2}`))]
    for (const copy of copies) copyTree(root, copy)
    const broken = await findBroken(first, guards)
    for (const text of broken) console.error(text)
    if (broken.length > 0) return false

    const results = new Map<Guard, string>()
    await forEachIn(copies, guards, async (copy, guard) => {
      const path = join(copy, guard.file)
      const source = readFileSync(path, "utf8")
      try {
        writeFileSync(path, removeLine(source, guard.line))
        results.set(guard, (await runTests(copy, guard.tests, guard.filter)).result)
      } catch {
        results.set(guard, "does not parse without this line")
      } finally {
        writeFileSync(path, source)
      }
    })
    const isRed = (guard: Guard) => ["red", "hung"].includes(results.get(guard) ?? "")
    for (const guard of guards) {
      const place = `${guard.file}:${guard.line}`
      console.log(
        `${isRed(guard) ? "ok  " : "FAIL"} ${guard.ids.join(",").padEnd(8)} ${place.padEnd(60)} ${results.get(guard)}`
      )
    }
    const red = guards.filter((guard) => isRed(guard)).length
    console.log(`${guards.length} guards, ${red} red`)
    if (guards.length < required) console.error(`at least ${required} guards are expected`)
    return red === guards.length && guards.length >= required
  } finally {
    clean()
  }
}

if (import.meta.main) {
  // Another tree can be named, with a smaller number of guards: that is how this script is tested.
  const [root = join(import.meta.dirname, ".."), required = String(minimum)] = process.argv.slice(2)
  const isOk = await main(root, Number(required)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    return false
  })
  process.exitCode = isOk ? 0 : 1
}
