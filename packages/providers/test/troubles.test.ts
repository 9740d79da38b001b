/** A running agent against servers that do not answer as they should: one clear sentence, the right outcome, in bounded time. */
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Tls from "node:tls"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Retry from "@rein/core/model/Retry"
import { Watchdog } from "@rein/core/model/Watchdog"
import type { ModelErrorReason } from "@rein/core/schema/ModelError"
import type { Outcome } from "@rein/core/schema/Outcome"
import * as Settings from "@rein/core/settings/Settings"
import * as TestRuntime from "@rein/core/testing/TestRuntime"
import type { Answer, Server, Wire } from "@rein/core/testing/WireServer"
import * as WireServer from "@rein/core/testing/WireServer"
import { Effect, Layer } from "effect"
import * as AiSdk from "../src/AiSdk.ts"
import { key, options, request, serve, wires } from "./support.ts"

/** As the default, without its waits. */
const retry = Retry.layerWith({ attempts: 2, baseMillis: 0, capMillis: 0, serverCapMillis: 0 })

const silence = { firstMillis: 60_000, idleMillis: 60_000 }

/** One prompt to a whole runtime over the real provider package. */
const run = (wire: Wire, url: string, limits: Partial<typeof silence> = {}) => {
  const model = AiSdk.layerWith(options(url))
  const watchdog = Layer.succeed(Watchdog, { ...silence, ...limits })
  const settings = Settings.layerValues({ model: request(wire).model, rules: [] })
  return TestRuntime.prompt("hello").pipe(
    Effect.provide(TestRuntime.layerWith([], [], Layer.mergeAll(model, settings, retry, watchdog)))
  )
}

const failureOf = (outcome: Outcome | { readonly _tag: "withdrawn" }) =>
  outcome._tag === "failed" ? outcome.error : assert.fail(`the outcome is ${outcome._tag}`)

/** One or two sentences of a size that people read, with the address and without the key. */
const assertClear = (message: string, address: string) => {
  assert.include(message, address)
  assert.match(message, /^[^\n]{20,300}\.$/)
  assert.notInclude(message, key)
}

interface Trouble {
  readonly name: string
  readonly answer: Answer
  readonly limits?: Partial<typeof silence>
  readonly reason: ModelErrorReason
  /** What is said besides the server's address. */
  readonly says: RegExp
  /** Asked so often before it is given up. */
  readonly requests: number
}

const never = new Promise<never>(() => {})
const page = (text: string) => `<!DOCTYPE html><html><body>${text}</body></html>`
const eventStream = { "content-type": "text/event-stream" }
const plainText = { "content-type": "text/plain" }

const troubles: ReadonlyArray<Trouble> = [
  {
    name: "never answers",
    answer: [{ after: never }],
    limits: { firstMillis: 100 },
    reason: { _tag: "Timeout", waitingFor: "first-byte" },
    says: /within 0\.1 s/,
    requests: 2
  },
  {
    name: "sends a status and nothing else",
    answer: [{ finish: "none" }, { neverClose: true }],
    limits: { firstMillis: 100 },
    reason: { _tag: "Timeout", waitingFor: "first-byte" },
    says: /within 0\.1 s/,
    requests: 2
  },
  {
    name: "breaks the connection at once",
    answer: [{ cutAfter: "before-headers" }],
    reason: { _tag: "Transport", phase: "before-output" },
    says: /broke \(UND_ERR_SOCKET\)/,
    requests: 2
  },
  {
    name: "sends a web page with status 200",
    answer: [{ error: { status: 200, body: page("Welcome to the gateway") } }],
    reason: { _tag: "InvalidOutput", lasting: true },
    says: /web page.*baseUrl/,
    requests: 1
  },
  {
    name: "sends an error as a stream of events that is none",
    answer: [{ error: { status: 200, headers: eventStream, body: { error: { message: "Invalid API key" } } } }],
    reason: { _tag: "Authentication" },
    says: /Invalid API key.*apiKey/,
    requests: 1
  },
  {
    name: "sends an error as plain text",
    answer: [{ error: { status: 200, headers: plainText, body: "upstream connect error: server is overloaded" } }],
    reason: { _tag: "Overloaded" },
    says: /upstream connect error/,
    requests: 2
  },
  {
    name: "sends a web page with status 502",
    answer: [{ error: { status: 502, body: page("Bad gateway") } }],
    reason: { _tag: "Overloaded" },
    says: /status 502/,
    requests: 2
  },
  {
    name: "ends without an answer",
    answer: [{ error: { status: 200, headers: eventStream, body: "" } }],
    reason: { _tag: "CutOff", phase: "before-output" },
    says: /before it said anything/,
    requests: 2
  },
  {
    name: "refuses the key",
    answer: [{ error: { status: 401 } }],
    reason: { _tag: "Authentication" },
    says: /key.*status 401.*apiKey/,
    requests: 1
  }
]

const names = { anthropic: "anthropic", responses: "openai", "chat-completions": "openaiCompatible" }

/** A server that others may be told of, which nobody should ask. */
const elsewhere = Effect.acquireRelease(
  Effect.promise(() => WireServer.start({ script: () => [{ text: "stolen" }] })),
  (server) => Effect.promise(() => server.close())
)

