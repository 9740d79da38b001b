import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { decide, evaluate, matches, type Action, type Layer, type Rule } from "@rein/permission/Rules"

const rule = (pattern: string, action: Action, permission = "bash"): Rule => ({ permission, pattern, action })
const layer = (origin: string, rules: ReadonlyArray<Rule>, final?: boolean): Layer => ({
  origin,
  rules,
  ...(final === undefined ? {} : { final })
})

/** Processor time, which other programs on the machine do not lengthen. */
const cpuMillis = (work: () => void): number => {
  const begin = process.cpuUsage()
  work()
  const { system, user } = process.cpuUsage(begin)
  return (system + user) / 1_000
}

const yes = (pattern: string, ...values: ReadonlyArray<string>) => {
  for (const value of values) assert.isTrue(matches(pattern, value), `${pattern} should match ${JSON.stringify(value)}`)
}
const no = (pattern: string, ...values: ReadonlyArray<string>) => {
  for (const value of values)
    assert.isFalse(matches(pattern, value), `${pattern} should not match ${JSON.stringify(value)}`)
}

/** The definition, as slow as it is plain. */
const matchesByDefinition = (pattern: ReadonlyArray<string>, value: ReadonlyArray<string>): boolean => {
  const [first, ...rest] = pattern
  if (first === undefined) return value.length === 0
  if (first === "*")
    return value.some((_, at) => matchesByDefinition(rest, value.slice(at))) || matchesByDefinition(rest, [])
  return value.length > 0 && (first === "?" || first === value[0]) && matchesByDefinition(rest, value.slice(1))
}

describe("matches", () => {
  it("compares the whole value, literally", () => {
    yes("git status", "git status")
    no("git status", "git status -s", "a git status", "git statu", "", "GIT STATUS")
    yes("a.b[c]+(d)|^$\\", "a.b[c]+(d)|^$\\")
    no("a.c", "abc")
    yes("", "")
    no("", "a")
  })

  it("lets a star stand for any text, across lines and slashes", () => {
    yes("*", "", "a", "a/b\nc", "😀")
    yes("/src/*", "/src/", "/src/a", "/src/a/b/c.ts", "/src/a\nb")
    no("/src/*", "/src", "/srcs/a", "x/src/a")
    yes("*.ts", ".ts", "a/b.ts")
    no("*.ts", "a.tsx")
    yes("a*b*c", "abc", "axxbyyc", "abbcc")
    no("a*b*c", "ac", "acb", "abcd")
    yes("a**b", "ab", "axb")
    no("ab*ba", "aba")
    yes("ab*ba", "abba")
    yes("*ab*ab", "abab", "xababab")
    no("*ab*ab", "ab", "aba")
  })

  it("lets a question mark stand for one code point", () => {
    yes("?", "a", "😀", "\n", "/", "é")
    no("?", "", "ab", "😀😀")
    yes("a?c", "abc", "a😀c")
    no("a?c", "ac", "abbc")
    yes("*?", "a", "😀", "ab")
    no("*?", "")
    no("?*?", "a", "😀")
    yes("?*?", "ab", "😀😀", "😀x")
    no("*?*?*", "😀")
    yes("*?*?*", "a😀")
    no("*??", "😀")
    yes("*a?c*", "xxabcx", "a😀c")
    no("*a?c*", "ac", "ab")
  })

  it("lets a final space and star stand for nothing", () => {
    yes("ls *", "ls", "ls ", "ls -l", "ls -l\n/tmp")
    no("ls *", "lsof", "lsof -i", "als", "l", "ls-l")
    yes("git log *", "git log", "git log -1")
    no("git log *", "git", "git logs")
    yes("git * log *", "git -C x log", "git -C x log -1")
    no("ls  *", "ls")
  })

  it("is quick on hostile patterns and long values", () => {
    const value = "a".repeat(100_000)
    const spent = cpuMillis(() => {
      no("*a*a*a*a*b", value)
      no(`${"*a".repeat(200)}*b`, value)
      no("*?a?a?a*b", value)
      no(`*${"a".repeat(500)}b`, value)
      no(`*${"a".repeat(500)}b*`, value)
      no(`*?${"a".repeat(500)}b*`, value)
      yes(`${"*a".repeat(200)}*`, value)
    })
    assert.isBelow(spent, 5_000)
  })

  it.effect.prop(
    "agrees with its definition",
    {
      pattern: Arbitrary.array(Arbitrary.schema(Schema.Literals(["a", "b", "😀", "*", "?"])), { maxLength: 8 }),
      value: Arbitrary.array(Arbitrary.schema(Schema.Literals(["a", "b", "😀"])), { maxLength: 8 })
    },
    ({ pattern, value }) =>
      Effect.sync(() =>
        assert.strictEqual(
          matches(pattern.join(""), value.join("")),
          matchesByDefinition(pattern, value),
          `${pattern.join("")} on ${value.join("")}`
        )
      ),
    { arbitrary: { runs: 2_000 } }
  )
})

