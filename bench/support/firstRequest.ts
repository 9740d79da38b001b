// One measurement of `bench/provider.ts`: one request, in the way that the first argument names, to the server that the second one names.
import { registerHooks } from "node:module"

const [way, url = "", ...packages] = process.argv.slice(2)

/** Lets Node find none of the packages that need not be there. */
const hide = (hidden: ReadonlySet<string>) =>
  registerHooks({
    resolve: (name, context, next) =>
      next(name, hidden.has(name) ? { ...context, parentURL: "file:///nowhere/main.mjs" } : context)
  })

const anthropic = async () => {
  const { createAnthropic } = await import("@ai-sdk/anthropic")
  return createAnthropic({ apiKey: "bench", baseURL: `${url}/v1` })("first")
}

const bare = async () => {
  const model = await anthropic()
  const { stream } = await model.doStream({
    prompt: [{ role: "user", content: [{ type: "text", text: "go" }] }]
  })
  for await (const part of stream) if (part.type === "error") throw part.error
}

const rein = async (isRouter: boolean) => {
  const [{ Effect, Redacted, Stream }, { Model }, AiSdk, { make }] = await Promise.all([
    import("effect"),
    import("@rein/core/model/Model"),
    import("@rein/providers/AiSdk"),
    import("@rein/core/schema/Ids")
  ])
  const layer = isRouter
    ? AiSdk.layerWith({ anthropic: { apiKey: Redacted.make("bench"), baseUrl: url } })
    : AiSdk.fromLanguageModel(await anthropic())
  const ask = Effect.gen(function* () {
    const model = yield* Model
    yield* Stream.runDrain(
      model.stream({
        session: make.session(),
        model: { provider: "anthropic", model: "first" },
        system: [],
        tools: [],
        messages: [{ role: "user", content: [{ type: "text", text: "go" }] }],
        cache: { tools: false, system: false, messages: [] }
      })
    )
  })
  await Effect.runPromise(Effect.provide(ask, layer))
}

// Both ways of the router pay for the hooks.
if (way === "alone" || way === "router") hide(new Set(way === "alone" ? packages : []))
await (way === "bare" ? bare() : rein(way !== "one"))
// A connection that is kept for reuse is not waited for.
process.exit(0)
