// OpenAI is asked to hold calls to a schema only where it takes that schema as strict.
import { assert, describe, it } from "@effect/vitest"
import type { Schema } from "effect"
import { Effect } from "effect"
import * as AiSdk from "../../src/AiSdk.ts"
import { ask, request } from "../support.ts"
import { closed, tool } from "./build.ts"
import * as models from "./models.ts"
import { serve } from "./strict.ts"

const field = (a: Schema.Json, more: object = {}) => ({ ...closed, properties: { a }, required: ["a"], ...more })

const cases: ReadonlyArray<readonly [string, Schema.Json, boolean]> = [
  ["a text", field({ type: "string" }), true],
  ["a choice", field({ anyOf: [{ type: "string" }, { type: "null" }] }), true],
  ["a reference", field({ $ref: "#/$defs/A" }, { $defs: { A: { type: "string" } } }), true],
  [
    "a reference with a description",
    field({ $ref: "#/$defs/A", description: "A" }, { $defs: { A: { type: "string" } } }),
    false
  ],
  ["anything", field({}), false],
  ["anything, described", field({ description: "A" }), false],
  ["a list of anything", field({ type: "array" }), false],
  ["a format", field({ type: "string", format: "uri" }), false],
  ["a field that may be left out", { ...closed, properties: { a: { type: "string" } }, required: [] }, false],
  ["an open object", field({ type: "object", properties: {} }), false]
]

describe("a tool with", () => {
  it.live.each(cases)("%s", ([, parameters, isStrict]) =>
    Effect.gen(function* () {
      const server = yield* serve
      yield* ask(
        AiSdk.fromLanguageModel(models.responses()(server.url)),
        request("responses", { tools: [tool(parameters)] })
      )
      const [received] = server.received
      assert.deepStrictEqual(received?.refused, [])
      assert.include(JSON.stringify(received?.body), `"strict":${isStrict}`)
    }).pipe(Effect.scoped)
  )
})