describe("evaluate", () => {
  it("asks when nothing matches", () => {
    assert.deepStrictEqual(evaluate([], "bash", "ls"), { action: "ask", value: "ls" })
    assert.deepStrictEqual(evaluate([layer("user", [rule("ls", "allow", "read")])], "bash", "ls"), {
      action: "ask",
      value: "ls"
    })
  })

  it("takes the last match of a layer and says which it was", () => {
    const rules = [rule("*", "deny"), rule("git *", "allow"), rule("git push *", "ask"), rule("rm *", "deny")]
    const of = (value: string) => evaluate([layer("user", rules)], "bash", value)
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
    assert.strictEqual(evaluate(layers, "read", "/x").action, "allow")
    assert.strictEqual(evaluate(layers, "mcp_a_run", "*").action, "deny")
    assert.strictEqual(evaluate(layers, "mcp_ab_run", "*").action, "allow")
  })

  it("lets the last layer with a match win", () => {
    const layers = [
      layer("built-in", [rule("*", "ask")]),
      layer("user", [rule("ls *", "deny")]),
      layer("project", [rule("ls *", "allow")]),
      layer("session", [rule("cat *", "deny")])
    ]
    assert.strictEqual(evaluate(layers, "bash", "ls").origin, "project")
    assert.strictEqual(evaluate(layers, "bash", "ls").action, "allow")
    assert.strictEqual(evaluate(layers, "bash", "cat x").action, "deny")
    assert.strictEqual(evaluate(layers, "bash", "pwd").origin, "built-in")
  })

  it("keeps a deny of the final layer against later layers", () => {
    const later = layer("session", [rule("*", "allow")])
    const of = (rules: ReadonlyArray<Rule>, final: boolean) =>
      evaluate([layer("user", rules, final), later], "bash", "rm -r x")
    assert.strictEqual(of([rule("rm *", "deny")], true).action, "deny")
    assert.strictEqual(of([rule("rm *", "deny")], true).origin, "user")
    assert.strictEqual(of([rule("rm *", "deny")], false).action, "allow")
    // Only the layer's own decision is final, not each deny in it; and an ask is not.
    assert.strictEqual(of([rule("rm *", "deny"), rule("rm -r x", "allow")], true).action, "allow")
    assert.strictEqual(of([rule("rm *", "ask")], true).action, "allow")
  })

  it("does not let a layer before the final one undo its deny", () => {
    const layers = [layer("built-in", [rule("*", "allow")]), layer("user", [rule("*", "deny")], true)]
    assert.strictEqual(evaluate(layers, "bash", "ls").action, "deny")
  })

  it("lets a layer that is only for asks change nothing else", () => {
    const yes: Layer = { origin: "flags", rules: [rule("*", "allow")], onlyAsks: true }
    const no: Layer = { origin: "flags", rules: [rule("*", "deny")], onlyAsks: true }
    const before = [layer("project", [rule("rm *", "deny"), rule("ls", "allow"), rule("cat *", "ask")])]
    const of = (last: Layer, value: string) => evaluate([...before, last], "bash", value).action
    assert.deepStrictEqual(
      ["rm -r x", "ls", "cat x", "pwd"].map((value) => of(yes, value)),
      ["deny", "allow", "allow", "allow"]
    )
    assert.deepStrictEqual(
      ["rm -r x", "ls", "cat x", "pwd"].map((value) => of(no, value)),
      ["deny", "allow", "deny", "deny"]
    )
    assert.strictEqual(evaluate([yes, layer("later", [rule("ls", "ask")])], "bash", "ls").action, "ask")
  })

  it("is quick over many rules and a long value", () => {
    const rules = Array.from({ length: 10_000 }, (_, index) => rule(`command-${index} *`, "allow"))
    const layers = [layer("user", rules)]
    const time = (value: string) => cpuMillis(() => assert.strictEqual(evaluate(layers, "bash", value).action, "ask"))
    time("warm up")
    assert.isBelow(Math.min(...[1, 2, 3, 4, 5].map(() => time("git status"))), 50)
    assert.isBelow(Math.min(...[1, 2, 3, 4, 5].map(() => time("x".repeat(100_000)))), 50)
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
const kinds = { usual: {}, final: { final: true }, onlyAsks: { onlyAsks: true } } as const
const someLayers: Arbitrary.Arbitrary<ReadonlyArray<Layer>> = Arbitrary.array(
  Arbitrary.map(
    Arbitrary.all({
      origin: Arbitrary.schema(Schema.Literals(["user", "project", "session"])),
      rules: Arbitrary.array(someRule, { maxLength: 5 }),
      kind: Arbitrary.schema(Schema.Literals(["usual", "final", "onlyAsks"]))
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
    { arbitrary: { runs: 1_000 } }
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
    { arbitrary: { runs: 1_000 } }
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
    { arbitrary: { runs: 1_000 } }
  )
})