/** A certificate for another name than 127.0.0.1. */
const certificate = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "rein-tls-"))
    const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")]
    const subject = ["-subj", "/CN=other.example", "-addext", "subjectAltName=DNS:other.example"]
    const made = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", keyFile, "-out", certFile]
    await promisify(execFile)("openssl", ["req", "-x509", ...subject, ...made])
    return { folder, key: await readFile(keyFile, "utf8"), cert: await readFile(certFile, "utf8"), certFile }
  }),
  ({ folder }) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** Trusts a certificate while the effect runs. */
const trusting = <A, E, R>(cert: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  const before = Tls.getCACertificates("default")
  return Effect.suspend(() => {
    Tls.setDefaultCACertificates([...before, cert])
    return effect
  }).pipe(Effect.ensuring(Effect.sync(() => Tls.setDefaultCACertificates(before))))
}

describe.each(wires)("a running agent over %s and a server that", (wire) => {
  it.live.each(troubles)("$name", ({ answer, limits, reason, requests, says }) =>
    Effect.gen(function* () {
      const server = yield* serve(answer)
      const { outcome } = yield* run(wire, server.url, limits)
      const failure = failureOf(outcome)
      assert.match(failure.message, says)
      // Silence is noticed where no address is known any more.
      assertClear(failure.message, reason._tag === "Timeout" ? request(wire).model.model : server.url)
      assert.deepStrictEqual(failure.reason, reason)
      // On a busy machine a request may not get to the server before its time is over.
      if (reason._tag !== "Timeout") assert.lengthOf(server.requests, requests)
      for (const { ended } of server.requests) yield* Effect.promise(() => ended)
    })
  )

  it.live("is slow, but says that it lives", () =>
    Effect.gen(function* () {
      const { promise, resolve } = Promise.withResolvers<void>()
      const server: Server = yield* serve([{ after: promise }, { ping: true }, { text: "at last" }, { ping: true }])
      const asked = Effect.promise(() => server.request(0)).pipe(Effect.andThen(Effect.sync(resolve)))
      const [{ outcome, state }] = yield* Effect.all([run(wire, server.url), asked], { concurrency: 2 })
      assert.deepStrictEqual(outcome, { _tag: "completed" })
      assert.strictEqual(TestRuntime.lastText(state), "at last")
    })
  )

  const whole: Answer = [{ text: "and the rest" }]
  it.live.each([
    ["cuts its answer", [{ text: "half" }, { finish: "none" }, { cutAfter: 1_000_000 }], silence],
    ["falls silent in its answer", [{ text: "half" }, { finish: "none" }, { neverClose: true }], { idleMillis: 200 }]
  ] satisfies ReadonlyArray<readonly [string, Answer, Partial<typeof silence>]>)("%s", ([, first, limits]) =>
    Effect.gen(function* () {
      const server = yield* serve({ script: ({ index }) => (index === 0 ? first : whole) })
      const { outcome, state } = yield* run(wire, server.url, limits)
      assert.deepStrictEqual(outcome, { _tag: "completed" })
      assert.strictEqual(TestRuntime.lastText(state), "and the rest")
      // What had come is kept, and the model is told that it was cut off.
      assert.match(JSON.stringify(server.requests[1]?.body), /half.*cut off/)
    })
  )

  it.live.each([301, 302, 303, 307, 308])("redirects with %i: nothing goes there, above all no key", (status) =>
    Effect.gen(function* () {
      const other = yield* elsewhere
      const to = `${other.url}/v1/other`
      const server = yield* serve([{ error: { status, headers: { location: `${to}?token=${key}` }, body: "" } }])
      const failure = failureOf((yield* run(wire, server.url)).outcome)
      assertClear(failure.message, server.url)
      assert.include(failure.message, `redirects to ${to},`)
      assert.include(failure.message, `${names[wire]}.baseUrl`)
      assert.deepStrictEqual(failure.reason, { _tag: "InvalidRequest" })
      assert.lengthOf(server.requests, 1)
      assert.isEmpty(other.requests)
    })
  )

  it.live("is not there", () =>
    Effect.gen(function* () {
      const gone = yield* Effect.promise(() => WireServer.start({ script: [] }))
      yield* Effect.promise(() => gone.close())
      const failure = failureOf((yield* run(wire, gone.url)).outcome)
      assert.match(failure.message, /^Cannot connect.*\(ECONNREFUSED\)/)
      assertClear(failure.message, gone.url)
    })
  )
})

describe("a running agent and a server with", () => {
  it.live("a certificate for another name, then one that nobody vouches for", () =>
    Effect.gen(function* () {
      const tls = yield* certificate
      const server = yield* serve({ script: () => [{ text: "x" }], tls })
      const trusted = yield* trusting(tls.cert, run("anthropic", server.url))
      const wrongName = failureOf(trusted.outcome)
      assert.match(wrongName.message, /certificate is for another name.*\(ERR_TLS_CERT_ALTNAME_INVALID\)/)
      assertClear(wrongName.message, server.url)
      assert.deepStrictEqual(wrongName.reason, { _tag: "Transport", phase: "before-output", lasting: true })
      const untrusted = failureOf((yield* run("anthropic", server.url)).outcome)
      assert.match(untrusted.message, /certificate is not trusted.*SELF_SIGNED_CERT/)
      assertClear(untrusted.message, server.url)
      assert.isEmpty(server.requests)
    })
  )

  it.live("nothing but plain HTTP behind an https address", () =>
    Effect.gen(function* () {
      const server = yield* serve([{ text: "x" }])
      const address = server.url.replace("http:", "https:")
      const failure = failureOf((yield* run("anthropic", address)).outcome)
      assert.match(failure.message, /no encrypted connection/)
      assertClear(failure.message, address)
    })
  )
})
