import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Agents from "@rein/core/agent/Agents"
import * as Jobs from "@rein/core/process/Jobs"
import { Processes } from "@rein/core/process/Processes"
import * as Settings from "@rein/core/settings/Settings"
import { codingTools } from "@rein/tools"
import { description } from "@rein/tools/description"
import { Effect, Layer } from "effect"
import { newDirectory } from "./support.ts"

const directory = newDirectory()
const file = (text: string) => {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, "Text.txt")
  writeFileSync(path, text)
  return pathToFileURL(path)
}

describe("description", () => {
  it("fills the placeholders, literally and each time", () => {
    const text = description(file("{{a}} and {{b}}, {{a}}\n"), { a: "$&", b: 2 })
    assert.strictEqual(text, "$& and 2, $&")
    assert.strictEqual(description(file("no { } placeholder {{}}\n")), "no { } placeholder {{}}")
  })

  it("refuses placeholders without a value and values without a placeholder", () => {
    assert.throws(() => description(file("{{a}}")), /\{\{a\}\} has no value/)
    assert.throws(() => description(file("{{toString}}")), /\{\{toString\}\} has no value/)
    assert.throws(() => description(file("text"), { a: 1 }), /the value of a has no placeholder/)
    assert.throws(() => description(new URL("Missing.txt", file(""))), /ENOENT/)
  })

  it.effect("of each tool is filled, and its parameters have a JSON Schema", () =>
    Effect.gen(function* () {
      const tools = yield* codingTools({ environment: {} })
      assert.deepStrictEqual(
        tools.map(({ name }) => name),
        ["read", "write", "edit", "glob", "grep", "bash", "jobs"]
      )
      for (const { description, jsonSchema } of tools) {
        assert.isAbove(description.length, 100)
        assert.notInclude(description, "{{")
        assert.include(JSON.stringify(jsonSchema), '"type":"object"')
      }
    }).pipe(Effect.provide([Layer.mock(Processes, {}), Jobs.layerNone, Settings.layer, Agents.layer]))
  )
})
