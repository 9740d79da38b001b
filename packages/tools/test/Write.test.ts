import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Write } from "@rein/tools"
import { Effect } from "effect"
import { contextIn, needs, newDirectory, refusal, use } from "./support.ts"

const write = Write.make()
const directory = newDirectory()
const context = contextIn(directory)
const at = (name: string) => join(directory, name)
const get = (name: string) => readFileSync(at(name), "utf8")

describe("write", () => {
  it.effect("makes a file, with the directories above it", () =>
    Effect.gen(function* () {
      const result = yield* use(write, { path: "new/deep/a.txt", content: "é\r\n" }, context)
      assert.strictEqual(get("new/deep/a.txt"), "é\r\n")
      assert.strictEqual(result.output, `${at("new/deep/a.txt")} was created with 4 bytes.`)
      assert.strictEqual(result.title, "new/deep/a.txt")
      assert.deepStrictEqual(readdirSync(at("new/deep")), ["a.txt"])
      assert.strictEqual(statSync(at("new/deep/a.txt")).mode & 0o777, 0o666 & ~process.umask())
      yield* use(write, { path: at("empty"), content: "" }, context)
      assert.strictEqual(get("empty"), "")
    })
  )

  it.effect("says that it overwrites, before and after, and keeps the mode", () =>
    Effect.gen(function* () {
      writeFileSync(at("script"), "one\ntwo\n")
      chmodSync(at("script"), 0o751)
      const input = { path: "script", content: "one\n2\n" }
      const [need] = yield* needs(write, input, context)
      assert.deepStrictEqual(
        [need?.permission, need?.patterns, need?.title],
        ["edit", [at("script")], "Overwrite script"]
      )
      assert.include(need?.details ?? "", "-two\n+2\n")
      const { output } = yield* use(write, input, context)
      assert.strictEqual(output, `${at("script")} was overwritten with 6 bytes; the 8 bytes it had before are gone.`)
      assert.strictEqual(get("script"), "one\n2\n")
      assert.strictEqual(statSync(at("script")).mode & 0o7777, 0o751)
      const [create] = yield* needs(write, { path: "other", content: "x\n" }, context)
      assert.deepStrictEqual([create?.permission, create?.title], ["edit", "Create other"])
      assert.include(create?.details ?? "", "+x\n")
    })
  )

  it.effect("shows of a binary file only its size", () =>
    Effect.gen(function* () {
      writeFileSync(at("image"), new Uint8Array([1, 0, 2]))
      const [need] = yield* needs(write, { path: "image", content: "x" }, context)
      assert.include(need?.details ?? "", "3 bytes")
      yield* use(write, { path: "image", content: "x" }, context)
      assert.strictEqual(get("image"), "x")
    })
  )

  it.effect("changes nothing when the file already holds the text", () =>
    Effect.gen(function* () {
      writeFileSync(at("same"), "same\n")
      const before = statSync(at("same"), { bigint: true })
      const input = { path: "same", content: "same\n" }
      assert.deepStrictEqual(
        (yield* needs(write, input, context)).map(({ permission }) => permission),
        ["read"]
      )
      const { metadata, output } = yield* use(write, input, context)
      assert.include(output, "nothing was written")
      assert.strictEqual(metadata?.["change"], "none")
      const after = statSync(at("same"), { bigint: true })
      assert.deepStrictEqual([after.ino, after.mtimeNs], [before.ino, before.mtimeNs])
    })
  )

  it.effect("does only what was judged", () =>
    Effect.gen(function* () {
      const judged = (path: string, change: () => void) =>
        Effect.gen(function* () {
          const call = yield* write.prepare({ path, content: "mine" })
          yield* call.permissions(context)
          change()
          return (yield* Effect.flip(call.execute(context))).message
        })
      const other = (name: string, text: string) => () => writeFileSync(at(name), text)
      // It was to be created, and somebody else has made it.
      assert.include(yield* judged("late", other("late", "theirs")), "nothing was done")
      assert.strictEqual(get("late"), "theirs")
      // What would be lost is not what was shown.
      writeFileSync(at("moving"), "shown")
      assert.include(yield* judged("moving", other("moving", "longer than shown")), "nothing was done")
      assert.strictEqual(get("moving"), "longer than shown")
      // Only to look was allowed.
      writeFileSync(at("equal"), "mine")
      assert.include(yield* judged("equal", other("equal", "theirs")), "nothing was done")
      assert.strictEqual(get("equal"), "theirs")
    })
  )

  it.effect("writes the real target of a link, outside too, when that is allowed", () =>
    Effect.gen(function* () {
      const outside = newDirectory()
      symlinkSync(join(outside, "target"), at("link"))
      const input = { path: "link", content: "x" }
      const [need, ...more] = yield* needs(write, input, context)
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(need?.also, [{ permission: "external_directory", patterns: [join(outside, "target")] }])
      yield* use(write, input, context)
      assert.strictEqual(readFileSync(join(outside, "target"), "utf8"), "x")
      assert.isTrue(lstatSync(at("link")).isSymbolicLink())
    })
  )

  it.effect("refuses what is no file, with help, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const place = newDirectory()
      mkdirSync(join(place, "dir"))
      writeFileSync(join(place, "file"), "")
      const refused = (path: string, content = "x") => refusal(write, { path, content }, contextIn(place))
      assert.include(yield* refused("dir"), "is no file")
      assert.include(yield* refused("new/"), "name of a directory")
      assert.include(yield* refused("file/below"), "cannot be written")
      assert.include(yield* refused("half", "\uD83D"), "half of a character")
      assert.include(yield* refused("a\0b"), "cannot be followed")
      assert.deepStrictEqual(readdirSync(place).toSorted(), ["dir", "file"])
      assert.isFalse(existsSync(join(place, "new")))
    })
  )

  it.effect("tells after a crash whether it happened, or that it does not know", () =>
    Effect.gen(function* () {
      const recovered = (name: string, before: string | undefined, now: string | undefined) =>
        Effect.gen(function* () {
          const path = at(name)
          const set = (text: string | undefined) =>
            text === undefined ? rmSync(path, { force: true }) : writeFileSync(path, text)
          set(before)
          const call = yield* write.prepare({ path, content: "mine" })
          const noted = yield* call.journal?.(context) ?? Effect.undefined
          set(now)
          return (yield* call.recover?.(context, noted) ?? Effect.die("no recover"))._tag
        })
      assert.strictEqual(yield* recovered("r1", undefined, "mine"), "happened")
      assert.strictEqual(yield* recovered("r2", undefined, undefined), "did-not-happen")
      assert.strictEqual(yield* recovered("r3", undefined, "theirs"), "unknown")
      assert.strictEqual(yield* recovered("r4", "before", "mine"), "happened")
      assert.strictEqual(yield* recovered("r5", "before", "before"), "did-not-happen")
      assert.strictEqual(yield* recovered("r6", "before", "theirs"), "unknown")
      assert.strictEqual(yield* recovered("r7", "before", undefined), "unknown")
      assert.strictEqual(yield* recovered("r8", "mine", "mine"), "happened")
    })
  )
})
