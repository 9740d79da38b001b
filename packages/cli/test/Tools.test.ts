// The coding tools under the built-in rules, in a whole runtime over real files.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Agents from "@rein/core/agent/Agents"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import * as Jobs from "@rein/core/process/Jobs"
import * as Permission from "@rein/core/permission/Permission"
import * as Questions from "@rein/core/question/Questions"
import { isCall } from "@rein/core/session/History"
import { SessionStore } from "@rein/core/session/SessionStore"
import * as Settings from "@rein/core/settings/Settings"
import { TestRuntime } from "@rein/core/testing"
import type { Rule } from "@rein/permission"
import { codingTools } from "@rein/tools"
import { Effect, Layer } from "effect"
import { builtIn } from "../src/BuiltInRules.ts"

const newDirectory = () => realpathSync(mkdtempSync(join(tmpdir(), "rein-rules-")))

/** What a project looks like, with a link out of it. */
const makeProject = () => {
  const [directory, outside] = [newDirectory(), newDirectory()]
  mkdirSync(join(directory, "src"))
  writeFileSync(join(directory, "src/a.ts"), "const key = 1\n")
  writeFileSync(join(directory, ".env"), "key=secret\n")
  writeFileSync(join(outside, "other.txt"), "key outside\n")
  symlinkSync(outside, join(directory, "out"))
  return { directory, outside }
}

interface Call {
  readonly tool: string
  readonly input: object
}

/** Runs the calls one after the other; whoever is asked allows it once. Gives the questions and how the calls ended. */
const run = (directory: string, calls: ReadonlyArray<Call>, own: ReadonlyArray<Rule> = []) =>
  Effect.gen(function* () {
    const settings = Settings.layerValues({
      model: TestRuntime.scripted,
      rules: [builtIn(directory), { origin: "user", rules: own }]
    })
    const tools = yield* Effect.provide(codingTools({ environment: process.env }), [
      NodeProcesses.layer,
      Jobs.layerNone,
      settings,
      Agents.layer
    ])
    const script = [
      ...calls.map(({ input, tool }) => ({ answer: [{ call: tool, input }] })),
      { answer: [{ text: "done" }] }
    ]
    const people = Layer.provide(
      Questions.layerPolicy(() => Effect.succeed({ _tag: "once" })),
      Questions.layer
    )
    const services = Layer.provideMerge(Permission.layer, Layer.merge(people, settings))
    return yield* Effect.gen(function* () {
      const { session, state } = yield* TestRuntime.prompt("go", { directory })
      const events = yield* (yield* SessionStore).read(session, 0)
      const questions = events.flatMap((event) =>
        event.type === "QuestionAsked"
          ? [`${event.data.question.request.permission}: ${event.data.question.request.title}`]
          : []
      )
      const results = [...state.history].flatMap((entry) =>
        entry.type === "step" ? entry.items.filter(isCall).map(({ result }) => result) : []
      )
      return { questions, results }
    }).pipe(Effect.provide(TestRuntime.layerWith(script, tools, services)))
  })

const outputs = (results: ReadonlyArray<{ readonly output: string } | undefined>) =>
  results.map((result) => result?.output ?? "")

describe("under the built-in rules", () => {
  it.live("looking inside of the directory asks nothing, and shows no secret", () =>
    Effect.gen(function* () {
      const { directory } = makeProject()
      const { questions, results } = yield* run(directory, [
        { tool: "read", input: { path: "src/a.ts" } },
        { tool: "read", input: { path: "." } },
        { tool: "glob", input: { pattern: "**/*.ts" } },
        { tool: "grep", input: { pattern: "key" } }
      ])
      assert.deepStrictEqual(questions, [])
      assert.deepStrictEqual(outputs(results).slice(2), [
        "src/a.ts",
        "src/a.ts\n    1\tconst key = 1\n[Not searched, because reading it needs permission: .env. Give one as path to search it.]"
      ])
    })
  )

  it.live("a secret is asked for, by read and by grep", () =>
    Effect.gen(function* () {
      const { directory } = makeProject()
      const { questions, results } = yield* run(directory, [
        { tool: "read", input: { path: ".env" } },
        { tool: "grep", input: { pattern: "key", path: ".env" } }
      ])
      assert.deepStrictEqual(questions, ["read: Read .env", "grep: Search for key in .env"])
      assert.deepStrictEqual(outputs(results), ["    1\tkey=secret", ".env\n    1\tkey=secret"])
    })
  )

  it.live("each tool asks one question for a path outside, also through a link", () =>
    Effect.gen(function* () {
      const { directory, outside } = makeProject()
      const { questions, results } = yield* run(directory, [
        { tool: "read", input: { path: join(outside, "other.txt") } },
        { tool: "glob", input: { pattern: "*", path: "out" } },
        { tool: "grep", input: { pattern: "key", path: "out" } },
        { tool: "edit", input: { path: "out/other.txt", oldString: "key", newString: "no key" } },
        { tool: "write", input: { path: "out/new.txt", content: "x" } }
      ])
      assert.deepStrictEqual(questions, [
        `read: Read ${outside}/other.txt, outside of ${directory}`,
        `glob: Find * in ${outside}, outside of ${directory}`,
        `grep: Search for key in ${outside}, outside of ${directory}`,
        `edit: Edit ${outside}/other.txt, outside of ${directory}`,
        `edit: Create ${outside}/new.txt, outside of ${directory}`
      ])
      assert.isTrue(results.every((result) => result?.status === "completed"))
      assert.strictEqual(readFileSync(join(outside, "other.txt"), "utf8"), "no key outside\n")
    })
  )

  it.live("a rule that allows a tool everywhere does not let it out of the directory", () =>
    Effect.gen(function* () {
      const { directory, outside } = makeProject()
      const write = (path: string) => ({ tool: "write", input: { path, content: "x" } })
      const rules = [{ permission: "edit", pattern: "*", action: "allow" }] as const
      const { questions } = yield* run(directory, [write("in.txt"), write("out/y.txt")], rules)
      assert.deepStrictEqual(questions, [`edit: Create ${outside}/y.txt, outside of ${directory}`])
    })
  )

  it.live("changing files and running commands is asked, looking again at an edit that does not fit is not", () =>
    Effect.gen(function* () {
      const { directory } = makeProject()
      const { questions, results } = yield* run(directory, [
        { tool: "edit", input: { path: "src/a.ts", oldString: "nothing like it", newString: "x" } },
        { tool: "edit", input: { path: "src/a.ts", oldString: "key = 1", newString: "key = 2" } },
        { tool: "write", input: { path: "src/a.ts", content: "all\n" } },
        { tool: "write", input: { path: "src/a.ts", content: "all\n" } },
        { tool: "bash", input: { command: "mkdir made" } }
      ])
      assert.deepStrictEqual(questions, ["edit: Edit src/a.ts", "edit: Overwrite src/a.ts", "bash: mkdir made"])
      assert.deepStrictEqual(
        results.map((result) => result?.status),
        ["failed", "completed", "completed", "completed", "completed"]
      )
      assert.strictEqual(readFileSync(join(directory, "src/a.ts"), "utf8"), "all\n")
    })
  )
})
