import { assert, describe, it } from "@effect/vitest"
import * as GlobPattern from "@rein/tools/GlobPattern"
import { Arbitrary, Effect, Schema } from "effect"

const matches = (pattern: string, path: string): boolean => GlobPattern.compile(pattern)?.(path) ?? false

describe("GlobPattern", () => {
  it("matches names anywhere without a slash, and paths from the start with one", () => {
    for (const [pattern, path, expected] of [
      ["*.ts", "a.ts", true],
      ["*.ts", "src/deep/a.ts", true],
      ["*.ts", "src/a.ts.txt", false],
      ["*", "src/.hidden", true],
      ["/*.ts", "src/a.ts", false],
      ["src/*.ts", "src/a.ts", true],
      ["src/*.ts", "src/deep/a.ts", false],
      ["src/*.ts", "lib/src/a.ts", false],
      ["src/**/*.ts", "src/a.ts", true],
      ["src/**/*.ts", "src/b/c/a.ts", true],
      ["src/**", "src/b/c/a.ts", true],
      ["**/test/**", "a/test/b/c", true],
      ["**/test/**", "test/b", true],
      ["**/test/**", "a/testing/b", false],
      ["**/a/**/b/*.js", "x/a/b/a/c/b/y.js", true],
      ["?.ts", "é.ts", true],
      ["?.ts", "😀.ts", true],
      ["?.ts", "ab.ts", false],
      ["[a-c]?.ts", "b1.ts", true],
      ["[!a-c].ts", "d.ts", true],
      ["[!a-c].ts", "a.ts", false],
      ["[]x].ts", "].ts", true],
      ["[a.ts", "[a.ts", true],
      ["app/[id]/page.tsx", "app/[id]/page.tsx", true],
      ["app/[id]/page.tsx", "app/i/page.tsx", true],
      ["*.{ts,tsx}", "a.tsx", true],
      ["*.{ts,tsx}", "a.js", false],
      ["{src,test/{unit,e2e}}/*.ts", "test/e2e/a.ts", true],
      ["{src,test/{unit,e2e}}/*.ts", "test/a.ts", false],
      ["{a}.ts", "{a}.ts", true],
      ["{a,b", "{a,b", true],
      ["{a\\,b,c}", "a,b", true],
      ["\\*.ts", "*.ts", true],
      ["\\*.ts", "a.ts", false],
      ["a.ts", "abts", false]
    ] as const) {
      assert.strictEqual(matches(pattern, path), expected, `${pattern} and ${path}`)
    }
  })

  it("divides a pattern where its plain directories end", () => {
    for (const [pattern, directory, rest] of [
      ["*.ts", "", "*.ts"],
      ["name", "", "name"],
      ["src/index.ts", "src", "/index.ts"],
      ["src/", "src", "**"],
      ["/etc/*.conf", "/etc", "/*.conf"],
      ["/*.conf", "/", "/*.conf"],
      ["../lib/**/*.ts", "../lib", "/**/*.ts"],
      ["**/x.ts", "", "/**/x.ts"],
      ["a/{b,c}/d.ts", "a", "/{b,c}/d.ts"]
    ] as const) {
      assert.deepStrictEqual(GlobPattern.split(pattern), { directory, rest }, pattern)
    }
  })

  it("refuses braces that stand for too much, and is never slow", () => {
    assert.isUndefined(GlobPattern.compile("{a,b}".repeat(20)))
    assert.strictEqual(GlobPattern.alternatives("{a,b}{c,d}")?.length, 4)
    const long = `${"a".repeat(2_000)}b`
    assert.isFalse(matches(`${"*a".repeat(500)}c`, long))
    assert.isFalse(matches(`${"**/a/".repeat(200)}c`, "a/".repeat(1_000)))
  })

  /** The meaning of stars, tried out in every way. */
  const slowly = (pattern: string, text: string): boolean => {
    if (pattern === "") return text === ""
    if (pattern.startsWith("**/")) {
      const next = text.indexOf("/")
      return slowly(pattern.slice(3), text) || (next !== -1 && slowly(pattern, text.slice(next + 1)))
    }
    if (pattern.startsWith("*")) {
      return slowly(pattern.slice(1), text) || (/^[^/]/.test(text) && slowly(pattern, text.slice(1)))
    }
    return pattern[0] === text[0] && slowly(pattern.slice(1), text.slice(1))
  }
  const words = (list: ReadonlyArray<string>) =>
    Arbitrary.map(Arbitrary.array(Arbitrary.schema(Schema.Literals(list)), { maxLength: 7 }), (all) => all.join(""))

  it.effect.prop(
    "means what trying out every way means",
    { pattern: words(["a", "b", "*", "a*", "/", "**/", "/**/"]), path: words(["a", "b", "/", "ab"]) },
    ({ path, pattern }) =>
      Effect.sync(() => {
        // Paths have no empty names; a star beside two of them is one star.
        const isPath = /^[^/]+(?:\/[^/]+)*$/
        const clean = pattern.replaceAll(/\*{3,}/g, "**").replaceAll(/(?<=[^/*])\*\*|\*\*(?=[^/*])/g, "*")
        if (!isPath.test(path) || !isPath.test(clean) || clean.endsWith("**")) return
        const anywhere = clean.includes("/") ? clean : `**/${clean}`
        assert.strictEqual(matches(clean, path), slowly(anywhere, path), `${clean} and ${path}`)
      }),
    { arbitrary: { runs: 1_000 } }
  )
})
