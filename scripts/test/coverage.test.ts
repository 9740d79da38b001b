import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"

const root = join(import.meta.dirname, "../..")
const text = readFileSync(join(root, "docs/coverage.md"), "utf8")
const rows = text.split("\n").filter((line) => /^\| [TFW]\d+ /.test(line))

const idsOf = (letter: string, count: number) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)

describe("docs/coverage.md", () => {
  it("has one row for each technique and feature", () => {
    const ids = rows.map((row) => row.split("|")[1]?.trim())
    assert.deepStrictEqual(ids, [...idsOf("T", 28), ...idsOf("F", 13), ...idsOf("W", 9)])
  })

  it("names only files that exist", () => {
    const named = rows.flatMap((row) =>
      [...row.matchAll(/`([^`]+\.(?:ts|md|txt|mjs))`/g)].map((match) => match[1] ?? "")
    )
    assert.isAbove(named.length, 40)
    assert.deepStrictEqual(
      named.filter((path) => !existsSync(join(root, path))),
      []
    )
  })

  it("names code, a test and a guide wherever a row does not say that it is open", () => {
    const incomplete = rows.filter((row) => {
      const [, , , code = "", test = "", guide = ""] = row.split("|").map((cell) => cell.trim())
      return !code.startsWith("open") && [code, test, guide].some((cell) => !cell.includes("`"))
    })
    assert.deepStrictEqual(incomplete, [])
  })
})
