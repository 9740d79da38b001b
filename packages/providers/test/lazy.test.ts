import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { Effect } from "effect"
import { serve } from "./support.ts"

/**
 * A module hook in a process of its own sees every file that is loaded, however it is asked for. The program prints the
 * AI SDK packages after the import, after the layers are built, and after one request to each provider by each.
 */
const program = (url: string) => `
  import { registerHooks } from "node:module"
  const loaded = new Set()
  registerHooks({ load(file, context, next) {
    const name = /node_modules\\/(@ai-sdk\\/[^/]+|ai|zod)\\/|(catalogue\\/data\\/.*)/.exec(file)?.slice(1).join("")
    if (name !== undefined) loaded.add(name)
    return next(file, context)
  } })
  const { AiSdk } = await import("@rein/providers")
  const { Model } = await import("@rein/core/model/Model")
  const { Effect, ManagedRuntime, Redacted, Stream } = await import("effect")
  const after = []
  const note = () => after.push([...loaded].sort())
  note()
  const settings = { apiKey: Redacted.make("k"), baseUrl: ${JSON.stringify(url)} }
  const options = { anthropic: settings, openai: settings, openaiCompatible: settings }
  const layers = [AiSdk.layerWith(options), AiSdk.layerStreamTextWith(options)]
  const models = await Promise.all(layers.map((layer) =>
    ManagedRuntime.make(layer).runPromise(Effect.gen(function* () { return yield* Model }))
  ))
  note()
  for (const model of models) {
    for (const provider of ["anthropic", "openai", "openai-compatible"]) {
      await Effect.runPromise(Stream.runDrain(model.stream({
        session: "ses_1", model: { provider, model: "m" }, system: [], tools: [],
        messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
        cache: { tools: false, system: false, messages: [] }
      })))
      note()
    }
  }
  console.log(JSON.stringify(after))
`

describe("lazy loading", () => {
  it.live("no package is loaded before the first request that needs it, and then only that one", () =>
    Effect.gen(function* () {
      const server = yield* serve({ script: () => [{ text: "x" }] })
      const args = ["--conditions=@rein/source", "--input-type=module", "--eval", program(server.url)]
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, env: { PATH: process.env["PATH"] } })
      )
      const notes: ReadonlyArray<ReadonlyArray<string>> = JSON.parse(stdout)
      const packages = ["@ai-sdk/anthropic", "@ai-sdk/openai", "@ai-sdk/openai-compatible", "ai"]
      const loaded = notes.map((names) => packages.filter((name) => names.includes(name)))
      // After the import, the layers, three requests by `doStream`, and three by `streamText`.
      assert.deepStrictEqual(
        loaded.map((names) => names.length),
        [0, 0, 1, 2, 3, 4, 4, 4]
      )
      assert.deepStrictEqual(loaded[2], ["@ai-sdk/anthropic"])
      assert.isFalse(loaded[4]?.includes("ai"))
      assert.isEmpty(notes[1])
      // Nobody has asked what a model can read or costs.
      assert.isEmpty(notes.at(-1)?.filter((name) => name.includes("undefined") || name.startsWith("catalogue")))
    })
  )
})
