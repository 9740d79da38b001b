import { expect, it } from "vitest"
import * as Output from "../src/Output.ts"
import { withoutSecrets } from "../src/Secrets.ts"
import { coloured, isColoured } from "../src/Style.ts"

it.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: "1" }, true, false],
  [{ NO_COLOR: "" }, true, true],
  [{ TERM: "dumb" }, true, false],
  [{ FORCE_COLOR: "1" }, false, true],
  [{ FORCE_COLOR: "" }, false, true],
  [{ FORCE_COLOR: "0" }, true, false],
  [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, true]
])("with %j, at a terminal: %s, colours: %s", (environment, isTerminal, expected) => {
  expect(isColoured(environment, isTerminal)).toBe(expected)
})

it("colours lines about the work, and never passes on the colours of others", () => {
  let about = ""
  const output = Output.make({ write: () => true }, { write: (text) => (about += text) }, coloured)
  output.line("bad \x1b[32mnews", "bad")
  expect(about).toBe("\x1b[31mbad \\x1b[32mnews\x1b[0m\n")
})

it("knows the width of a terminal, and that files have none", () => {
  const width = (sink: Partial<Output.Sink>) =>
    Output.make({ write: () => true }, { write: () => true, ...sink }).width()
  expect(width({ isTTY: true, columns: 60 })).toBe(60)
  expect(width({ isTTY: true, columns: 3 })).toBe(20)
  expect(width({ columns: 60 })).toBeUndefined()
})

it("prints no key that the environment holds", () => {
  const environment = { OPENAI_API_KEY: "sk-0123456789", OTHER_API_KEY: "short", HOME: "/home/somebody" }
  expect(withoutSecrets("wrong key sk-0123456789 of /home/somebody, short", environment)).toBe(
    "wrong key [OPENAI_API_KEY] of /home/somebody, short"
  )
})
