// Each rule on the wire of a real provider package: what the API refuses without it, it takes with it.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as AiSdk from "../../src/AiSdk.ts"
import { rules } from "../../src/transform/Rules.ts"
import { ask, request } from "../support.ts"
import { type Case, ref } from "./build.ts"
import { historyCases } from "./historyCases.ts"
import { requestCases } from "./requestCases.ts"
import { serve } from "./strict.ts"

const cases = [...historyCases, ...requestCases]

/** Asks once with these rules: the body that came, and what was said against it, by the API or by the package. */
const tried = Effect.fnUntraced(function* (one: Case, table: typeof rules) {
  const server = yield* serve
  const value = one.model(server.url)
  const named = one.provider === undefined ? {} : { provider: one.provider }
  const model = AiSdk.fromLanguageModel(value, { rules: table, ...named })
  // A place to mark, so that whatever is marked by default can be seen.
  const cache = { tools: false, system: true, messages: [] }
  const { error } = yield* ask(model, request("anthropic", { model: ref, cache, ...one.request }))
  const [received] = server.received
  const against = received === undefined ? (error?.message ?? "") : received.refused.join("; ")
  return { body: JSON.stringify(received?.body ?? ""), against, hasArrived: received !== undefined }
})

describe("each rule", () => {
  it.live.each(cases.map((one) => [`${one.rule} ${one.about ?? ""}`.trim(), one] as const))("%s", ([, one]) =>
    Effect.gen(function* () {
      const withRule = yield* tried(one, rules)
      assert.isTrue(withRule.hasArrived, withRule.against)
      assert.strictEqual(withRule.against, "")
      const without = yield* tried(
        one,
        rules.filter(({ name }) => name !== one.rule)
      )
      if (typeof one.without === "function") {
        assert.isTrue(one.without(without.body), without.body)
        assert.isFalse(one.without(withRule.body), withRule.body)
      } else assert.match(without.against, one.without)
    }).pipe(Effect.scoped)
  )

  it("has a case, and a name, a reason and a source of its own", () => {
    assert.deepStrictEqual(
      rules.map(({ name }) => name).filter((name) => !cases.some(({ rule }) => rule === name)),
      []
    )
    assert.lengthOf(new Set(rules.map(({ name }) => name)), rules.length)
    for (const { source, what, why } of rules) {
      assert.match(source, /^https:\/\//)
      assert.notStrictEqual(what, why)
    }
  })
})
