import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { decide, evaluate, explain, isWider, matches, type Action, type Layer, type Rule } from "@rein/permission/Rules"
import { cpuMillis, large } from "./large.ts"

const rule = (pattern: string, action: Action, permission = "bash"): Rule => ({ permission, pattern, action })
const layer = (origin: string, rules: ReadonlyArray<Rule>, final?: boolean): Layer => ({
  origin,
  rules,
  ...(final === undefined ? {} : { final })
})

describe("evaluate", () => {
  const allow = (pattern: string, permission = "read") => [{ permission, pattern, action: "allow" }] as const

  it("is the last match of a flat list, and ask without one", () => {
    const rules = [rule("*", "deny"), rule("git *", "allow"), rule("git push *", "ask")]
    assert.deepStrictEqual(
      ["ls", "git status", "git push", "git"].map((value) => evaluate(rules, "bash", value)),
      ["deny", "allow", "ask", "allow"]
    )
    assert.strictEqual(evaluate(rules, "read", "ls"), "ask")
    assert.strictEqual(evaluate([], "bash", "ls"), "ask")
  })

  it("puts the home directory where a pattern begins with it, and only there", () => {
    const of = (pattern: string, value: string, home: string | undefined = "/home/me") =>
      evaluate(allow(pattern), "read", value, home === undefined ? {} : { home })
    for (const [pattern, value] of [
      ["~", "/home/me"],
      ["~/*", "/home/me/a"],
      ["$HOME", "/home/me"],
      ["$HOME/.ssh/*", "/home/me/.ssh/id"],
      ["~user/*", "~user/a"],
      ["$HOMEWORK", "$HOMEWORK"],
      ["/a/~/*", "/a/~/b"]
    ] as const) {
      assert.strictEqual(of(pattern, value), "allow", pattern)
    }
    assert.strictEqual(of("~/*", "~/a"), "ask")
    assert.strictEqual(evaluate(allow("~/*"), "read", "~/a"), "allow")
    assert.strictEqual(of("~/a", "/a", "/"), "allow")
    assert.strictEqual(of("~/a", "/home/me/a", "/home/me/"), "allow")
    assert.strictEqual(of("~/a", "/home/x/a", "/home/?"), "ask")
    assert.strictEqual(of("~/a", "/home/?/a", "/home/?"), "allow")
  })

  it("knows no case on Windows, and no backslash in paths", () => {
    const of = (pattern: string, value: string, permission: string, platform: "posix" | "win32") =>
      evaluate(allow(pattern, permission), permission, value, { platform, home: "C:\\Users\\Me" })
    for (const [pattern, value, permission] of [
      ["C:/Src/*", "c:\\src\\A.ts", "read"],
      ["c:\\src\\*", "C:/SRC/a.ts", "edit"],
      ["~/x/*", "C:\\Users\\me\\X\\y", "read"],
      ["~\\x", "c:/users/me/x", "read"],
      ["GIT status", "git STATUS", "bash"],
      ["Ä?", "äİ", "bash"]
    ] as const) {
      assert.strictEqual(of(pattern, value, permission, "win32"), "allow", pattern)
      assert.strictEqual(of(pattern, value, permission, "posix"), "ask", pattern)
    }
    assert.strictEqual(of("echo a/b", "echo a\\b", "bash", "win32"), "ask")
  })

  it("compares a literal rule as it stands", () => {
    const rules = [{ permission: "read", pattern: "/a*b ~ *", action: "allow", literal: true }] as const
    assert.strictEqual(evaluate(rules, "read", "/a*b ~ *"), "allow")
    assert.strictEqual(evaluate(rules, "read", "/axb ~ *"), "ask")
    assert.strictEqual(evaluate(rules, "read", "/a*b ~"), "ask")
  })
})

