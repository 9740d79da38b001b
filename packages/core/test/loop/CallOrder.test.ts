import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Deferred, Effect, Schema } from "effect"
import { CallOrder } from "../../src/loop/CallOrder.ts"
import { Safety } from "../../src/schema/SessionEvent.ts"
import { runs } from "../support/arbitrary.ts"
import { rounds, until } from "../support/time.ts"

const needs = Arbitrary.schema(
  Schema.Array(Schema.Struct({ safety: Safety, resources: Schema.Array(Schema.Literals(["x", "y", "z"])) })).check(
    Schema.isMaxLength(8)
  )
)
const choices = Arbitrary.schema(Schema.Array(Schema.Literals([0, 1, 2, 3, 4, 5, 6, 7])))

describe("the order of calls", () => {
  it.effect.prop(
    "lets no two run together that must not, starts them in call order, and ends",
    { needs, choices },
    ({ needs, choices }) =>
      Effect.gen(function* () {
        const order = new CallOrder()
        const inside: Array<number> = []
        const started: Array<number> = []
        const gates = needs.map(() => Deferred.makeUnsafe<void>())
        const collide = (a: number, b: number) => {
          const [one, other] = [needs[a], needs[b]]
          if (one === undefined || other === undefined) return false
          const bothOnce = one.safety === "once" && other.safety === "once"
          return bothOnce || one.resources.some((resource) => other.resources.includes(resource))
        }
        const places = needs.map(() => order.enter())
        yield* Effect.forEach(
          // Calls come to their turn in any order: validation takes as long as it takes.
          needs.map((_, index) => index).toSorted((a, b) => ((a * 5) % 8) - ((b * 5) % 8)),
          (index) =>
            Effect.forkChild(
              Effect.gen(function* () {
                yield* places[index]?.turn(needs[index] ?? assert.fail()) ?? Effect.void
                for (const other of inside) assert.isFalse(collide(index, other), `${index} beside ${other}`)
                for (const other of started) if (other > index) assert.isFalse(collide(index, other), "call order")
                inside.push(index)
                started.push(index)
                yield* Deferred.await(gates[index] ?? assert.fail())
                inside.splice(inside.indexOf(index), 1)
                places[index]?.leave()
              })
            )
        )
        for (let left = needs.length; left > 0; left--) {
          yield* rounds(20)
          assert.isAbove(inside.length, 0, "somebody can run")
          const next = inside[(choices[left % 8] ?? left) % inside.length] ?? assert.fail()
          yield* Deferred.succeed(gates[next] ?? assert.fail(), undefined)
          yield* until(() => !inside.includes(next))
        }
        assert.strictEqual(started.length, needs.length)
      }),
    { arbitrary: { runs } }
  )
})
