import { describe, expect, it } from "vitest"
import { oneLine, visible, visibleJson, visibleStream } from "../src/Visible.ts"

const controls = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => character !== "\n" && character !== "\t"
)

describe("visible", () => {
  it("keeps text, line feeds, tabs and emoji", () => {
    const text = "a\tb\nÄ 日本 🎉 ⚠\ufe0f e\u0301 العربية"
    expect(visible(text)).toBe(text)
  })

  it.each([
    ["a colour", "\x1b[31mred", "\\x1b[31mred"],
    ["a title", "\x1b]0;x\x07", "\\x1b]0;x\\x07"],
    ["delete", "a\x7f", "a\\x7f"],
    ["an 8-bit sequence", "\x9b31m", "\\x9b31m"],
    ["a carriage return", "safe\rrm", "safe\\x0drm"],
    ["a bidi override", "a\u202eb", "a\\u{202e}b"],
    ["a bidi isolate", "\u2066x\u2069", "\\u{2066}x\\u{2069}"],
    ["a zero-width space", "a\u200bb", "a\\u{200b}b"],
    ["a byte order mark", "\ufeffa", "\\u{feff}a"],
    ["a line separator", "a\u2028b", "a\\u{2028}b"],
    ["tag characters", "a\u{e0041}", "a\\u{e0041}"],
    ["half a character", "a\ud83c", "a\\u{d83c}"]
  ])("writes out %s", (_, text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it("lets no control through", () => {
    const shown = visible(
      [...controls, "\x7f", ...controls.map((one) => String.fromCharCode(one.charCodeAt(0) + 0x80))].join("")
    )
    expect(shown).toMatch(/^[\x20-\x7e]+$/)
  })
})

it("shows a stream as the whole text would be shown, however it is split", () => {
  const text = "a🎉b\x1b[2J\u{e0041}c"
  for (let size = 1; size < text.length; size++) {
    const show = visibleStream()
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
      text.slice(index * size, (index + 1) * size)
    )
    expect(pieces.map(show).join("")).toBe(visible(text))
  }
})

it("escapes in JSON what is unsafe to show, and loses nothing", () => {
  const value = { text: `${controls.join("")}\x7f\x9b\u202e\u{e0041}\ud83c ä 🎉\n` }
  const line = visibleJson(value)
  expect(JSON.parse(line)).toEqual(value)
  expect(line).toMatch(/^[\x20-\x7eä🎉]+$/u)
})

it("makes one line of a bounded width", () => {
  expect(oneLine("日本語のテスト", 9)).toBe("日本語の…")
  expect(oneLine("日本語", 6)).toBe("日本語")
  expect(oneLine(" a\n  b\tc ")).toBe("a b c")
  expect(oneLine("x".repeat(50), 10)).toBe(`${"x".repeat(9)}…`)
})