describe("isWider", () => {
  const wider = (wide: string, narrow: string) => isWider(rule(wide, "ask"), rule(narrow, "allow"))

  it("compares what patterns can match", () => {
    for (const [wide, narrow] of [
      ["*", "rm *"],
      ["rm *", "rm *"],
      ["rm *", "rm -rf *"],
      ["rm *", "rm"],
      ["?*", "*?"],
      ["a*", "a?*"],
      ["* push *", "git push *"]
    ] as const) {
      assert.isTrue(wider(wide, narrow), `${wide} is wider than ${narrow}`)
    }
    for (const [wide, narrow] of [
      ["rm -rf *", "rm *"],
      ["rm ?*", "rm *"],
      ["?", "*"],
      ["git push *", "git *"],
      ["ab", "a?"]
    ] as const) {
      assert.isFalse(wider(wide, narrow), `${wide} is not wider than ${narrow}`)
    }
    assert.isFalse(isWider(rule("*", "ask", "read"), rule("a", "allow")))
    assert.isTrue(isWider(rule("*", "ask", "*"), rule("a", "allow")))
  })

  const pattern = Arbitrary.array(Arbitrary.schema(Schema.Literals(["a", "b", " ", "*", "?", " *"])), { maxLength: 6 })
  it.effect.prop(
    "is true only where whatever one matches is matched by the other",
    {
      wide: pattern,
      narrow: pattern,
      value: Arbitrary.array(Arbitrary.schema(Schema.Literals(["a", "b", " "])), { maxLength: 6 })
    },
    ({ narrow, value, wide }) =>
      Effect.sync(() => {
        const [one, other, text] = [wide.join(""), narrow.join(""), value.join("")]
        if (wider(one, other) && matches(other, text)) assert.isTrue(matches(one, text), `${one} / ${other} / ${text}`)
        assert.isTrue(wider(one, one), one)
      }),
    { arbitrary: { runs: 2_000 } }
  )
})

