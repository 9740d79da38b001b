import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeSavedAnswers from "../../src/node/NodeSavedAnswers.ts"
import type { Offer } from "../../src/schema/Question.ts"
import { SavedAnswers } from "../../src/settings/SavedAnswers.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rein-answers-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** What one process sees of the file. */
const processOf = (path: string) => Effect.provide(SavedAnswers, NodeSavedAnswers.layerWith({ path }), { local: true })

const command = (pattern: string): Offer => ({ permission: "bash", pattern })
const file: Offer = { permission: "read", pattern: "/p/a*b", literal: true }

describe("NodeSavedAnswers", () => {
  it.effect("keeps answers by directory, each once, for its owner only", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "data", "answers.jsonl")
      const answers = yield* processOf(path)
      assert.deepStrictEqual(yield* answers.of("/p"), [])
      yield* answers.save("/p", [command("git status *"), file, file])
      yield* answers.save("/p", [command("git status *")])
      yield* answers.save("/q", [command("ls *")])
      assert.deepStrictEqual(yield* (yield* processOf(path)).of("/p"), [command("git status *"), file])
      assert.deepStrictEqual(yield* answers.of("/p/sub"), [])
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      assert.strictEqual(statSync(join(path, "..")).mode & 0o777, 0o700)
    })
  )

  it.effect("loses nothing of two processes that save at the same time, and sees what the other has saved", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "answers.jsonl")
      const [one, other] = [yield* processOf(path), yield* processOf(path)]
      const saving = (answers: typeof one, name: string) =>
        Effect.forEach([1, 2, 3, 4, 5], (number) => answers.save("/p", [command(`${name} ${number}`)]), {
          concurrency: "unbounded"
        })
      yield* Effect.all([saving(one, "a"), saving(other, "b")], { concurrency: 2 })
      assert.strictEqual((yield* one.of("/p")).length, 10)
      assert.strictEqual((yield* other.of("/p")).length, 10)
    })
  )

  it.effect("takes a line that a crash has cut for nothing, and goes on behind it", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "answers.jsonl")
      const answers = yield* processOf(path)
      yield* answers.save("/p", [command("a")])
      appendFileSync(path, '{"directory":"/p","permission":"bash","pat')
      yield* answers.save("/p", [command("b")])
      assert.deepStrictEqual(yield* answers.of("/p"), [command("a"), command("b")])
    })
  )

  it.effect("forgets an answer whose line was deleted, and allows nothing where the file cannot be used", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "answers.jsonl")
      const answers = yield* processOf(path)
      yield* answers.save("/p", [command("a")])
      assert.include(readFileSync(path, "utf8"), '"pattern":"a"')
      writeFileSync(path, "")
      assert.deepStrictEqual(yield* answers.of("/p"), [])
      const impossible = yield* processOf(join(path, "answers.jsonl"))
      yield* impossible.save("/p", [command("a")])
      assert.deepStrictEqual(yield* impossible.of("/p"), [])
    })
  )
})
