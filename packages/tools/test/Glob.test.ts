import { execFileSync } from "node:child_process"
import { symlinkSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Glob } from "@rein/tools"
import { Effect } from "effect"
import { layerWith, project } from "./search.ts"
import { contextIn, needs, newDirectory, refusal, use } from "./support.ts"

const output = (directory: string, input: Parameters<typeof use>[1]) =>
  Effect.flatMap(Glob.make, (glob) => Effect.map(use(glob, input, contextIn(directory)), ({ output }) => output))

/** The files without their order. */
const found = (directory: string, input: Parameters<typeof use>[1]) =>
  Effect.map(output(directory, input), (text) => text.split("\n").toSorted())

describe("glob", () => {
  it.layer(layerWith([]), { excludeTestServices: true })((it) => {
    it.effect("lists the newest first", () =>
      Effect.gen(function* () {
        const directory = project({ "a.ts": "", "src/b.ts": "", "src/c.ts": "", "d.js": "" })
        for (const [name, time] of [
          ["a.ts", 2],
          ["src/b.ts", 3],
          ["src/c.ts", 1]
        ] as const) {
          utimesSync(join(directory, name), time, time)
        }
        assert.strictEqual(yield* output(directory, { pattern: "*.ts" }), "src/b.ts\na.ts\nsrc/c.ts")
        assert.strictEqual(yield* output(directory, { pattern: "src/**/*.ts" }), "src/b.ts\nsrc/c.ts")
        assert.strictEqual(yield* output(directory, { pattern: "*.ts", path: "src" }), "src/b.ts\nsrc/c.ts")
        assert.strictEqual(yield* output(directory, { pattern: join(directory, "src/c.*") }), "src/c.ts")
        assert.strictEqual(yield* output(directory, { pattern: "./*.js" }), "d.js")
      })
    )

    it.effect("respects .gitignore, finds hidden files, and looks into what is named", () =>
      Effect.gen(function* () {
        const directory = project({
          ".gitignore": "*.log\nnode_modules/\n",
          ".github/ci.yml": "",
          ".git/config": "",
          "a.log": "",
          "a.txt": "",
          "node_modules/x/index.js": ""
        })
        assert.deepStrictEqual(yield* found(directory, { pattern: "**" }), [".github/ci.yml", ".gitignore", "a.txt"])
        assert.deepStrictEqual(yield* found(directory, { pattern: "*" }), [".github/ci.yml", ".gitignore", "a.txt"])
        assert.include(yield* output(directory, { pattern: "*.log" }), "[No file in . matches.")
        assert.strictEqual(yield* output(directory, { pattern: "node_modules/**/*.js" }), "node_modules/x/index.js")
      })
    )

    it.effect("is bounded, and says how many there are", () =>
      Effect.gen(function* () {
        const files = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`f${index}.txt`, ""]))
        const lines = (yield* output(project(files), { pattern: "*.txt" })).split("\n")
        assert.strictEqual(lines.length, 101)
        assert.strictEqual(lines.at(-1), "[The newest 100 of 150 files are shown. Narrow the pattern or give a path.]")
      })
    )

    it.effect("follows no link, and shows a name on one line", () =>
      Effect.gen(function* () {
        const outside = project({ "secret.txt": "" })
        const directory = project({ "two\nlines.txt": "", "-dash.txt": "" })
        symlinkSync(outside, join(directory, "out"))
        symlinkSync(join(outside, "secret.txt"), join(directory, "link.txt"))
        execFileSync("mkfifo", [join(directory, "pipe.txt")])
        assert.deepStrictEqual(yield* found(directory, { pattern: "*.txt" }), ['"two\\nlines.txt"', "-dash.txt"])
        assert.deepStrictEqual(yield* found(directory, { pattern: "-*" }), ["-dash.txt"])
      })
    )

    it.effect("needs the permission for the directory it looks in", () =>
      Effect.gen(function* () {
        const outside = project({ "sub/x": "" })
        const directory = project({ "src/a.ts": "" })
        symlinkSync(outside, join(directory, "out"))
        const glob = yield* Glob.make
        const context = contextIn(directory)
        const [inside] = yield* needs(glob, { pattern: "src/*.ts" }, context)
        assert.deepStrictEqual(inside, {
          permission: "glob",
          patterns: [join(directory, "src")],
          title: "Find src/*.ts in src",
          also: [{ permission: "read", patterns: [join(directory, "src")] }]
        })
        const external = (path: string) => [
          { permission: "read", patterns: [path] },
          { permission: "external_directory", patterns: [path] }
        ]
        for (const [input, path] of [
          [{ pattern: "out/sub/*" }, join(outside, "sub")],
          [{ pattern: "*", path: "out" }, outside],
          [{ pattern: "../*" }, join(directory, "..")],
          [{ pattern: "/etc/*" }, "/etc"]
        ] as const) {
          const all = yield* needs(glob, input, context)
          assert.deepStrictEqual(
            all.map(({ also }) => also),
            [external(path)]
          )
        }
        assert.strictEqual(yield* output(directory, { pattern: "out/sub/*" }), join(outside, "sub/x"))
      })
    )

    it.effect("refuses what is no directory, and patterns that stand for too much", () =>
      Effect.gen(function* () {
        const glob = yield* Glob.make
        const context = contextIn(project({ "source/a.ts": "" }))
        assert.include(yield* refusal(glob, { pattern: "*", path: "source/a.ts" }, context), "no directory")
        assert.include(yield* refusal(glob, { pattern: "sources/*" }, context), "source")
        assert.include(yield* refusal(glob, { pattern: `${"{a,b}".repeat(20)}` }, context), "too many")
        assert.include(yield* refusal(glob, { pattern: "" }, context), "pattern")
        assert.include(yield* refusal(glob, { pattern: "*" }, contextIn(join(newDirectory(), "gone"))), "no directory")
      })
    )
  })
})
