import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { isInside, realPath, shortPath } from "@rein/tools/RealPath"
import { Effect } from "effect"
import { newDirectory } from "./support.ts"

describe("realPath", () => {
  it.effect("follows the longest part that exists", () =>
    Effect.gen(function* () {
      const [here, outside] = [newDirectory(), newDirectory()]
      mkdirSync(join(here, "a"))
      writeFileSync(join(outside, "file"), "")
      symlinkSync(outside, join(here, "out"))
      symlinkSync(join(outside, "not", "yet"), join(here, "dangling"))
      symlinkSync("a", join(here, "in"))
      const of = (path: string) => realPath(here, path)
      assert.strictEqual(yield* of("a"), join(here, "a"))
      assert.strictEqual(yield* of("./in/../a/new/deep.ts"), join(here, "a/new/deep.ts"))
      assert.strictEqual(yield* of("in/x"), join(here, "a/x"))
      assert.strictEqual(yield* of("out/file"), join(outside, "file"))
      assert.strictEqual(yield* of("out/new/file"), join(outside, "new/file"))
      assert.strictEqual(yield* of("dangling"), join(outside, "not/yet"))
      assert.strictEqual(yield* of("dangling/more"), join(outside, "not/yet/more"))
      assert.strictEqual(yield* of("out/file/below"), join(outside, "file/below"))
      assert.strictEqual(yield* of("/"), "/")
    })
  )

  it.effect("refuses a path that no system would take, before it looks at its parts", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(realPath("/", "a/".repeat(500_000)))
      assert.match(error.message, /^The path (?:a\/)+… cannot be followed: it is longer than 4096 characters/)
      assert.strictEqual(yield* realPath("/", `${"a/../".repeat(10_000)}b`), "/b")
    })
  )

  it.effect("refuses links in a circle", () =>
    Effect.gen(function* () {
      const here = newDirectory()
      symlinkSync("b", join(here, "a"))
      symlinkSync("a", join(here, "b"))
      const error = yield* Effect.flip(realPath(here, "a/x"))
      assert.include(error.message, "a/x")
    })
  )
})

describe("isInside", () => {
  it("compares components", () => {
    assert.isTrue(isInside("/a/b", "/a/b"))
    assert.isTrue(isInside("/a/b", "/a/b/c"))
    assert.isTrue(isInside("/a/b", "/a/b/..c"))
    assert.isFalse(isInside("/a/b", "/a/bc"))
    assert.isFalse(isInside("/a/b", "/a"))
    assert.isFalse(isInside("/a/b", "/c"))
    assert.isTrue(isInside("/", "/c"))
    assert.strictEqual(shortPath("/a", "/a/b/c"), "b/c")
    assert.strictEqual(shortPath("/a", "/a"), ".")
    assert.strictEqual(shortPath("/a", "/b"), "/b")
  })
})
