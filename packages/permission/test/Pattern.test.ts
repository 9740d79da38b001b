import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { evaluate, type Options } from "@rein/permission"
import { matches } from "@rein/permission/Rules"
import { cpuMillis, large } from "./large.ts"

/** Values of about this size, and patterns that match none of them. */
type Hostile = (size: number) => ReadonlyArray<readonly [pattern: string, value: string]>

/** Eight times the value takes about eight times as long; what is tried anew at every place would take 64 times as long. */
const inProportion = (hostile: Hostile) => {
  const time = (size: number) =>
    cpuMillis(() =>
      hostile(size).forEach(([pattern, value], row) => assert.isFalse(matches(pattern, value), `row ${row}`))
    )
  time(large / 8)
  const [few, many] = [Math.min(time(large / 8), time(large / 8)), Math.min(time(large), time(large))]
  assert.isBelow(many, 24 * Math.max(few, 1))
}

const yes = (pattern: string, ...values: ReadonlyArray<string>) => {
  for (const value of values) assert.isTrue(matches(pattern, value), `${pattern} should match ${JSON.stringify(value)}`)
}
const no = (pattern: string, ...values: ReadonlyArray<string>) => {
  for (const value of values)
    assert.isFalse(matches(pattern, value), `${pattern} should not match ${JSON.stringify(value)}`)
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

  it("takes time in proportion to the value on hostile patterns", () => {
    const hostile: Hostile = (size) => {
      const value = "a".repeat(size)
      return [
        ["*a*a*a*a*b", value],
        [`${"*a".repeat(200)}*b`, value],
        ["?*?*?*b", value],
        [`*${"a".repeat(500)}b*`, value],
        [`*b${"a".repeat(500)}*`, value],
        [`*${"a?".repeat(250)}b*`, `b${value}`],
        [`*${"?a".repeat(250)}?b?*`, `${value}b`],
        [`${"*a?a".repeat(100)}b`, value]
      ]
    }
    inProportion(hostile)
    assert.isTrue(matches(`*${"a?".repeat(250)}b*`, `${"a".repeat(large)}b`))
    assert.isTrue(matches(`${"*a".repeat(200)}*`, "a".repeat(large)))
  })

  it("takes no longer for a text of a pattern than the way to its place is long", () => {
    inProportion((size) => [[`${"*a?c".repeat(size / 4)}*b?`, "aadc".repeat(size / 4)]])
    inProportion((size) => [[`${`*${"a?".repeat(40)}c`.repeat(size / 90)}*b?`, `${"a".repeat(85)}c`.repeat(size / 86)]])
  })
})

/**
 * The definition of a match, as slow as it is plain: which beginnings of the value the pattern's own beginnings match.
 * `wild` says which code points of the pattern are wildcards: those of the home directory are not.
 */
const matchesByDefinition = (pattern: ReadonlyArray<string>, wild: number, value: ReadonlyArray<string>): boolean => {
  let reached = new Set([0])
  for (const [index, one] of pattern.entries()) {
    const isWild = index >= wild
    const next = new Set<number>()
    for (const at of reached) {
      if (isWild && one === "*") for (let end = at; end <= value.length; end++) next.add(end)
      else if (at < value.length && ((isWild && one === "?") || one === value[at])) next.add(at + 1)
    }
    reached = next
  }
  return reached.has(value.length)
}

const smallLetter = (character: string): string => {
  const small = character.toLowerCase()
  return Array.from(small).length === 1 ? small : character
}

/** Whether a rule with this pattern is about the value. */
const isMeant = (permission: string, pattern: string, value: string, options: Options): boolean => {
  const { home, platform } = options
  const spell = (text: string): ReadonlyArray<string> => {
    const slashed = platform === "win32" && permission !== "bash" ? text.replaceAll("\\", "/") : text
    return Array.from(slashed, platform === "win32" ? smallLetter : (character) => character)
  }
  const begin = ["~", "$HOME"].find(
    (one) => home !== undefined && pattern.startsWith(one) && /^(?:$|[/\\])/.test(pattern.slice(one.length))
  )
  const rest = begin === undefined ? pattern : pattern.slice(begin.length)
  const before = begin === undefined || home === undefined ? "" : rest === "" ? home : home.replace(/[/\\]+$/, "")
  const forms = rest.endsWith(" *") ? [rest, rest.slice(0, -2)] : [rest]
  const [own, text] = [spell(before), spell(value)]
  return forms.some((form) => matchesByDefinition([...own, ...spell(form)], own.length, text))
}

const agrees = (permission: string, pattern: string, value: string, options: Options) =>
  assert.strictEqual(
    evaluate([{ permission, pattern, action: "allow" }], permission, value, options),
    isMeant(permission, pattern, value, options) ? "allow" : "ask",
    JSON.stringify({ permission, pattern, value, options })
  )

