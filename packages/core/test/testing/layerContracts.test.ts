// Every built-in layer keeps its contract, and the contracts find one that does not.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Compaction from "../../src/context/Compaction.ts"
import * as Retry from "../../src/model/Retry.ts"
import * as Permission from "../../src/permission/Permission.ts"
import * as Questions from "../../src/question/Questions.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import * as Settings from "../../src/settings/Settings.ts"
import type { ContractTest } from "../../src/testing/contract.ts"
import {
  compactionContract,
  modelContract,
  permissionContract,
  retryContract,
  truncationContract
} from "../../src/testing/layerContracts.ts"
import * as ScriptedModel from "../../src/testing/ScriptedModel.ts"
import * as Ids from "../../src/schema/Ids.ts"
import * as Truncation from "../../src/tool/Truncation.ts"

const holds = (name: string, tests: ReadonlyArray<ContractTest>) =>
  describe(name, () => {
    for (const test of tests) it.effect(test.name, () => test.run)
  })

const keepTwo = Layer.succeed(
  Compaction.Compaction,
  Compaction.Compaction.of({
    rewrite: ({ state }) =>
      Effect.succeed([
        SessionEvent.make("Compacted", {
          summary: "before",
          keepFrom: state.history.at(-2)?.sequence ?? 0,
          why: "test"
        })
      ])
  })
)

const nobody = Layer.provide(Permission.layer, [Questions.layerNobody, Settings.layer])

const request = {
  session: Ids.make.session(),
  model: { provider: "scripted", model: "x" },
  system: [],
  tools: [],
  messages: [],
  cache: { tools: false, system: false, messages: [] }
}

holds("Retry.layer", retryContract(Retry.layer))
holds("Retry.layerNone", retryContract(Retry.layerNone))
holds("Truncation.layer", truncationContract(Truncation.layer))
holds("Truncation.layerNone", truncationContract(Truncation.layerNone))
holds("Compaction.layerNone", compactionContract(Compaction.layerNone))
holds("an own Compaction", compactionContract(keepTwo))
holds("Permission.layer with nobody", permissionContract(nobody))
holds("Permission.layerAllowAll", permissionContract(Permission.layerAllowAll))
holds("Permission.layerDenyAll", permissionContract(Permission.layerDenyAll))
holds("ScriptedModel", modelContract(ScriptedModel.layer([{ answer: [{ text: "x" }] }]), request))

describe("the contracts find", () => {
  const broken = (tests: ReadonlyArray<ContractTest>) =>
    Effect.map(
      Effect.forEach(tests, (test) => Effect.isSuccess(test.run)),
      (results) => results.filter((kept) => !kept).length
    )

  it.effect("a retry without an end", () =>
    Effect.gen(function* () {
      const forever = Layer.succeed(
        Retry.Retry,
        Retry.Retry.of({ decide: () => Effect.succeed({ _tag: "again", inMillis: 0 }) })
      )
      assert.strictEqual(yield* broken(retryContract(forever)), 3)
    })
  )

  it.effect("a compaction that shrinks nothing", () =>
    Effect.gen(function* () {
      const idle = Layer.succeed(Compaction.Compaction, Compaction.Compaction.of({ rewrite: () => Effect.succeed([]) }))
      assert.strictEqual(yield* broken(compactionContract(idle)), 1)
    })
  )

  it.effect("a truncation that cuts characters", () =>
    Effect.gen(function* () {
      const cutting = Layer.succeed(
        Truncation.Truncation,
        Truncation.Truncation.of({
          limit: (output, keep) => Effect.succeed({ output: keep === "head" ? output.slice(0, 5) : output.slice(-2) })
        })
      )
      assert.isAtLeast(yield* broken(truncationContract(cutting)), 2)
    })
  )
})
