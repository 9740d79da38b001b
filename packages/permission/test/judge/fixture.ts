/** A project on disk, and the judge of a line in it. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { Action, Context, Layer, Rule } from "@rein/permission"
import { NodeFacts } from "@rein/permission/node"
import { judge } from "../../src/judge/Judge.ts"
import type { Judgement } from "../../src/judge/Judgement.ts"
import { readOnly } from "../../src/judge/ReadOnly.ts"
import type { Reader } from "../../src/shell/Reading.ts"
import { afterAll } from "vitest"

export interface Project {
  readonly directory: string
  readonly outside: string
}

/** For a test file: a repository with an `.env`, links that lead out of it, and a directory beside it. */
export const makeProject = (withLinks: boolean): Project => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "rein-judge-")))
  afterAll(() => rmSync(base, { recursive: true, force: true }))
  const [directory, outside] = [join(base, "project"), join(base, "beside")]
  const write = (path: string, text = "x\n") => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  for (const path of [
    "src/a.ts",
    "src/b.ts",
    "README.md",
    "package.json",
    ".env",
    ".env.example",
    "config/.env.local",
    "secrets/key",
    "private.txt",
    "node_modules/.bin/tool"
  ])
    write(path)
  mkdirSync(join(directory, "packages/a"), { recursive: true })
  mkdirSync(outside)
  writeFileSync(join(outside, "secret"), "x")
  execFileSync("git", ["init", "-q", directory], { stdio: "ignore" })
  execFileSync("git", ["-C", directory, "add", "src", "README.md"], { stdio: "ignore" })
  if (!withLinks) return { directory, outside }
  symlinkSync(outside, join(directory, "outside"))
  symlinkSync("/etc/passwd", join(directory, "passwd"))
  symlinkSync("src", join(directory, "inner"))
  symlinkSync("secrets", join(directory, "tosecrets"))
  symlinkSync(".git", join(directory, "gitlink"))
  return { directory, outside }
}

/** `!x` denies, `?x` asks, else it allows; `edit:x` is of another permission than `bash`. */
const ruleOf = (text: string): Rule => {
  const action: Action = text.startsWith("!") ? "deny" : text.startsWith("?") ? "ask" : "allow"
  const rest = text.replace(/^[!?]/, "")
  const named = /^(edit|read|external_directory|\*):(.*)$/s.exec(rest)
  return named === null
    ? { permission: "bash", pattern: rest, action }
    : { permission: named[1] ?? "", pattern: named[2] ?? "", action }
}

/** In the project, for somebody who has nothing to do with the person that runs the test. */
export const contextIn = ({ directory }: Pick<Project, "directory">, layers: ReadonlyArray<Layer>): Context => ({
  directory,
  project: directory,
  home: "/home/someone",
  layers,
  facts: NodeFacts.make("/usr/bin:/bin")
})

/** Judges in the project, with the built-in rules unless the first rule is `-`. */
export const judgeIn =
  (read: Reader, { directory }: Project) =>
  (
    line: string,
    rules: ReadonlyArray<string> = [],
    savable?: (argv: ReadonlyArray<string>) => ReadonlyArray<string> | undefined
  ): Judgement => {
    const own = rules.filter((rule) => rule !== "-").map(ruleOf)
    const builtIn: ReadonlyArray<Rule> = [
      ...readOnly,
      { permission: "read", pattern: "*", action: "allow" },
      { permission: "read", pattern: "*/.env*", action: "ask" },
      { permission: "read", pattern: "*/.env.example", action: "allow" }
    ]
    const layers = [
      ...(rules[0] === "-" ? [] : [{ origin: "built-in", rules: builtIn }]),
      { origin: "user", rules: own }
    ]
    const context = { ...contextIn({ directory }, layers), ...(savable === undefined ? {} : { savable }) }
    return judge(line.replaceAll("/PROJECT", directory), context, read)
  }