/** Letters in both cases, what has a meaning somewhere, and halves of an astral character. */
const characters = "a b A É é Σ ς İ . + ( / \\ \n ~ $HOME 😀 😁 \ud83d \ude00".split(/ /).concat(" ")
const character = Arbitrary.schema(Schema.Literals(characters))
const home = Arbitrary.schema(Schema.Literals(["/home/me", "/", "/a*", "/a?b/", "C:\\Me"]))
const options: Arbitrary.Arbitrary<Options> = Arbitrary.map(
  Arbitrary.all({ home, hasHome: Arbitrary.schema(Schema.Boolean), isWindows: Arbitrary.schema(Schema.Boolean) }),
  ({ hasHome, home, isWindows }) => ({ ...(hasHome ? { home } : {}), platform: isWindows ? "win32" : "posix" })
)
const permission = Arbitrary.schema(Schema.Literals(["bash", "read", "mcp_x"]))

/** A piece of a pattern, and text that stands in its place in a value. */
const piece = Arbitrary.map(
  Arbitrary.all({
    kind: Arbitrary.schema(Schema.Literals(["literal", "literal", "*", "?", "other"])),
    own: character,
    text: Arbitrary.array(character, { maxLength: 3 })
  }),
  ({ kind, own, text }): readonly [pattern: string, value: string] => {
    if (kind === "literal") return [own, own]
    if (kind === "other") return [own, own === own.toLowerCase() ? own.toUpperCase() : own.toLowerCase()]
    return kind === "*" ? ["*", text.join("")] : ["?", text[0] ?? ""]
  }
)

describe("evaluate, beside the definition of a match", () => {
  it.effect.prop(
    "agrees on patterns and values that belong together",
    {
      permission,
      options,
      begin: Arbitrary.schema(Schema.Literals(["", "", "~", "~/", "$HOME", "$HOME/", "$HOME\\"])),
      pieces: Arbitrary.array(piece, { maxLength: 7 }),
      end: Arbitrary.schema(Schema.Literals(["", "", " *"]))
    },
    ({ begin, end, options, permission, pieces }) =>
      Effect.sync(() => {
        const pattern = begin + pieces.map(([one]) => one).join("") + end
        const text = pieces.map(([, one]) => one).join("")
        const expanded = begin.replace(/^(?:~|\$HOME)/, () => (options.home ?? "").replace(/[/\\]+$/, ""))
        for (const value of [text, begin + text, expanded + text, options.home ?? "", `${text} a`])
          agrees(permission, pattern, value, options)
      }),
    { arbitrary: { runs: 2_000 } }
  )

  it.effect.prop(
    "agrees where long texts with question marks are looked for",
    {
      letters: Arbitrary.array(Arbitrary.schema(Schema.Literals([..."aaaaaaaaaaaaaaaaaaaaaaaaaab", "😀"])), {
        minLength: 200,
        maxLength: 500
      }),
      holes: Arbitrary.array(Arbitrary.schema(Schema.Literals([0, 1, 1, 1])), { minLength: 20, maxLength: 40 }),
      at: Arbitrary.schema(Schema.Literals([0, 1, 31, 32, 33, 64, 100])),
      other: Arbitrary.schema(Schema.Literals([-1, -1, 10, 60]))
    },
    ({ at, holes, letters, other }) =>
      Effect.sync(() => {
        const text = letters
          .slice(at, at + 110)
          .map((letter, index) => (index === other ? "b" : holes[index % holes.length] === 0 ? "?" : letter))
        for (const pattern of [`*${text.join("")}*`, `*${text.join("")}*b?*`, `a*${text.slice(3).join("")}`])
          agrees("bash", pattern, letters.join(""), {})
      }),
    { arbitrary: { runs: 300 } }
  )

  it("agrees on what stands at the edges", () => {
    const texts = ["", " ", "*", "?", " *", "* ", "  *", "* *", "a", "a *", "a * *", "a **", "~", "~ *", "~/", "~/ *"]
    for (const pattern of texts)
      for (const value of [...texts, "/h", "/h/", "/h x", "/h/ x", "a b", "a  b", "a\n"])
        for (const options of [{}, { home: "/h" }, { home: "/h", platform: "win32" }] as const)
          for (const permission of ["bash", "read"]) agrees(permission, pattern, value, options)
  })

  it("changes neither rules nor options, and gives the same word again", () => {
    const rules = [{ permission: "*", pattern: "~/a *", action: "deny" } as const]
    const options = { home: "/h", platform: "win32" } as const
    Object.freeze(rules)
    for (const one of [...rules, options]) Object.freeze(one)
    assert.strictEqual(evaluate(rules, "read", "/H/A b", options), "deny")
    assert.strictEqual(evaluate(rules, "read", "/H/A b", options), "deny")
  })
})
