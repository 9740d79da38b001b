import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { review } from "@rein/permission/Review"
import { type Action, explain, type Layer, type Rule } from "@rein/permission/Rules"

const rule = (pattern: string, action: Action, permission = "bash"): Rule => ({ permission, pattern, action })

/** What is warned of, in short. */
const told = (...layers: ReadonlyArray<Layer>) =>
  review(layers, { home: "/home/me" }).map((one) =>
    one.kind === "shadowed"
      ? `${one.origin} ${one.rule.pattern} < ${one.by.origin} ${one.by.rule.pattern}`
      : `${one.origin} ${one.rule.permission} ${one.rule.pattern}: never`
  )

describe("review", () => {
  it("warns of a deny or ask that a later rule never lets win", () => {
    const rules = [rule("rm *", "deny"), rule("git push *", "ask"), rule("*", "allow"), rule("curl *", "deny")]
    assert.deepStrictEqual(told({ origin: "user", rules }), ["user rm * < user *", "user git push * < user *"])
  })

  it("warns among thousands of rules, too", () => {
    const many = Array.from({ length: 3_000 }, (_, index) => [
      rule(`cmd${index} *`, "deny"),
      rule(`*x${index}?`, "allow")
    ])
    const rules = [rule("rm -x7a", "deny"), ...many.flat()]
    assert.deepStrictEqual(told({ origin: "user", rules }), ["user rm -x7a < user *x7?"])
  })

  it("says nothing of rules that win sometimes, of allows, and of the same action", () => {
    assert.deepStrictEqual(
      told({
        origin: "user",
        rules: [rule("x", "allow"), rule("*", "ask"), rule("*", "ask"), rule("rm *", "deny"), rule("rm a", "allow")]
      }),
      []
    )
  })

  it("looks through the layers as the decision does", () => {
    const blanket = [rule("*", "allow")]
    const deny = [rule("rm *", "deny")]
    const ask = [rule("make *", "ask")]
    assert.deepStrictEqual(told({ origin: "project", rules: deny }, { origin: "agent", rules: blanket }), [
      "project rm * < agent *"
    ])
    assert.deepStrictEqual(told({ origin: "user", final: true, rules: deny }, { origin: "agent", rules: blanket }), [])
    assert.deepStrictEqual(told({ origin: "user", final: true, rules: ask }, { origin: "agent", rules: blanket }), [
      "user make * < agent *"
    ])
    const yes: Layer = { origin: "--yes", onlyAsks: true, rules: blanket }
    assert.deepStrictEqual(told({ origin: "agent", rules: [...deny, ...ask] }, yes), ["agent make * < --yes *"])
  })

  it("warns of rules that no value can match", () => {
    const rules = [
      rule("src/*", "deny", "edit"),
      rule("/a/../b", "allow", "read"),
      rule("/a/b/", "deny", "read"),
      rule("*", "deny", "write"),
      rule("*", "deny", "Bash"),
      rule("~/.ssh/*", "deny", "read"),
      rule("*.env", "deny", "read"),
      rule("*", "allow", "my_tool"),
      rule("/", "allow", "read")
    ]
    assert.deepStrictEqual(told({ origin: "user", rules }), [
      "user edit src/*: never",
      "user read /a/../b: never",
      "user read /a/b/: never",
      "user write *: never",
      "user Bash *: never"
    ])
  })

  const pattern = Arbitrary.map(
    Arbitrary.array(Arbitrary.schema(Schema.Literals(["a", "b", " ", "*", "?", " *"])), { maxLength: 4 }),
    (pieces) => pieces.join("")
  )
  const kinds = {
    usual: {},
    final: { final: true },
    onlyAsks: { onlyAsks: true },
    asked: { onlyAsks: "asked" }
  } as const
  const layers = Arbitrary.array(
    Arbitrary.map(
      Arbitrary.all({
        kind: Arbitrary.schema(Schema.Literals(["usual", "final", "onlyAsks", "asked"])),
        rules: Arbitrary.array(
          Arbitrary.all({
            permission: Arbitrary.schema(Schema.Literals(["bash", "*"])),
            pattern,
            action: Arbitrary.schema(Schema.Literals(["allow", "ask", "deny"]))
          }),
          { maxLength: 4 }
        )
      }),
      ({ kind, rules }): Layer => ({
        origin: kind,
        // What people have answered is allowed.
        rules: kind === "asked" ? rules.map((rule) => ({ ...rule, action: "allow" })) : rules,
        ...kinds[kind]
      })
    ),
    { minLength: 1, maxLength: 3 }
  )
  const values = ["", "a", "b", "ab", "a b", "a ", " ", "aa", "b a b", "ab ab"]

  it.effect.prop(
    "says of no rule that it never wins which decides about some value",
    { layers },
    ({ layers }) =>
      Effect.sync(() => {
        const idle = review(layers).flatMap((one) => (one.kind === "shadowed" ? [one.rule] : []))
        for (const value of values) {
          const { rule } = explain(layers, "bash", value)
          assert.isFalse(rule !== undefined && idle.includes(rule), `${value} is decided by ${JSON.stringify(rule)}`)
        }
      }),
    { arbitrary: { runs: 2_000 } }
  )
})
