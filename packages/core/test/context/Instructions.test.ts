import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Path } from "effect"
import * as Instructions from "../../src/context/Instructions.ts"

const withFiles = (files: Readonly<Record<string, string>>) =>
  Layer.provide(
    Instructions.layer,
    Layer.merge(
      FileSystem.layerNoop({
        exists: (path) => Effect.succeed(path in files),
        readFileString: (path) => Effect.succeed(files[path] ?? "")
      }),
      Path.layer
    )
  )

const read = (files: Readonly<Record<string, string>>) =>
  Effect.flatMap(Instructions.Instructions, (instructions) => instructions.forDirectory("/project")).pipe(
    Effect.provide(withFiles(files))
  )

it.effect("gives AGENTS.md of the directory with its origin", () =>
  Effect.gen(function* () {
    const [section] = yield* read({ "/project/AGENTS.md": "Write tests." })
    assert.include(section, "/project/AGENTS.md")
    assert.include(section, "Write tests.")
  })
)

it.effect("gives nothing where there is none or it is empty", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* read({}), [])
    assert.deepStrictEqual(yield* read({ "/project/AGENTS.md": " \n" }), [])
  })
)

it.effect("lets only a bounded part of a huge file in", () =>
  Effect.gen(function* () {
    const [section = ""] = yield* read({ "/project/AGENTS.md": "x".repeat(5_000_000) })
    assert.isBelow(section.length, 65_000)
    assert.include(section, "[cut after")
  })
)