describe("explain", () => {
  it("asks when nothing matches", () => {
    assert.deepStrictEqual(explain([], "bash", "ls"), { action: "ask", value: "ls" })
    assert.deepStrictEqual(explain([layer("user", [rule("ls", "allow", "read")])], "bash", "ls"), {
      action: "ask",
      value: "ls"
    })
  })

  it("takes the last match of a layer and says which it was", () => {
    const rules = [rule("*", "deny"), rule("git *", "allow"), rule("git push *", "ask"), rule("rm *", "deny")]
    const of = (value: string) => explain([layer("user", rules)], "bash", value)
    assert.strictEqual(of("ls").action, "deny")
    assert.strictEqual(of("git status").action, "allow")
    assert.deepStrictEqual(of("git push"), {
      action: "ask",
      value: "git push",
      rule: rule("git push *", "ask"),
      origin: "user"
    })
  })

  it("matches the permission with wildcards too", () => {
    const layers = [layer("user", [rule("*", "allow", "*"), rule("*", "deny", "mcp_?_*")])]
    assert.strictEqual(explain(layers, "read", "/x").action, "allow")
    assert.strictEqual(explain(layers, "mcp_a_run", "*").action, "deny")
    assert.strictEqual(explain(layers, "mcp_ab_run", "*").action, "allow")
  })

  it("lets the last layer with a match win", () => {
    const layers = [
      layer("built-in", [rule("*", "ask")]),
      layer("user", [rule("ls *", "deny")]),
      layer("project", [rule("ls *", "allow")]),
      layer("session", [rule("cat *", "deny")])
    ]
    assert.strictEqual(explain(layers, "bash", "ls").origin, "project")
    assert.strictEqual(explain(layers, "bash", "ls").action, "allow")
    assert.strictEqual(explain(layers, "bash", "cat x").action, "deny")
    assert.strictEqual(explain(layers, "bash", "pwd").origin, "built-in")
  })

  it("keeps a deny of the final layer against later layers", () => {
    const later = layer("session", [rule("*", "allow")])
    const of = (rules: ReadonlyArray<Rule>, final: boolean) =>
      explain([layer("user", rules, final), later], "bash", "rm -r x")
    assert.strictEqual(of([rule("rm *", "deny")], true).action, "deny")
    assert.strictEqual(of([rule("rm *", "deny")], true).origin, "user")
    assert.strictEqual(of([rule("rm *", "deny")], false).action, "allow")
    // Only the layer's own decision is final, not each deny in it; and an ask is not.
    assert.strictEqual(of([rule("rm *", "deny"), rule("rm -r x", "allow")], true).action, "allow")
    assert.strictEqual(of([rule("rm *", "ask")], true).action, "allow")
  })

  it("does not let a layer before the final one undo its deny", () => {
    const layers = [layer("built-in", [rule("*", "allow")]), layer("user", [rule("*", "deny")], true)]
    assert.strictEqual(explain(layers, "bash", "ls").action, "deny")
  })

  it("lets a layer that is only for asks change nothing else", () => {
    const yes: Layer = { origin: "flags", rules: [rule("*", "allow")], onlyAsks: true }
    const no: Layer = { origin: "flags", rules: [rule("*", "deny")], onlyAsks: true }
    const before = [layer("project", [rule("rm *", "deny"), rule("ls", "allow"), rule("cat *", "ask")])]
    const of = (last: Layer, value: string) => explain([...before, last], "bash", value).action
    assert.deepStrictEqual(
      ["rm -r x", "ls", "cat x", "pwd"].map((value) => of(yes, value)),
      ["deny", "allow", "allow", "allow"]
    )
    assert.deepStrictEqual(
      ["rm -r x", "ls", "cat x", "pwd"].map((value) => of(no, value)),
      ["deny", "allow", "deny", "deny"]
    )
    assert.strictEqual(explain([yes, layer("later", [rule("ls", "ask")])], "bash", "ls").action, "ask")
  })

  it("lets an answer overcome an ask rule only where it is no wider than that rule", () => {
    const answers = (pattern: string): Layer => ({
      origin: "answers",
      onlyAsks: "asked",
      rules: [rule(pattern, "allow")]
    })
    const of = (asking: ReadonlyArray<Rule>, answered: string, value: string) =>
      explain([layer("user", asking), answers(answered)], "bash", value).action
    assert.strictEqual(of([], "rm *", "rm -rf x"), "allow")
    assert.strictEqual(of([rule("rm *", "ask")], "rm *", "rm -rf x"), "allow")
    assert.strictEqual(of([rule("rm -rf *", "ask")], "rm *", "rm -rf x"), "ask")
    assert.strictEqual(of([rule("rm -rf *", "ask")], "rm *", "rm x"), "allow")
    assert.strictEqual(of([rule("rm *", "deny")], "rm *", "rm x"), "deny")
  })

  it("takes hardly longer for a long value, whatever the rules", () => {
    for (const pattern of ["command-# *", "*command-#*", "*c?mmand-#"]) {
      const rules = Array.from({ length: 10_000 }, (_, index) => rule(pattern.replace("#", String(index)), "allow"))
      const layers = [layer("user", rules)]
      const time = (value: string) => cpuMillis(() => assert.strictEqual(explain(layers, "bash", value).action, "ask"))
      const least = (value: string) => Math.min(...[1, 2, 3].map(() => time(value)))
      time("warm up")
      // The long value is 10,000 times as long as the short one.
      assert.isBelow(least("x".repeat(large)), 40 * Math.max(least("git status"), 1), pattern)
    }
  })
})

describe("decide", () => {
  const layers = [layer("user", [rule("ls *", "allow"), rule("pwd", "allow"), rule("rm *", "deny")])]
  const of = (...values: ReadonlyArray<string>) => decide(layers, "bash", values)

  it("asks without a value", () => {
    assert.deepStrictEqual(of(), { action: "ask", value: "" })
  })

  it("allows only if each value is allowed, denies if one is denied, and names that value", () => {
    assert.strictEqual(of("ls", "pwd").action, "allow")
    assert.deepStrictEqual(of("ls", "cat x", "pwd"), { action: "ask", value: "cat x" })
    assert.strictEqual(of("ls", "cat x", "rm y").action, "deny")
    assert.strictEqual(of("ls", "rm y", "cat x").value, "rm y")
    assert.deepStrictEqual(of("ls").rule, rule("ls *", "allow"))
  })
})

