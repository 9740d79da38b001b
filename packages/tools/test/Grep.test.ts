import { execFileSync } from "node:child_process"
import { renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Grep } from "@rein/tools"
import { searchArguments, typeArguments } from "@rein/tools/Grep"
import { Arbitrary, Effect, Fiber, Schema } from "effect"
import { layerWith, project } from "./search.ts"
import { contextIn, needs, refusal, use } from "./support.ts"

const output = (directory: string, input: Parameters<typeof use>[1]) =>
  Effect.flatMap(Grep.make, (grep) => Effect.map(use(grep, input, contextIn(directory)), ({ output }) => output))

describe("grep", () => {
  it.layer(layerWith([]), { excludeTestServices: true })((it) => {
    it.effect("gives the matching lines of each file as read shows them", () =>
      Effect.gen(function* () {
        const directory = project({ "b.txt": "no\nfoo 1\r\n\tfoo 2", "a/x.ts": "foo(3)\n", "c.txt": "bar" })
        assert.strictEqual(
          yield* output(directory, { pattern: "foo" }),
          "a/x.ts\n    1\tfoo(3)\n\nb.txt\n    2\tfoo 1\n    3\t\tfoo 2"
        )
        assert.strictEqual(
          yield* output(directory, { pattern: "foo.*$", path: "b.txt" }),
          "b.txt\n    2\tfoo 1\n    3\t\tfoo 2"
        )
        assert.strictEqual(yield* output(directory, { pattern: "1$" }), "b.txt\n    2\tfoo 1")
        assert.strictEqual(yield* output(directory, { pattern: "FOO" }), "[No match.]")
        assert.include(yield* output(directory, { pattern: "(?i)FOO", path: "a" }), "a/x.ts\n    1\tfoo(3)")
        assert.include(yield* output(directory, { pattern: "(?<=foo )2" }), "b.txt\n    3\t\tfoo 2")
      })
    )

    it.effect("takes literal text, and patterns that look like options", () =>
      Effect.gen(function* () {
        const directory = project({ "-e": "--files -x\n", "a.txt": "f(a[0])\n" })
        assert.strictEqual(yield* output(directory, { pattern: "f(a[0])", literal: true }), "a.txt\n    1\tf(a[0])")
        assert.strictEqual(yield* output(directory, { pattern: "--files" }), "-e\n    1\t--files -x")
        assert.strictEqual(yield* output(directory, { pattern: "-x", path: "-e" }), "-e\n    1\t--files -x")
        assert.strictEqual(yield* output(directory, { pattern: "-e", literal: true }), "[No match.]")
      })
    )

    it.effect("explains a pattern that is wrong", () =>
      Effect.gen(function* () {
        const grep = yield* Grep.make
        const context = contextIn(project({ "a.txt": "foo(\nbar\n" }))
        const message = yield* refusal(grep, { pattern: "foo(" }, context)
        assert.include(message, "unclosed group")
        assert.include(message, "literal")
        assert.notInclude(message, "PCRE2")
        assert.include(yield* refusal(grep, { pattern: "a\0b" }, context), "NUL")
        assert.include(yield* refusal(grep, { pattern: "\uD83D" }, context), "half of a character")
        assert.include(yield* refusal(grep, { pattern: "" }, context), "pattern")
        assert.include(
          yield* output(context.directory, { pattern: "foo\\(\\nbar" }),
          "never goes over the end of a line"
        )
      })
    )

    it.effect("is never slow: a pattern that takes too long on a file leaves it out, and says so", () =>
      Effect.gen(function* () {
        const directory = project({ "a.txt": `${"a".repeat(5_000)}b\n` })
        assert.strictEqual(yield* output(directory, { pattern: "(a+)+$" }), "[No match.]")
        assert.strictEqual(
          yield* output(directory, { pattern: "(?=a)(a|a?)+$" }),
          "[No match.]\n[Some files could not be read or searched, and were left out.]"
        )
      })
    )

    it.effect("limits the search to some files, and never to ignored ones", () =>
      Effect.gen(function* () {
        const directory = project({
          ".gitignore": "*.log\ndist/\n",
          ".git/config": "foo",
          ".github/x.yml": "foo",
          "a.log": "foo",
          "a.ts": "foo",
          "dist/a.ts": "foo",
          "src/a.tsx": "foo",
          "test/src/a.ts": "foo"
        })
        const files = (input: Readonly<Record<string, string>>) =>
          Effect.map(output(directory, { pattern: "foo", ...input }), (text) =>
            text.split("\n").filter((line) => line !== "" && !line.startsWith(" "))
          )
        assert.deepStrictEqual(yield* files({}), [".github/x.yml", "a.ts", "src/a.tsx", "test/src/a.ts"])
        assert.deepStrictEqual(yield* files({ include: "*.ts" }), ["a.ts", "test/src/a.ts"])
        assert.deepStrictEqual(yield* files({ include: "*.{ts,tsx}" }), ["a.ts", "src/a.tsx", "test/src/a.ts"])
        assert.deepStrictEqual(yield* files({ include: "src/**/*" }), ["src/a.tsx"])
        assert.deepStrictEqual(yield* files({ include: "./src/*.tsx" }), ["src/a.tsx"])
        assert.deepStrictEqual(yield* files({ include: "*.log" }), ["[No match.]"])
        assert.deepStrictEqual(yield* files({ include: "**" }), [".github/x.yml", "a.ts", "src/a.tsx", "test/src/a.ts"])
        assert.deepStrictEqual(yield* files({ path: "dist" }), ["dist/a.ts"])
        assert.deepStrictEqual(yield* files({ path: "a.log" }), ["a.log"])
      })
    )

    it.effect("is bounded, and stops when it has enough", () =>
      Effect.gen(function* () {
        const many = yield* output(project({ "a.txt": "foo\n".repeat(500_000) }), { pattern: "foo" })
        assert.strictEqual(many.split("\n").length, 202)
        assert.include(many, "\n  200\tfoo\n[Only the first 200 matches are shown.")
        const wide = yield* output(project({ "a.txt": `${"é".repeat(150)}\n`.repeat(1_000) }), { pattern: "é" })
        assert.isBelow(Buffer.byteLength(wide), 49 * 1024)
        const exact = yield* output(project({ "a.txt": "foo\n".repeat(200) }), { pattern: "foo" })
        assert.notInclude(exact, "Only")
        const long = yield* output(project({ "a.js": `${"😀".repeat(2_500_000)}foo` }), { pattern: "foo" })
        assert.isTrue(long.startsWith("a.js\n    1\t😀"))
        assert.isBelow(long.length, 1_000)
        assert.isTrue(long.isWellFormed())
      })
    )

    it.effect("copes with what is no text", () =>
      Effect.gen(function* () {
        const binary = new Uint8Array([102, 111, 111, 10, 0, 1, 102, 111, 111])
        const late = Buffer.concat([Buffer.from("foo\n".repeat(60_000)), Buffer.from([0]), Buffer.from("foo\n")])
        const directory = project({
          "bin.dat": binary,
          "latin.txt": new Uint8Array([0xe9, 32, 102, 111, 111, 10]),
          "wide.txt": Buffer.from("\uFEFFfoo\n", "utf16le"),
          "two\nlines.txt": "foo\n"
        })
        assert.strictEqual(
          yield* output(directory, { pattern: "foo" }),
          'latin.txt\n    1\t\uFFFD foo\n\n"two\\nlines.txt"\n    1\tfoo\n\nwide.txt\n    1\tfoo'
        )
        assert.strictEqual(
          yield* output(directory, { pattern: "foo", path: "bin.dat" }),
          "[Matches behind binary data are not shown: bin.dat.]"
        )
        const partly = project({ "a.dat": late, "b.txt": "last" })
        const text = yield* output(partly, { pattern: "last|^foo$" })
        assert.include(text, "Only the first 200")
        assert.strictEqual(
          yield* output(
            project({
              "a.dat": Buffer.concat([Buffer.from(`foo\n${"x\n".repeat(100_000)}`), Buffer.from([0])]),
              "b.txt": "foo"
            }),
            {
              pattern: "foo"
            }
          ),
          "a.dat\n    1\tfoo\n\nb.txt\n    1\tfoo\n[Matches behind binary data are not shown: a.dat.]"
        )
      })
    )

    it.effect("follows no link and waits for no pipe", () =>
      Effect.gen(function* () {
        const outside = project({ "secret.txt": "foo" })
        const directory = project({ "a.txt": "foo" })
        symlinkSync(outside, join(directory, "out"))
        symlinkSync(join(outside, "secret.txt"), join(directory, "link.txt"))
        execFileSync("mkfifo", [join(directory, "pipe")])
        assert.strictEqual(yield* output(directory, { pattern: "foo" }), "a.txt\n    1\tfoo")
        const grep = yield* Grep.make
        assert.include(yield* refusal(grep, { pattern: "foo", path: "pipe" }, contextIn(directory)), "pipe or socket")
        assert.include(yield* refusal(grep, { pattern: "foo", path: "a.text" }, contextIn(directory)), "a.txt")
        assert.strictEqual(
          yield* output(directory, { pattern: "foo", path: "out" }),
          `${join(outside, "secret.txt")}\n    1\tfoo`
        )
      })
    )

    it.effect("needs the permission for the real path, as a search and as a read", () =>
      Effect.gen(function* () {
        const outside = project({ secret: "" })
        const directory = project({ ".env": "" })
        symlinkSync(join(outside, "secret"), join(directory, "link"))
        const grep = yield* Grep.make
        const need = (permission: string, path: string) => ({ permission, patterns: [path] })
        assert.deepStrictEqual(yield* needs(grep, { pattern: "x" }, contextIn(directory)), [
          { ...need("grep", directory), title: "Search for x in .", also: [need("read", directory)] }
        ])
        const [external] = yield* needs(grep, { pattern: "x", path: "link" }, contextIn(directory))
        const secret = join(outside, "secret")
        assert.deepStrictEqual(external?.also, [need("read", secret), need("external_directory", secret)])
      })
    )

    it.effect("does not search what a link became since it was judged", () =>
      Effect.gen(function* () {
        const outside = project({ a: "secret" })
        const directory = project({ "dir/a": "harmless" })
        const grep = yield* Grep.make
        const call = yield* grep.prepare({ pattern: "s", path: "dir" })
        yield* call.permissions(contextIn(directory))
        renameSync(join(directory, "dir"), join(directory, "old"))
        symlinkSync(outside, join(directory, "dir"))
        assert.include((yield* Effect.flip(call.execute(contextIn(directory)))).message, "nothing was done")
      })
    )

    it.effect("leaves out secrets where no rule speaks of them", () =>
      Effect.gen(function* () {
        const directory = project({ ".env": "KEY=1", "api/.env.local": "KEY=2", "a.txt": "KEY=3" })
        const remark =
          "[Not searched, because reading it needs permission: .env, api/.env.local. Give one as path to search it.]"
        assert.strictEqual(yield* output(directory, { pattern: "KEY" }), `a.txt\n    1\tKEY=3\n${remark}`)
        // The same whether it would match or not: what a file holds must not be told by counting.
        assert.strictEqual(yield* output(directory, { pattern: "OTHER" }), `[No match.]\n${remark}`)
        assert.strictEqual(yield* output(directory, { pattern: "KEY", include: "*.txt" }), "a.txt\n    1\tKEY=3")
        assert.strictEqual(yield* output(directory, { pattern: "KEY", path: ".env" }), ".env\n    1\tKEY=1")
      })
    )

    it.effect("stops ripgrep when it is interrupted", () =>
      Effect.gen(function* () {
        const directory = project({ "a.txt": "" })
        // A hole that takes minutes to search.
        truncateSync(join(directory, "a.txt"), 300 * 1024 ** 3)
        yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(directory, { recursive: true })))
        const pattern = `a-search-like-no-other-${process.pid}`
        const isRunning = () =>
          execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).includes(`--regexp=${pattern}`)
        const fiber = yield* Effect.forkChild(output(directory, { pattern, path: "a.txt" }), { startImmediately: true })
        yield* Effect.repeat(Effect.andThen(Effect.yieldNow, Effect.sync(isRunning)), { until: (found) => found })
        yield* Fiber.interrupt(fiber)
        assert.isFalse(isRunning())
      })
    )

    const text = Arbitrary.map(
      Arbitrary.array(
        Arbitrary.schema(
          Schema.Literals(["a", "-", "--", "\\", "(", "[", "$", "*", " ", "é", "😀", "'", '"', "#", "{", "\t"])
        ),
        {
          maxLength: 5
        }
      ),
      (parts) => parts.join("")
    )
    const searched = project({ "a.txt": "" })

    it.effect.prop(
      "a literal pattern finds exactly the lines that hold it",
      { pattern: text, before: text, after: text },
      ({ after, before, pattern }) =>
        Effect.gen(function* () {
          if (pattern === "") return
          const lines = [before + pattern + after, before + after]
          writeFileSync(join(searched, "a.txt"), lines.join("\n"))
          const expected = lines.flatMap((line, index) => (line.includes(pattern) ? [`    ${index + 1}\t${line}`] : []))
          const result = yield* output(searched, { pattern, literal: true })
          assert.strictEqual(result, ["a.txt", ...expected].join("\n"))
        }),
      { arbitrary: { runs: 40 } }
    )
  })

  const rules = [
    { permission: "read", pattern: "*", action: "allow" },
    { permission: "read", pattern: "*/private/*", action: "deny" },
    { permission: "read", pattern: "*/asked.txt", action: "ask" }
  ] as const

  it.layer(layerWith(rules), { excludeTestServices: true })((it) => {
    it.effect("shows only what the rules let read without a question", () =>
      Effect.gen(function* () {
        const directory = project({ ".env": "foo", "asked.txt": "foo", "private/a.txt": "foo", "open.txt": "foo" })
        assert.strictEqual(
          yield* output(directory, { pattern: "foo" }),
          ".env\n    1\tfoo\n\nopen.txt\n    1\tfoo\n" +
            "[Not searched, because reading it needs permission: asked.txt, private/a.txt. Give one as path to search it.]"
        )
      })
    )
  })

  const last = [{ permission: "read", pattern: "*/open.txt", action: "deny" }] as const

  it.layer(layerWith(rules, last), { excludeTestServices: true })((it) => {
    it.effect("shows nothing that the last rules, e.g. those of a command line, keep from being read", () =>
      Effect.gen(function* () {
        const directory = project({ "open.txt": "secret", "other.txt": "secret" })
        const found = yield* output(directory, { pattern: "secret" })
        assert.match(found, /^other\.txt\n.*secret\n\[Not searched.*: open\.txt\./)
      })
    )
  })

  it.effect.prop(
    "no input becomes an option",
    { pattern: Schema.String, include: Schema.String },
    ({ include, pattern }) =>
      Effect.sync(() => {
        const args = searchArguments({ pattern, include }, ".")
        assert.deepStrictEqual(args.slice(-3), [`--regexp=${pattern}`, "--", "."])
        const own = /^--(?:type-add=wanted:[\w.*-]+|type=wanted)$/
        for (const argument of typeArguments(include)) assert.match(argument, own)
      }),
    { arbitrary: { runs: 300 } }
  )
})
