import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { basename, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Edit } from "@rein/tools"
import { Arbitrary, Effect, Schema } from "effect"
import { contextIn, needs, newDirectory, refusal, use } from "./support.ts"

const edit = Edit.make()
const directory = newDirectory()
const context = contextIn(directory)
let files = 0

const put = (content: string | Uint8Array, name = `file-${++files}.txt`) => {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}
const get = (path: string) => readFileSync(path, "utf8")

interface Change {
  readonly oldString: string
  readonly newString: string
  readonly replaceAll?: boolean
}

/** The text that an edit makes of a text. */
const edited = (text: string, change: Change) =>
  Effect.gen(function* () {
    const path = put(text)
    yield* use(edit, { path, ...change }, context)
    return get(path)
  })

/** Why an edit of a text is refused; the file must stay as it is. */
const refused = (text: string, change: Change) =>
  Effect.gen(function* () {
    const path = put(text)
    const message = yield* refusal(edit, { path, ...change }, context)
    assert.strictEqual(get(path), text)
    return message
  })

describe("edit", () => {
  it.effect("replaces the only place", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* edited("a\nb\nc\n", { oldString: "b", newString: "B" }), "a\nB\nc\n")
      assert.strictEqual(yield* edited("abc", { oldString: "abc", newString: "" }), "")
      const path = put("one\ntwo\nthree")
      const result = yield* use(edit, { path, oldString: "three", newString: "3" }, context)
      assert.include(result.output, "1 place, at line 3")
    })
  )

  it.effect("takes the new text literally", () =>
    Effect.gen(function* () {
      for (const newString of ["$&$&", "$1", "$`", "$'", "$$", "\\n", "$<x>"]) {
        assert.strictEqual(yield* edited("a x b", { oldString: "x", newString }), `a ${newString} b`)
        assert.strictEqual(
          yield* edited("x x", { oldString: "x", newString, replaceAll: true }),
          `${newString} ${newString}`
        )
      }
      assert.strictEqual(yield* edited("a.c abc", { oldString: "a.c", newString: "-" }), "- abc")
    })
  )

  it.effect("refuses an ambiguous text and shows the places", () =>
    Effect.gen(function* () {
      const message = yield* refused("foo();\nif (x) {\n  foo();\n}\n", { oldString: "foo();", newString: "bar();" })
      assert.include(message, "stands 2 times")
      assert.include(message, "    1\tfoo();")
      assert.include(message, "    3\t  foo();")
      assert.include(message, "replaceAll")
      assert.include(yield* refused("aaa", { oldString: "aa", newString: "b" }), "stands 2 times")
      const many = yield* refused("x\n".repeat(1_000), { oldString: "x", newString: "y" })
      assert.include(many, "at least 100 times")
      assert.strictEqual(many.match(/^---$/gm)?.length, 2)
    })
  )

  it.effect("replaces every place when asked to, and nothing inside of other text", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* edited("a b a", { oldString: "a", newString: "aa", replaceAll: true }), "aa b aa")
      assert.strictEqual(yield* edited("aaa", { oldString: "aa", newString: "b", replaceAll: true }), "ba")
      assert.strictEqual(
        yield* edited("x".repeat(300), { oldString: "x", newString: "y", replaceAll: true }),
        "y".repeat(300)
      )
    })
  )

  it.effect("does not guess: no trimming, no anchors, no similar text", () =>
    Effect.gen(function* () {
      const loop = "for (let i = 0; i < n; i++) {\n  i++;\n}\n"
      yield* refused(loop, { oldString: "   i++\n", newString: "" })
      yield* refused("function f() {\n  a\n  b\n  c\n}\n", { oldString: "function f() {\n}\n", newString: "" })
      yield* refused("max  =  yellow", { oldString: "x = y", newString: "z" })
      yield* refused("return xs", { oldString: "  return x\n", newString: "return y" })
    })
  )

  it.effect("shows the nearest lines of what was not found", () =>
    Effect.gen(function* () {
      const text = "import a\n\nexport const total = (list: Array<number>) => {\n\treturn list.length\n}\n"
      const spaces = yield* refused(text, {
        oldString: "export const total = (list: Array<number>) => {\n  return list.length\n}",
        newString: "x"
      })
      assert.include(spaces, "differs only in white space")
      assert.include(spaces, "    4\t\treturn list.length")
      const similar = yield* refused(text, { oldString: "export const totals = (list: number[]) => {", newString: "x" })
      assert.include(similar, "    3\texport const total")
      assert.include(yield* refused(text, { oldString: "    1\timport a", newString: "x" }), "line number")
      assert.include(yield* refused(text, { oldString: "zzzz", newString: "x" }), "Nothing in the file looks like it")
      const alike = yield* refused("const a1 = 1\n".repeat(10), { oldString: "const a2 = 1", newString: "x" })
      assert.strictEqual(alike.match(/\tconst a1 = 1/g)?.length, 3)
    })
  )

  it.effect("comes to an end with long lines and big files", () =>
    Effect.gen(function* () {
      const long = "ab".repeat(5_000_000)
      const message = yield* refused(long, { oldString: "abc".repeat(80_000), newString: "x" })
      assert.isBelow(message.length, 5_000)
      const lines = yield* refused("some text in a line\n".repeat(500_000), {
        oldString: "some other text in a line\nx",
        newString: "x"
      })
      assert.isBelow(lines.length, 5_000)
      assert.strictEqual((yield* edited(`${long}!`, { oldString: "!", newString: "?" })).length, long.length + 1)
    })
  )

  it.effect("refuses an empty and an equal text, also for a file that is missing or empty", () =>
    Effect.gen(function* () {
      assert.include(yield* refused("text", { oldString: "", newString: "x" }), "oldString is empty")
      assert.include(yield* refused("", { oldString: "", newString: "x" }), "oldString is empty")
      assert.include(yield* refused("text", { oldString: "text", newString: "text" }), "equal")
      assert.include(yield* refused("😀", { oldString: "\uDE00", newString: "x" }), "half of a character")
      assert.include(yield* refused("x", { oldString: "x", newString: "\uD83D" }), "half of a character")
      const missing = { path: "missing.txt", oldString: "a", newString: "b" }
      assert.include(yield* refusal(edit, missing, context), `There is no file ${join(directory, "missing.txt")}`)
      assert.include(yield* refusal(edit, { ...missing, path: "." }, context), "is no file")
    })
  )

  it.effect("keeps line ends", () =>
    Effect.gen(function* () {
      const windows = "a\r\nb\r\nc\r\n"
      assert.strictEqual(yield* edited(windows, { oldString: "b", newString: "x\ny" }), "a\r\nx\r\ny\r\nc\r\n")
      assert.strictEqual(yield* edited(windows, { oldString: "a\nb\n", newString: "x\n" }), "x\r\nc\r\n")
      assert.strictEqual(yield* edited(windows, { oldString: "b\r\nc", newString: "x\r\ny" }), "a\r\nx\r\ny\r\n")
      assert.strictEqual(yield* edited(windows, { oldString: "\nb", newString: "\nx" }), "a\r\nx\r\nc\r\n")
      assert.strictEqual(yield* edited(windows, { oldString: "c", newString: "d" }), "a\r\nb\r\nd\r\n")
      assert.strictEqual(
        yield* edited(windows, { oldString: "\n", newString: ";\n", replaceAll: true }),
        "a;\r\nb;\r\nc;\r\n"
      )
      assert.strictEqual(yield* edited("a\nb\r\nc\n", { oldString: "a", newString: "1\n2" }), "1\n2\nb\r\nc\n")
      assert.strictEqual(yield* edited("a\nb\r\nc\n", { oldString: "b", newString: "1\n2" }), "a\n1\r\n2\r\nc\n")
      assert.strictEqual(yield* edited("a\nb", { oldString: "b", newString: "c\r\nd" }), "a\nc\r\nd")
      assert.include(yield* refused("x\r\nx\r\n", { oldString: "x\n", newString: "y\n" }), "stands 2 times")
    })
  )

  it.effect("keeps a byte order mark", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* edited("\uFEFFa b", { oldString: "a", newString: "c" }), "\uFEFFc b")
      assert.strictEqual(yield* edited("\uFEFFa", { oldString: "a", newString: "" }), "\uFEFF")
    })
  )

  it.effect("keeps the mode and leaves nothing beside the file", () =>
    Effect.gen(function* () {
      const place = newDirectory()
      const path = join(place, "script.sh")
      writeFileSync(path, "echo a")
      chmodSync(path, 0o751)
      yield* use(edit, { path, oldString: "a", newString: "b" }, contextIn(place))
      assert.strictEqual(statSync(path).mode & 0o7777, 0o751)
      assert.deepStrictEqual(readdirSync(place), ["script.sh"])
    })
  )

  it.effect("refuses what is no text in UTF-8", () =>
    Effect.gen(function* () {
      const binary = put(new Uint8Array([97, 0, 98]))
      assert.include(yield* refusal(edit, { path: binary, oldString: "a", newString: "x" }, context), "binary")
      const latin = put(new Uint8Array([97, 0xe9, 98]))
      assert.include(yield* refusal(edit, { path: latin, oldString: "a", newString: "x" }, context), "UTF-8")
      assert.deepStrictEqual([...readFileSync(latin)], [97, 0xe9, 98])
    })
  )

  it.effect("edits the real target of a link, which needs the permission", () =>
    Effect.gen(function* () {
      const outside = newDirectory()
      const target = join(outside, "target.txt")
      writeFileSync(target, "one\ntwo\n")
      const link = join(directory, "link")
      symlinkSync(target, link)
      const input = { path: "link", oldString: "two", newString: "2" }
      const [own, ...more] = yield* needs(edit, input, context)
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual([own?.permission, own?.patterns], ["edit", [target]])
      assert.deepStrictEqual(own?.also, [{ permission: "external_directory", patterns: [target] }])
      assert.include(own?.details ?? "", "-two\n+2\n")
      yield* use(edit, input, context)
      assert.strictEqual(get(target), "one\n2\n")
      assert.isTrue(lstatSync(link).isSymbolicLink())
    })
  )

  it.effect("needs only to read when the edit does not fit, and then never edits", () =>
    Effect.gen(function* () {
      const path = put("a\n")
      const call = yield* edit.prepare({ path, oldString: "b", newString: "c" })
      assert.deepStrictEqual(
        (yield* call.permissions(context)).map(({ permission }) => permission),
        ["read"]
      )
      writeFileSync(path, "b\n")
      assert.include((yield* Effect.flip(call.execute(context))).message, "nothing was done")
      assert.strictEqual(get(path), "b\n")
    })
  )

  it.effect("shows nothing of a file that it was not judged for", () =>
    Effect.gen(function* () {
      const place = newDirectory()
      mkdirSync(join(place, "a"))
      mkdirSync(join(place, "b"))
      writeFileSync(join(place, "a/x"), "harmless")
      writeFileSync(join(place, "b/x"), "secret=1")
      const link = join(place, "link")
      symlinkSync("a", link)
      const call = yield* edit.prepare({ path: "link/x", oldString: "secret=2", newString: "x" })
      yield* call.permissions(contextIn(place))
      const { renameSync } = yield* Effect.promise(() => import("node:fs"))
      symlinkSync("b", join(place, "other"))
      renameSync(join(place, "other"), link)
      const { message } = yield* Effect.flip(call.execute(contextIn(place)))
      assert.notInclude(message, "secret=1")
      assert.include(message, "nothing was done")
    })
  )

  /** What the tool says after a crash, when the file then holds this text; `undefined`: it is gone. */
  const recovered = (before: string, change: Change, now: (after: string) => string | undefined) =>
    Effect.gen(function* () {
      const path = put(before)
      const call = yield* edit.prepare({ path, ...change })
      const noted = yield* call.journal?.(context) ?? Effect.undefined
      yield* Effect.ignore(call.execute(context))
      const text = now(get(path))
      if (text === undefined) rmSync(path)
      else writeFileSync(path, text)
      return (yield* call.recover?.(context, noted) ?? Effect.die("no recover"))._tag
    })
  const same = (text: string) => text

  it.effect("tells after a crash whether it happened, or that it does not know", () =>
    Effect.gen(function* () {
      const change = { oldString: "old", newString: "new" }
      assert.strictEqual(yield* recovered("an old text", change, same), "happened")
      assert.strictEqual(yield* recovered("an old text", change, () => "an old text"), "did-not-happen")
      assert.strictEqual(yield* recovered("an old text", change, (text) => `${text} and more`), "unknown")
      assert.strictEqual(yield* recovered("an old text", change, () => undefined), "unknown")
      assert.strictEqual(yield* recovered("\uFEFFold\r\nold", { ...change, replaceAll: true }, same), "happened")
      assert.strictEqual(yield* recovered("it does not fit", change, same), "unknown")
      const call = yield* edit.prepare({ path: put("an old text"), ...change })
      assert.strictEqual((yield* call.recover?.(context, undefined) ?? Effect.die(""))._tag, "unknown")
      assert.strictEqual((yield* call.recover?.(context, { path: 1 }) ?? Effect.die(""))._tag, "unknown")
    })
  )

  it.effect("gives a file its new text all at once: whoever has the old file keeps that", () =>
    Effect.gen(function* () {
      const path = put("an old text")
      const other = `${path}.link`
      linkSync(path, other)
      yield* use(edit, { path, oldString: "old", newString: "new" }, context)
      assert.deepStrictEqual([get(path), get(other)], ["an new text", "an old text"])
    })
  )

  it.effect("clears away what a crash has left beside the file", () =>
    Effect.gen(function* () {
      const path = put("an old text")
      const left = join(directory, `.${basename(path)}.${context.call}.tmp`)
      writeFileSync(left, "an ne")
      const call = yield* edit.prepare({ path, oldString: "old", newString: "new" })
      const noted = yield* call.journal?.(context) ?? Effect.die("")
      assert.strictEqual((yield* call.recover?.(context, noted) ?? Effect.die(""))._tag, "did-not-happen")
      assert.isFalse(existsSync(left))
      yield* call.execute(context)
      assert.strictEqual(get(path), "an new text")
    })
  )

  const word = Arbitrary.schema(Schema.Literals(["a", "b", "ab", "\n", " ", "$&", "$1", "é", "😀", "{", "x"]))
  const text = Arbitrary.map(Arbitrary.array(word, { maxLength: 12 }), (words) => words.join(""))
  const any = Arbitrary.schema(Schema.String)

  const isLiteral = ({
    after,
    before,
    newString,
    oldString
  }: Record<"after" | "before" | "newString" | "oldString", string>) =>
    Effect.gen(function* () {
      const whole = before + oldString + after
      // Files hold well-formed text; NUL marks a binary file, and line ends have their own tests.
      const isText =
        [before, oldString, after, newString].every((text) => text.isWellFormed()) &&
        !/[\0\r]|^\uFEFF/.test(whole + newString)
      if (!isText || oldString === "" || oldString === newString) return
      const isUnique = whole.indexOf(oldString) === whole.lastIndexOf(oldString)
      if (!isUnique) assert.include(yield* refused(whole, { oldString, newString }), "times")
      else assert.strictEqual(yield* edited(whole, { oldString, newString }), before + newString + after)
    })

  it.effect.prop(
    "is literal: the slice is replaced and nothing else",
    { before: text, oldString: text, after: text, newString: text },
    isLiteral,
    {
      arbitrary: { runs: 300 }
    }
  )

  it.effect.prop("is literal for any text", { before: any, oldString: any, after: any, newString: any }, isLiteral, {
    arbitrary: { runs: 300 }
  })

  it.effect.prop(
    "keeps the line ends of a file with CRLF",
    { before: text, oldString: text, after: text, newString: text },
    ({ after, before, newString, oldString }) =>
      Effect.gen(function* () {
        const whole = before + oldString + after
        if (oldString === "" || oldString === newString || whole.indexOf(oldString) !== whole.lastIndexOf(oldString))
          return
        const windows = (text: string) => text.replaceAll("\n", "\r\n")
        if (!whole.includes("\n")) return
        const expected = windows(before + newString + after)
        assert.strictEqual(yield* edited(windows(whole), { oldString, newString }), expected)
      }),
    { arbitrary: { runs: 300 } }
  )

  it.effect.prop(
    "tells after a crash what is true, also where old and new text overlap",
    {
      before: text,
      oldString: text,
      newString: text,
      replaceAll: Arbitrary.schema(Schema.Boolean),
      isDone: Arbitrary.schema(Schema.Boolean)
    },
    ({ before, isDone, newString, oldString, replaceAll }) =>
      Effect.gen(function* () {
        const found = before.split(oldString).length - 1
        const isUnique = before.indexOf(oldString) === before.lastIndexOf(oldString)
        if (oldString === "" || oldString === newString || found === 0 || (!isUnique && !replaceAll)) return
        const told = yield* recovered(before, { oldString, newString, replaceAll }, isDone ? same : () => before)
        assert.strictEqual(told, isDone ? "happened" : "did-not-happen")
      }),
    { arbitrary: { runs: 300 } }
  )
})