const severity: Record<Action, number> = { allow: 0, ask: 1, deny: 2 }
const word: Arbitrary.Arbitrary<string> = Arbitrary.schema(
  Schema.Literals(["a", "a b", "a b c", "b", "*", "a *", "? b", "a*"])
)
const someRule: Arbitrary.Arbitrary<Rule> = Arbitrary.all({
  permission: Arbitrary.schema(Schema.Literals(["bash", "edit", "*"])),
  pattern: word,
  action: Arbitrary.schema(Schema.Literals(["allow", "ask", "deny"]))
})
const kinds = { usual: {}, final: { final: true }, onlyAsks: { onlyAsks: true }, asked: { onlyAsks: "asked" } } as const
const someLayers: Arbitrary.Arbitrary<ReadonlyArray<Layer>> = Arbitrary.array(
  Arbitrary.map(
    Arbitrary.all({
      origin: Arbitrary.schema(Schema.Literals(["user", "project", "session"])),
      rules: Arbitrary.array(someRule, { maxLength: 5 }),
      kind: Arbitrary.schema(Schema.Literals(["usual", "final", "onlyAsks", "asked"]))
    }),
    ({ kind, ...layer }): Layer => ({ ...layer, ...kinds[kind] })
  ),
  { maxLength: 4 }
)
const values = Arbitrary.array(Arbitrary.schema(Schema.Literals(["a", "a b", "a b c", "b", "c b"])), { maxLength: 4 })
const places = Arbitrary.all([Arbitrary.schema(Schema.Int), Arbitrary.schema(Schema.Int)])

/** A number as a place from 0 to `count`. */
const placeOf = (number: number, count: number) => Math.abs(number) % (count + 1)

describe("properties", () => {
  it.effect.prop(
    "answers turn asks into allows and nothing else",
    { layers: someLayers, values, answered: Arbitrary.array(word, { maxLength: 4 }) },
    ({ answered, layers, values }) =>
      Effect.sync(() => {
        const rules = answered.map((pattern) => rule(pattern, "allow"))
        const before = decide(layers, "bash", values).action
        const after = decide([...layers, { origin: "answers", onlyAsks: "asked", rules }], "bash", values).action
        if (before !== "ask") assert.strictEqual(after, before)
        else assert.notStrictEqual(after, "deny")
      }),
    { arbitrary: { runs: 500 } }
  )

  it.effect.prop(
    "a further deny rule never allows more",
    { layers: someLayers, values, deny: word, places },
    ({ deny, layers, places, values }) =>
      Effect.sync(() => {
        const chosen = placeOf(places[0], Math.max(layers.length - 1, 0))
        const stricter = layers.map((layer, index) =>
          index === chosen
            ? { ...layer, rules: layer.rules.toSpliced(placeOf(places[1], layer.rules.length), 0, rule(deny, "deny")) }
            : layer
        )
        const before = decide(layers, "bash", values).action
        const after = decide(stricter, "bash", values).action
        assert.isAtLeast(severity[after], severity[before])
      }),
    { arbitrary: { runs: 500 } }
  )

  it.effect.prop(
    "the order of the values does not matter",
    { layers: someLayers, values },
    ({ layers, values }) =>
      Effect.sync(() => {
        const { action } = decide(layers, "bash", values)
        assert.strictEqual(decide(layers, "bash", values.toReversed()).action, action)
        assert.strictEqual(decide(layers, "bash", values.toSorted()).action, action)
      }),
    { arbitrary: { runs: 500 } }
  )

  it.effect.prop(
    "a further value never allows more",
    { layers: someLayers, values },
    ({ layers, values }) =>
      Effect.sync(() => {
        const all = decide(layers, "bash", values).action
        const fewer = decide(layers, "bash", values.slice(0, -1)).action
        if (values.length > 1) assert.isAtLeast(severity[all], severity[fewer])
      }),
    { arbitrary: { runs: 500 } }
  )
})
