import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Edit, Read } from "@rein/tools"
import { Effect } from "effect"
import { contextIn, needs, newDirectory, refusal, use } from "./support.ts"

const read = Read.make()
const directory = newDirectory()
const context = contextIn(directory)
const put = (name: string, content: string | Uint8Array) => {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}
const output = (input: Parameters<typeof use>[1]) => Effect.map(use(read, input, context), ({ output }) => output)

describe("read", () => {
  it.effect("numbers the lines, from absolute and relative paths", () =>
    Effect.gen(function* () {
      const path = put("a.txt", "one\n\n\ttwo\nlast")
      const expected = "    1\tone\n    2\t\n    3\t\ttwo\n    4\tlast"
      assert.strictEqual(yield* output({ path }), expected)
      const result = yield* use(read, { path: "./a.txt" }, context)
      assert.strictEqual(result.output, expected)
      assert.strictEqual(result.title, "a.txt")
    })
  )

  it.effect("leaves out CR, a byte order mark and the last line end", () =>
    Effect.gen(function* () {
      put("windows.txt", "\uFEFFa\r\nb\r\n")
      assert.strictEqual(yield* output({ path: "windows.txt" }), "    1\ta\n    2\tb")
      put("empty.txt", "")
      assert.strictEqual(yield* output({ path: "empty.txt" }), "[The file is empty.]")
    })
  )

  it.effect("takes a part and says where to go on", () =>
    Effect.gen(function* () {
      put("many.txt", Array.from({ length: 5_000 }, (_, index) => `line ${index + 1}\n`).join(""))
      assert.strictEqual(
        yield* output({ path: "many.txt", offset: 4_000, limit: 2 }),
        " 4000\tline 4000\n 4001\tline 4001\n[Lines 4000 to 4001 of 5000. Go on with offset 4002.]"
      )
      const first = yield* output({ path: "many.txt" })
      assert.isTrue(first.endsWith("[Lines 1 to 1990 of 5000. Go on with offset 1991.]"))
      assert.strictEqual(
        (yield* output({ path: "many.txt", offset: 4_999 })).split("\n").at(-1),
        "[Lines 4999 to 5000 of 5000.]"
      )
      assert.include(yield* refusal(read, { path: "many.txt", offset: 5_001 }, context), "many.txt has 5000 lines")
      assert.include(yield* refusal(read, { path: "many.txt", offset: 0 }, context), "offset")
    })
  )

  it.effect("stays below the limits of an output", () =>
    Effect.gen(function* () {
      put("wide.txt", `${"é".repeat(1_000)}\n`.repeat(1_000))
      const text = yield* output({ path: "wide.txt" })
      assert.isBelow(Buffer.byteLength(text), 50 * 1024)
      const next = Number(/Go on with offset (\d+)/.exec(text)?.[1])
      assert.isTrue((yield* output({ path: "wide.txt", offset: next })).startsWith(`${String(next).padStart(5)}\té`))
    })
  )

  it.effect("cuts long lines between characters", () =>
    Effect.gen(function* () {
      put("long.txt", `x${"😀".repeat(2_500_000)}`)
      const text = yield* output({ path: "long.txt" })
      assert.isBelow(text.length, 2_200)
      assert.isTrue(text.isWellFormed())
      assert.include(text, "more characters of this line are left out")
      put("fits.txt", "y".repeat(2_000))
      assert.strictEqual(yield* output({ path: "fits.txt" }), `    1\t${"y".repeat(2_000)}`)
    })
  )

  it.effect("lists directories", () =>
    Effect.gen(function* () {
      mkdirSync(join(directory, "dir/sub"), { recursive: true })
      put("dir/b.txt", "")
      put("dir/a.txt", "")
      assert.strictEqual(yield* output({ path: "dir" }), "a.txt\nb.txt\nsub/")
      assert.strictEqual(
        yield* output({ path: "dir", offset: 2, limit: 1 }),
        "b.txt\n[Lines 2 to 2 of 3. Go on with offset 3.]"
      )
      assert.strictEqual(yield* output({ path: "dir/sub" }), "[The directory is empty.]")
    })
  )

  it.effect("refuses what is no text, with help", () =>
    Effect.gen(function* () {
      put("image.png", new Uint8Array([0x89, 0x50, 0, 1, 2]))
      assert.include(yield* refusal(read, { path: "image.png" }, context), "binary file of 5 bytes")
      truncateSync(put("huge.log", ""), 100 * 1024 * 1024)
      assert.include(yield* refusal(read, { path: "huge.log" }, context), "100.0 MiB")
      execFileSync("mkfifo", [join(directory, "pipe")])
      assert.include(yield* refusal(read, { path: "pipe" }, context), "pipe or socket")
    })
  )

  it.effect("says that a text is damaged, and shows a name on one line", () =>
    Effect.gen(function* () {
      put("latin.txt", new Uint8Array([0x63, 0x61, 0x66, 0xe9, 10]))
      assert.strictEqual(
        yield* output({ path: "latin.txt" }),
        "    1\tcaf\uFFFD\n[Some bytes are not UTF-8 and are shown as \uFFFD. edit refuses this file.]"
      )
      put("right.txt", "\uFFFD\n")
      assert.strictEqual(yield* output({ path: "right.txt" }), "    1\t\uFFFD")
      mkdirSync(join(directory, "odd"))
      put("odd/two\nlines", "")
      assert.strictEqual(yield* output({ path: "odd" }), '"two\\nlines"')
    })
  )

  it.effect("gives text that edit finds, cut from any line behind its number and tab", () =>
    Effect.gen(function* () {
      const content = "\ta = [1, 2]\r\n\r\n  12\tb\r\n\u00a0c \r\n"
      put("cut.txt", content)
      const lines = (yield* output({ path: "cut.txt" })).split("\n").map((line) => line.slice(line.indexOf("\t") + 1))
      assert.deepStrictEqual(lines, content.split("\r\n").slice(0, -1))
      yield* use(Edit.make(), { path: "cut.txt", oldString: lines.join("\n"), newString: "all" }, context)
      assert.strictEqual(readFileSync(join(directory, "cut.txt"), "utf8"), "all\r\n")
    })
  )

  it.effect("names files that look like a missing one", () =>
    Effect.gen(function* () {
      put("Settings.ts", "")
      const near = yield* refusal(read, { path: "settings.js" }, context)
      assert.include(near, join(directory, "settings.js"))
      assert.include(near, "Settings.ts")
      mkdirSync(join(directory, "source"))
      assert.include(yield* refusal(read, { path: "sources/x.ts" }, context), "source")
      assert.include(yield* refusal(read, { path: "zzzzz" }, context), `Read ${directory} to see`)
    })
  )

  it.effect("needs the permission for the real path", () =>
    Effect.gen(function* () {
      const outside = newDirectory()
      writeFileSync(join(outside, "secret"), "x")
      symlinkSync(join(outside, "secret"), join(directory, "link"))
      const inside = put("inside.txt", "")
      assert.deepStrictEqual(yield* needs(read, { path: "inside.txt" }, context), [
        { permission: "read", patterns: [inside], title: "Read inside.txt" }
      ])
      const secret = [join(outside, "secret")]
      assert.deepStrictEqual(yield* needs(read, { path: "link" }, context), [
        {
          permission: "read",
          patterns: secret,
          title: `Read ${secret[0]}, outside of ${directory}`,
          also: [{ permission: "external_directory", patterns: secret }]
        }
      ])
      const missing = yield* needs(read, { path: "../nothing/x" }, context)
      assert.deepStrictEqual(missing[0]?.patterns, [join(directory, "../nothing/x")])
    })
  )

  it.effect("does not read what a link became since it was judged", () =>
    Effect.gen(function* () {
      const outside = newDirectory()
      writeFileSync(join(outside, "secret"), "secret text")
      put("target.txt", "harmless")
      const call = yield* read.prepare({ path: "target.txt" })
      yield* call.permissions(context)
      rmSync(join(directory, "target.txt"))
      symlinkSync(join(outside, "secret"), join(directory, "target.txt"))
      const error = yield* Effect.flip(call.execute(context))
      assert.include(error.message, "nothing was done")
    })
  )
})
