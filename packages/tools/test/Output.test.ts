import { assert, describe, it } from "@effect/vitest"
import * as Output from "@rein/tools/Output"

const bytes = (text: string) => new TextEncoder().encode(text)

describe("Output", () => {
  it("joins characters that come in pieces, in each stream", () => {
    const output = Output.make()
    const [smile, euro] = [bytes("😀"), bytes("€")]
    for (let at = 0; at < 4; at++) {
      output.add("stdout", smile.slice(at, at + 1))
      if (at < 3) output.add("stderr", euro.slice(at, at + 1))
    }
    assert.strictEqual(output.finish(), "€😀")
  })

  it("marks what is no UTF-8, also at the end", () => {
    const output = Output.make()
    output.add("stdout", new Uint8Array([97, 0xff, 98, 0xe2, 0x82]))
    assert.strictEqual(output.finish(), "a\uFFFDb\uFFFD")
  })

  it("keeps everything up to its limits, then the head and the tail", () => {
    const output = Output.make({ head: 10, tail: 100_000 })
    output.add("stdout", bytes("0123456789"))
    output.add("stdout", bytes("x".repeat(100_000)))
    assert.strictEqual(output.finish(), `0123456789${"x".repeat(100_000)}`)

    const long = Output.make({ head: 10, tail: 100_000 })
    long.add("stdout", bytes("head"))
    for (let index = 0; index < 100_000; index++) long.add("stdout", bytes(`line ${index}\n`))
    const text = long.finish()
    assert.isTrue(text.startsWith("headline 0"))
    assert.isTrue(text.endsWith("line 99999\n"))
    assert.isBelow(text.length, 150_000)
    assert.match(text, /\n\[\d+ characters in the middle were not kept\]\n/)
  })

  it("cuts between characters", () => {
    const output = Output.make({ head: 3, tail: 1 })
    for (let index = 0; index < 50; index++) output.add("stdout", bytes("😀".repeat(10_000)))
    assert.isTrue(output.finish().isWellFormed())
  })
})
