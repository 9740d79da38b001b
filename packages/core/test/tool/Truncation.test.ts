import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Blobs from "../../src/blob/Blobs.ts"
import * as Truncation from "../../src/tool/Truncation.ts"

const bytesOf = (text: string) => new TextEncoder().encode(text).length

const lines = (count: number, end = "\n") =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}${end}`).join("")

const limit = (output: string, keep: "head" | "tail" = "head") =>
  Effect.flatMap(Truncation.Truncation, (truncation) => truncation.limit(output, keep))

const layer = (options = Truncation.defaults) => Layer.provideMerge(Truncation.layerWith(options), Blobs.layerMemory)

describe("truncation", () => {
  it.effect("leaves what is exactly at the limit, and cuts one above", () =>
    Effect.gen(function* () {
      for (const keep of ["head", "tail"] as const) {
        for (const fits of [lines(5), lines(5).trimEnd(), "x".repeat(100), `${"x".repeat(99)}\n`, "", "\n\n\n\n\n"]) {
          assert.deepStrictEqual(yield* limit(fits, keep), { output: fits })
        }
        for (const over of [lines(6), lines(6).trimEnd(), "x".repeat(101), "ä".repeat(51), "\n\n\n\n\n\n"]) {
          assert.isDefined((yield* limit(over, keep)).whole)
        }
      }
    }).pipe(Effect.provide(layer({ lines: 5, bytes: 100 })))
  )

  it.effect("keeps the first or the last lines, says what is left out, and stores the whole", () =>
    Effect.gen(function* () {
      const whole = lines(7)
      const head = yield* limit(whole, "head")
      assert.isTrue(
        head.output.startsWith("line 1\nline 2\nline 3\n[Only the first 3 of 7 lines (20 of 49 bytes) are shown.")
      )
      const tail = yield* limit(whole, "tail")
      assert.isTrue(tail.output.startsWith("[Only the last 3 of 7 lines "))
      assert.isTrue(tail.output.endsWith("]\nline 5\nline 6\nline 7\n"))
      const hash = head.whole ?? ("" as never)
      assert.include(head.output, hash)
      assert.strictEqual(new TextDecoder().decode(yield* (yield* Blobs.Blobs).get(hash)), whole)
    }).pipe(Effect.provide(layer({ lines: 3, bytes: 1_000 })))
  )

  it.effect("never cuts inside a character", () =>
    Effect.gen(function* () {
      const text = "a😀ä漢".repeat(20)
      for (let bytes = 0; bytes < 60; bytes++) {
        for (const [name, cut] of [
          ["head", Truncation.head],
          ["tail", Truncation.tail]
        ] as const) {
          const kept = cut(text, { bytes, lines: 10 })
          assert.isTrue(kept.isWellFormed(), `${name} ${bytes}`)
          assert.isAtMost(bytesOf(kept), bytes)
          assert.isAbove(bytesOf(kept), bytes - 4)
          assert.isTrue(name === "head" ? text.startsWith(kept) : text.endsWith(kept))
        }
      }
    })
  )

  it("keeps whole lines where one fits, and all that fit", () => {
    const text = "aaa\nbbb\nccc"
    assert.strictEqual(Truncation.head(text, { bytes: 7, lines: 9 }), "aaa\nbbb")
    assert.strictEqual(Truncation.head(text, { bytes: 6, lines: 9 }), "aaa")
    assert.strictEqual(Truncation.head(text, { bytes: 2, lines: 9 }), "aa")
    assert.strictEqual(Truncation.tail(text, { bytes: 7, lines: 9 }), "bbb\nccc")
    assert.strictEqual(Truncation.tail(text, { bytes: 6, lines: 9 }), "ccc")
    assert.strictEqual(Truncation.tail(text, { bytes: 2, lines: 9 }), "cc")
  })

  it.effect("bounds one line of 10 MB, from either end", () =>
    Effect.gen(function* () {
      const huge = `${"😀".repeat(2_500_000)}end`
      for (const keep of ["head", "tail"] as const) {
        const { output } = yield* limit(huge, keep)
        assert.isTrue(output.isWellFormed())
        assert.isAtMost(bytesOf(output), Truncation.defaults.bytes + 300)
        assert.isAtLeast(bytesOf(output), Truncation.defaults.bytes - 4)
      }
      assert.isTrue((yield* limit(huge, "tail")).output.endsWith("end"))
    }).pipe(Effect.provide(layer()))
  )

  it.effect("bounds 100,000 lines, and a million empty ones", () =>
    Effect.gen(function* () {
      for (const text of [lines(100_000), "\n".repeat(1_000_000)]) {
        for (const keep of ["head", "tail"] as const) {
          const { output } = yield* limit(text, keep)
          assert.isAtMost(output.split("\n").length, Truncation.defaults.lines + 3)
        }
      }
      const { output } = yield* limit(lines(100_000), "tail")
      assert.include(output, "Only the last 2000 of 100000 lines")
    }).pipe(Effect.provide(layer()))
  )

  it.effect("passes on control characters, NUL and halves of characters as they are", () =>
    Effect.gen(function* () {
      const text = "\u0000\u001b[31mred\r\rdone\ud83d"
      assert.deepStrictEqual(yield* limit(text), { output: text })
      const long = "\u0000\ud83d\r".repeat(50)
      for (const keep of ["head", "tail"] as const) assert.isBelow((yield* limit(long, keep)).output.length, 400)
    }).pipe(Effect.provide(layer({ lines: 100, bytes: 100 })))
  )

  it.effect("says that the rest is lost where it cannot be stored", () =>
    Effect.gen(function* () {
      const limited = yield* limit(lines(9))
      assert.isUndefined(limited.whole)
      assert.include(limited.output, "The rest could not be stored and is lost.")
    }).pipe(
      Effect.provide(
        Layer.provide(
          Truncation.layerWith({ lines: 3, bytes: 100 }),
          Layer.succeed(
            Blobs.Blobs,
            Blobs.Blobs.of({
              put: () => Effect.fail(new Blobs.BlobError({ operation: "put", detail: "the disk is full" })),
              get: () => Effect.die(new Error("not asked"))
            })
          )
        )
      )
    )
  )

  it.effect("can be off", () =>
    Effect.gen(function* () {
      const text = lines(10_000)
      assert.deepStrictEqual(yield* limit(text), { output: text })
    }).pipe(Effect.provide(Truncation.layerNone))
  )
})
