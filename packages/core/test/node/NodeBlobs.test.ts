// Blobs as files: the same bytes once, whole, and never something else than was put.
import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Blobs, hashOf, layerMemory } from "../../src/blob/Blobs.ts"
import { BlobHash } from "../../src/schema/Ids.ts"
import { blobsIn, temporaryFolder } from "../session/support.ts"

const text = "Grüße ".repeat(100)

const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

it.live("puts and gets, on disk as in memory", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const program = Effect.gen(function* () {
      const blobs = yield* Blobs
      const hash = yield* blobs.put(text)
      assert.strictEqual(hash, yield* hashOf(new TextEncoder().encode(text)))
      assert.strictEqual(yield* blobs.put(new TextEncoder().encode(text)), hash)
      assert.strictEqual(new TextDecoder().decode(yield* blobs.get(hash)), text)
      const missing = yield* Effect.flip(blobs.get(BlobHash.make("0".repeat(64))))
      assert.strictEqual(missing.operation, "get")
    })
    yield* Effect.provide(program, blobsIn(folder))
    yield* Effect.provide(program, layerMemory)
    assert.strictEqual(filesBelow(folder).length, 1)
  })
)

it.live("many at once leave one file and nothing half-written", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const program = Effect.flatMap(Blobs, (blobs) =>
      Effect.all(
        Array.from({ length: 20 }, () => blobs.put(text)),
        { concurrency: "unbounded" }
      )
    )
    assert.strictEqual(new Set(yield* Effect.provide(program, blobsIn(folder))).size, 1)
    assert.deepStrictEqual(
      filesBelow(folder).map((file) => readFileSync(file, "utf8")),
      [text]
    )
  })
)

it.live("a file that was changed is not given, and a cut one is mended by putting it again", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const program = Effect.gen(function* () {
      const blobs = yield* Blobs
      const hash = yield* blobs.put(text)
      const [file = ""] = filesBelow(folder)
      writeFileSync(file, "cut")
      assert.include((yield* Effect.flip(blobs.get(hash))).message, "no longer has the content")
      yield* blobs.put(text)
      assert.strictEqual(new TextDecoder().decode(yield* blobs.get(hash)), text)
    })
    yield* Effect.provide(program, blobsIn(folder))
  })
)

it.live("what a process left that died while it wrote is removed; what is being written stays", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const left = join(folder, "blobs/tmp")
    mkdirSync(left, { recursive: true })
    const dead = spawnSync(process.execPath, ["-e", ""]).pid
    const files = [`${dead}-one`, `${process.pid}-before`, `${process.pid}-now`, `${process.ppid}-now`]
    for (const file of files) writeFileSync(join(left, file), "half")
    // Written before this process began: by another one that had the same pid.
    utimesSync(join(left, `${process.pid}-before`), 0, 0)
    yield* Effect.provide(
      Effect.flatMap(Blobs, (blobs) => blobs.put(text)),
      blobsIn(folder)
    )
    assert.deepStrictEqual(readdirSync(left).toSorted(), [`${process.pid}-now`, `${process.ppid}-now`].toSorted())
  })
)
