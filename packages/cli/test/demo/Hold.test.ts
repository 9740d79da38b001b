import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Hold from "../../src/demo/Hold.ts"

const file = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "rein-hold-"))
    writeFileSync(join(folder, "order.json"), "content")
    return { folder, path: join(folder, "order.json") }
  }),
  ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

it.live("a reader is noticed and waits until the release, and then reads what the file always had", () =>
  Effect.gen(function* () {
    const { folder, path } = yield* file
    const hold = yield* Hold.make(path)
    yield* hold.arm
    let isRead = false
    const reader = yield* Effect.forkChild(
      Effect.promise(() => readFile(path, "utf8")).pipe(Effect.tap(() => Effect.sync(() => void (isRead = true)))),
      { startImmediately: true }
    )
    yield* hold.reached
    assert.isFalse(isRead)
    yield* hold.release
    assert.strictEqual(yield* Fiber.join(reader), "content")
    assert.strictEqual(readFileSync(path, "utf8"), "content")
    assert.deepStrictEqual(readdirSync(folder), ["order.json"])
  })
)

it.live("the file is put back when its scope closes, whether anybody came or not", () =>
  Effect.gen(function* () {
    const { folder, path } = yield* file
    yield* Effect.scoped(Effect.flatMap(Hold.make(path), ({ arm }) => arm))
    assert.strictEqual(readFileSync(path, "utf8"), "content")
    assert.deepStrictEqual(readdirSync(folder), ["order.json"])
  })
)

it.live("a file that is not there cannot be held", () =>
  Effect.gen(function* () {
    const { folder } = yield* file
    const hold = yield* Hold.make(join(folder, "other.json"))
    const error = yield* Effect.flip(hold.arm)
    assert.match(error.message, /other\.json cannot be held/)
    assert.deepStrictEqual(readdirSync(folder), ["order.json"])
  })
)
