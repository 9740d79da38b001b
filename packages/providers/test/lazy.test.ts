import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { Effect } from "effect"
import { serve } from "./support.ts"

/**
 * A module hook in a process of its own sees every file that is loaded, however it is asked for. The program prints the
 * AI SDK packages after the import, after the layer is built, and after one request.
 */
const program = (url: string) => `
  import { registerHooks } from "node:module"
  const loaded = new Set()
  registerHooks({ load(file, context, next) {
    const name = /node_modules\\/(@ai-sdk\\/[^/]+|zod)\\//.exec(file)?.[1]
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
  const runtime = ManagedRuntime.make(AiSdk.layerWith({ anthropic: settings, openaiCompatible: settings }))
  const model = await runtime.runPromise(Effect.gen(function* () { return yield* Model }))
  note()
  await runtime.runPromise(Stream.runDrain(model.stream({
    session: "ses_1", model: { provider: "anthropic", model: "claude-sonnet-4-5" }, system: [], tools: [],
    messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
    cache: { tools: false, system: false, messages: [] }
  })))
  note()
  console.log(JSON.stringify(after))
`

describe("lazy loading", () => {
  it.live("no provider package is loaded before its first request, and then only that one", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const args = ["--conditions=@rein/source", "--input-type=module", "--eval", program(server.url)]
      const { stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, env: { PATH: process.env["PATH"] } })
      )
      const [imported, built, asked] = JSON.parse(stdout)
      assert.deepStrictEqual(imported, [])
      assert.deepStrictEqual(built, [])
      assert.include(asked, "@ai-sdk/anthropic")
      assert.notInclude(asked, "@ai-sdk/openai-compatible")
    })
  )
})
