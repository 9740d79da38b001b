/** What a request becomes on its way to a provider. Nothing is sent: a `fetch` takes the request and gives no answer. */
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import { ModelError } from "@rein/core/schema/ModelError"
import { Effect, Redacted } from "effect"
import * as Prompt from "./aisdk/Prompt.ts"
import * as Providers from "./aisdk/Providers.ts"
import { find, type Options } from "./aisdk/Table.ts"
import { classify } from "./Classify.ts"
import { unknownProvider } from "./ModelName.ts"
import type { Rule } from "./transform/Rule.ts"

/** A rule that has changed the request. */
export type Change = Pick<Rule, "name" | "what" | "why" | "source">

/** What became of one request; it has either `wire` or `refusal`. */
export interface Inspection {
  readonly changes: ReadonlyArray<Change>
  /** What the provider's package is given. */
  readonly options: Omit<LanguageModelV4CallOptions, "abortSignal" | "headers">
  /** What the package would send, without its headers, where the key is. */
  readonly wire?: { readonly url: string; readonly body: unknown }
  /** Why the package sends nothing. */
  readonly refusal?: string
}

const refused = new Error("This request was only looked at.")

/** Without a name, a password or a query, which may hold a key. */
const plainUrl = (input: Parameters<typeof globalThis.fetch>[0]): string => {
  const url = input instanceof Request ? input.url : String(input)
  if (!URL.canParse(url)) return url.replace(/\?.*/, "")
  const { host, pathname, protocol } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** Keeps what would be sent. */
const capture = () => {
  let wire: Inspection["wire"]
  const fetch: typeof globalThis.fetch = async (input, init) => {
    wire ??= { url: plainUrl(input), body: typeof init?.body === "string" ? JSON.parse(init.body) : undefined }
    throw refused
  }
  return { fetch, wire: () => wire }
}

const changeOf = ({ name, source, what, why }: Rule): Change => ({ name, what, why, source })

/** How the router would ask for the request, with these addresses. Keys are not needed and not used. */
export const inspect = Effect.fnUntraced(function* (
  request: ModelRequest,
  settings: Options = {}
): Effect.fn.Return<Inspection, ModelError> {
  const { model: ref } = request
  const known = find(ref.provider)
  if (known === undefined) {
    return yield* new ModelError({ reason: { _tag: "InvalidRequest" }, message: unknownProvider(ref) })
  }
  const taken = capture()
  const own = { ...settings[known.name], apiKey: Redacted.make("none"), fetch: taken.fetch }
  const provider = known.family(own)
  const { dialect, model } = yield* Effect.tryPromise({
    try: () => provider.model(ref.model),
    catch: (error) => classify(error, { phase: "before-output" })
  })
  const facts = yield* Effect.promise(() => Prompt.factsFor(known.id, request))
  const prompt = Prompt.make({ provider: known.id, dialect, ...(facts === undefined ? {} : { known: facts }) })
  const { options, transformed } = prompt(request, AbortSignal.timeout(limitMillis))
  const failure = yield* Effect.promise(async () => {
    try {
      await model.doStream(options)
      return undefined
    } catch (error) {
      return classify(error, { phase: "before-output" }).message
    }
  })
  const isPlaced = provider.missing !== "address"
  const unplaced = `It is not known where to: ${Providers.inEnvironment(known).address} to its base URL.`
  const { abortSignal: _signal, headers: _headers, ...given } = options
  const wire = taken.wire()
  return {
    changes: transformed.changedBy().map(changeOf),
    options: given,
    ...(wire === undefined ? { refusal: isPlaced ? (failure ?? "It sends nothing.") : unplaced } : { wire })
  }
})

/** A package that asks somebody else first, e.g. for a token, is not waited for longer. */
const limitMillis = 5_000

/** The same with the addresses of the environment. */
export const inspectHere = (request: ModelRequest): Effect.Effect<Inspection, ModelError> =>
  // An environment that cannot be read is a fault of the host; no caller could go on from it.
  Effect.flatMap(
    Effect.orDie(
      Effect.gen(function* () {
        return yield* Providers.environment
      })
    ),
    (found) => inspect(request, found)
  )
