import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import type { Action, Layer, Rule } from "@rein/permission"
import { Effect } from "effect"
import { builtIn } from "../../src/BuiltInRules.ts"
import { check } from "../../src/permission/Check.ts"
import * as LineJudge from "../../src/permission/LineJudge.ts"
import * as RuleFile from "../../src/permission/RuleFile.ts"

/** A project with a link to the outside, and one within. */
const project = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "rein-check-")))
    mkdirSync(join(folder, "project/src"), { recursive: true })
    mkdirSync(join(folder, "outside"))
    symlinkSync(join(folder, "outside"), join(folder, "project/out"))
    symlinkSync(join(folder, "project/src"), join(folder, "project/in"))
    symlinkSync(join(folder, "project/.env"), join(folder, "project/harmless"))
    return folder
  }),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

const layerOf = (...rules: ReadonlyArray<readonly [permission: string, pattern: string, action: Action]>): Layer => ({
  origin: "file",
  rules: rules.map(([permission, pattern, action]): Rule => ({ permission, pattern, action }))
})

describe("check", () => {
  it.effect("decides over the real path, and over leaving the project besides", () =>
    Effect.gen(function* () {
      const folder = yield* project
      const directory = join(folder, "project")
      const of = (permission: string, value: string, layers = [builtIn(directory)]) =>
        Effect.flatMap(LineJudge.make, (judge) =>
          check({ permission, value }, { directory, home: folder, layers }, judge)
        )
      for (const [permission, value, decision] of [
        ["read", "src/a.ts", "allow"],
        ["read", "in/a.ts", "allow"],
        ["read", "out/a.ts", "ask"],
        ["read", "../outside/a.ts", "ask"],
        ["read", "harmless", "ask"],
        ["read", ".env.example", "allow"],
        ["grep", ".", "allow"],
        ["edit", "src/a.ts", "ask"],
        ["webfetch", "example.org", "ask"]
      ] as const) {
        assert.strictEqual((yield* of(permission, value)).decision, decision, `${permission} ${value}`)
      }
      const everything = [layerOf(["*", "*", "allow"], ["external_directory", "*", "ask"])]
      const outside = yield* of("edit", "out/a.ts", everything)
      assert.strictEqual(outside.decision, "ask")
      assert.deepStrictEqual(outside.paths, [{ path: join(folder, "outside/a.ts"), access: "write", outside: true }])
      assert.deepStrictEqual(
        outside.parts.map(({ decision, permission }) => [permission, decision]),
        [
          ["edit", "allow"],
          ["external_directory", "ask"]
        ]
      )
      const home = [layerOf(["read", "~/project/*", "deny"])]
      assert.strictEqual((yield* of("read", "src", home)).decision, "deny")
    })
  )

  it.effect("decides over each command of a line", () =>
    Effect.gen(function* () {
      const layers = [layerOf(["bash", "*", "allow"], ["bash", "rm *", "deny"])]
      const judge = yield* LineJudge.make
      const of = (value: string) =>
        check({ permission: "bash", value }, { directory: "/", home: "/home", layers }, judge)
      for (const [line, decision] of [
        ["git status -s", "allow"],
        ["git status; ls", "allow"],
        ["A=b ls", "ask"],
        ["ls $(rm)", "deny"],
        ["ls\nrm", "deny"],
        ["", "ask"],
        ["rm $x", "deny"]
      ] as const) {
        assert.strictEqual((yield* of(line)).decision, decision, line)
      }
      assert.deepStrictEqual((yield* of("git status -s")).commands, [["git", "status", "-s"]])
    })
  )
})

describe("a file of rules", () => {
  const load = Effect.fnUntraced(function* (text: string) {
    const directory = yield* project
    const path = join(directory, "rules.json")
    writeFileSync(path, text)
    return yield* Effect.result(RuleFile.load(path, directory))
  })
  const rule = { permission: "bash", pattern: "ls *", action: "allow" } as const

  it.effect("is one layer", () =>
    Effect.gen(function* () {
      const read = yield* load(JSON.stringify([rule]))
      assert.deepStrictEqual(read._tag === "Success" ? read.success.rules : [], [rule])
    })
  )

  it.effect("is refused whole when anything in it is wrong, and the message says where", () =>
    Effect.gen(function* () {
      for (const [text, where] of [
        ["[", /not JSON/],
        ["{}", /no array/],
        [JSON.stringify([rule, { ...rule, action: "alow" }]), /rule 2.*action/],
        [JSON.stringify([{ ...rule, patern: "x" }]), /rule 1.*patern/],
        [JSON.stringify([{ permission: "bash", action: "deny" }]), /rule 1.*pattern/],
        ["[null]", /rule 1/]
      ] as const) {
        const read = yield* load(text)
        assert.match(read._tag === "Failure" ? read.failure.message : "", where, text)
      }
    })
  )
})
