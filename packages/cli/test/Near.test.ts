import { expect, it } from "vitest"
import { didYouMean, distance, near } from "../src/Near.ts"

it.each([
  ["", "", 0],
  ["", "ab", 2],
  ["build", "build", 0],
  ["build", "biuld", 1],
  ["build", "bild", 1],
  ["build", "builds", 1],
  ["plan", "build", 5]
])("from %j to %j are %i changes", (a, b, expected) => {
  expect(distance(a, b)).toBe(expected)
  expect(distance(b, a)).toBe(expected)
})

it("names what is near, the nearest first, and nothing that is far", () => {
  expect(near("biuld", ["plan", "builds", "build"])).toEqual(["build"])
  expect(near("ses_123", ["ses_1234567", "ses_999"])).toEqual(["ses_1234567"])
  expect(didYouMean("BASH", ["bash", "read"])).toBe(" Did you mean bash?")
  expect(didYouMean("x", ["bash", "read"])).toBe("")
  expect(didYouMean("", ["bash"])).toBe("")
})
