import { appendFileSync, chmodSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Model } from "@rein/core/model/Model"
import type { ModelMessage, ModelRequest } from "@rein/core/model/ModelRequest"
import * as Limiter from "@rein/core/model/Limiter"
import * as ModelCatalog from "@rein/core/model/ModelCatalog"
import { isUnsent, ModelError } from "@rein/core/schema/ModelError"
import { make as makeId } from "@rein/core/schema/Ids"
import { modelContract } from "@rein/core/testing"
import { scripted } from "@rein/core/testing/TestRuntime"
import * as ScriptedModel from "@rein/core/testing/ScriptedModel"
import { Deferred, Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { load } from "../../src/recording/Cassette.ts"
import * as Recording from "../../src/recording/Recording.ts"
import { script } from "../../src/testing/CassetteScript.ts"
import { ask, collect, joined } from "../support.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "rein-recording-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const file = Effect.map(folder, (path) => join(path, "session.jsonl"))

const said = (text: string): ModelMessage => ({ role: "user", content: [{ type: "text", text }] })

const request = (...messages: ReadonlyArray<ModelMessage>): ModelRequest => ({
  session: makeId.session(),
  model: { provider: "scripted", model: "script-2026-01-01" },
  system: ["You are a test."],
  tools: [{ name: "read", description: "Reads", parameters: { type: "object" } }],
  messages,
  cache: { tools: true, system: true, messages: [0] }
})

type Answers = ReadonlyArray<ReadonlyArray<ScriptedModel.Piece>>

/** Asks all of them of a scripted model, while it is recorded. */
const record = (
  path: string,
  requests: ReadonlyArray<ModelRequest>,
  answers: Answers,
  options?: Recording.RecordOptions
) => {
  const model = ScriptedModel.layer(answers.map((answer) => ({ answer })))
  return askAll(requests, Layer.provide(Recording.record(path, options), model))
}

const askAll = <E>(requests: ReadonlyArray<ModelRequest>, layer: Layer.Layer<Model, E>) =>
  Effect.gen(function* () {
    const model = yield* Model
    return yield* Effect.forEach(requests, (one) => collect(model.stream(one)))
  }).pipe(Effect.provide(layer))

const replayed = (path: string, requests: ReadonlyArray<ModelRequest>, options?: Recording.ReplayOptions) =>
  askAll(requests, Recording.replay(path, options))

const busy = new ModelError({ reason: { _tag: "Overloaded", retryAfterMillis: 5 }, message: "busy", status: 529 })

const counted = { input: 7, cacheRead: 0, cacheWrite: 0, output: 2, reasoning: "unknown" } as const

const problem = (path: string) =>
  Effect.map(Effect.flip(Effect.provide(Effect.void, Recording.replay(path))), ({ message }) =>
    message.replaceAll(path, "FILE")
  )

describe("a recording", () => {
  it.live("gives each answer again: its parts, its failure, a cut; equal requests in order", () =>
    Effect.gen(function* () {
      const path = yield* file
      const requests = [request(said("hi")), request(said("hi")), request(said("hi")), request(said("other"))]
      const answers: Answers = [
        [{ reasoning: "hm", signature: "sig" }, { text: "half" }, { error: busy }],
        [{ text: "one two" }, { call: "read", input: { path: "x" } }],
        [{ text: "cut" }, { end: "cut" }],
        [
          {
            parts: [
              { type: "response", responseId: "r", model: "m" },
              { type: "source", url: "https://x.y" }
            ]
          }
        ]
      ]
      const before = yield* record(path, requests, answers)
      const after = yield* replayed(path, requests)
      assert.deepStrictEqual(after, before)
      assert.deepStrictEqual(after[0]?.error?.reason, { _tag: "Overloaded", retryAfterMillis: 5 })
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
    })
  )

  it.live("keeps what a provider has said of its price, also of an answer that was cut", () =>
    Effect.gen(function* () {
      const path = yield* file
      const cut = new ModelError({ reason: { _tag: "CutOff", phase: "after-output" }, message: "cut", usage: counted })
      const requests = [request(said("a")), request(said("b"))]
      const before = yield* record(path, requests, [
        [{ text: "x" }, { parts: [{ type: "finish", reason: "stop", usage: counted, cost: 4_500 }] }],
        [{ text: "half" }, { error: cut }]
      ])
      const after = yield* replayed(path, requests)
      assert.deepStrictEqual(after, before)
      assert.include(JSON.stringify(after[0]?.parts), '"cost":4500')
      assert.deepStrictEqual(after[1]?.error?.usage, counted)
    })
  )

  it.live("holds nothing of a request that a limiter has held back", () =>
    Effect.gen(function* () {
      const path = yield* file
      const limited = new ModelError({ reason: { _tag: "RateLimited", retryAfterMillis: 60_000 }, message: "slow" })
      const model = Layer.provide(Limiter.layer, ScriptedModel.layer([{ answer: [{ error: limited }] }]))
      const seen = yield* askAll([request(said("a")), request(said("a"))], Layer.provide(Recording.record(path), model))
      assert.deepStrictEqual(
        seen.map(({ error }) => error !== undefined && isUnsent(error.reason)),
        [false, true]
      )
      assert.lengthOf(load(path).exchanges, 1)
    })
  )

  it.live("for createAgent knows of models what it knew without it", () =>
    Effect.gen(function* () {
      const path = yield* file
      yield* record(path, [request(said("a"))], [[{ text: "x" }]])
      const catalog = ModelCatalog.layerValues({})
      const source = { ref: scripted, layer: ScriptedModel.layer([]), catalog }
      assert.strictEqual(Recording.recordModel(source, path, { existing: "append" }).catalog, catalog)
      const facts = yield* Effect.provide(
        Effect.flatMap(ModelCatalog.ModelCatalog, (known) => known.models("anthropic")),
        Recording.replayModel(path).catalog ?? catalog
      )
      assert.isAbove(Object.keys(facts).length, 0)
    })
  )

  it.live("holds the header, then a line an exchange; a request that goes on holds what is new", () =>
    Effect.gen(function* () {
      const path = yield* file
      yield* record(path, [request(said("a")), request(said("a"), said("b")), request(said("c"))], [[], [], []])
      const lines = readFileSync(path, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
      assert.deepStrictEqual(lines[0]?.normalisers, [
        "directory",
        "home",
        "temp",
        "platform",
        "date",
        "duration",
        "id",
        "git"
      ])
      assert.deepStrictEqual(lines[2]?.request, {
        follows: 1,
        messages: [{ content: [{ text: "b", type: "text" }], role: "user" }]
      })
      assert.lengthOf(lines[3]?.request.messages, 1)
      assert.deepStrictEqual(
        load(path).exchanges.map(({ request: { messages } }) => messages.length),
        [1, 2, 1]
      )
    })
  )

  it.live("is answered in another directory, and speaks of it", () =>
    Effect.gen(function* () {
      const path = yield* file
      const asked = (directory: string, date: string) => request(said(`Working directory: ${directory}\nDate: ${date}`))
      const answer: Answers = [
        [{ text: "I look at /a/project/x of 2026-01-01" }, { call: "read", input: { path: "/a/project/x" } }]
      ]
      yield* record(path, [asked("/a/project", "2026-01-01")], answer, { directory: "/a/project" })
      assert.notInclude(readFileSync(path, "utf8"), "/a/project")
      const [ended] = yield* replayed(path, [asked("/b/c", "2027-02-02")], { directory: "/b/c" })
      const parts = joined(ended?.parts ?? [])
      assert.deepInclude(parts, { type: "text-delta", id: "1-0", text: "I look at /b/c/x of 2026-01-01" })
      assert.deepInclude(parts, { type: "call", id: "1-1", tool: "read", input: '{"path":"/b/c/x"}' })
    })
  )

  it.live("a request that was not recorded fails, with the nearest one and where it differs", () =>
    Effect.gen(function* () {
      const path = yield* file
      yield* record(path, [request(said("first")), request(said("first"), said("3 tests pass"))], [[], []])
      const miss = yield* replayed(path, [request(said("first"), said("4 tests pass"))])
      assert.strictEqual(miss[0]?.error?.reason._tag, "InvalidRequest")
      assert.include(
        miss[0]?.error?.message,
        "The nearest is exchange 2 (line 3), which differs first at messages[1].content[0].text"
      )
      assert.include(miss[0]?.error?.message, `recorded "3 tests pass", asked "4 tests pass"`)
      const longer = yield* replayed(path, [request(said("first"), said("3 tests pass"), said("more"))])
      assert.include(longer[0]?.error?.message, `messages[2].content[0].text: recorded nothing, asked "more"`)
      const again = yield* replayed(path, [request(said("first")), request(said("first"))])
      assert.isUndefined(again[0]?.error)
      assert.include(again[1]?.error?.message, "has answered this request once already (line 2)")
    })
  )

  it.live("tells what was not asked for", () =>
    Effect.gen(function* () {
      const path = yield* file
      yield* record(path, [request(said("a")), request(said("b"))], [[], []])
      const unused = Effect.gen(function* () {
        const replay = yield* Recording.Replayed
        yield* collect((yield* Model).stream(request(said("b"))))
        return replay.unused()
      })
      assert.strictEqual(yield* Effect.provide(unused, Recording.replay(path)), 1)
    })
  )

  it.live("an answer that was not read to its end says so where it ends", () =>
    Effect.gen(function* () {
      const path = yield* file
      const begun = yield* Deferred.make<void>()
      const model = ScriptedModel.layer([
        { answer: [{ text: "begun" }, { end: "never" }] },
        { answer: [{ text: "x" }] }
      ])
      const read = Effect.gen(function* () {
        const { stream } = yield* Model
        const reading = Stream.runForEach(stream(request(said("a"))), () => Deferred.succeed(begun, undefined))
        const fiber = yield* Effect.forkChild(reading)
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(fiber)
        // Whether the connection is closed behind the finish is of no interest.
        yield* Stream.runDrain(Stream.takeUntil(stream(request(said("b"))), ({ type }) => type === "finish"))
      })
      yield* Effect.provide(read, Layer.provide(Recording.record(path), model))
      const [ended, enough] = yield* replayed(path, [request(said("a")), request(said("b"))])
      assert.isAbove(ended?.parts.length ?? 0, 0)
      assert.include(ended?.error?.message, "line 2")
      // The loop goes on from it as from the silence for which it was given up.
      assert.deepStrictEqual(ended?.error?.reason, { _tag: "Timeout", waitingFor: "next-part" })
      assert.isUndefined(load(path).exchanges[0]?.answer.error)
      assert.isTrue(load(path).exchanges[1]?.answer.stopped)
      assert.isUndefined(enough?.error)
    })
  )

  it.live("holds no secret: not the given ones, not the environment's, none by its shape", () =>
    Effect.gen(function* () {
      const path = yield* file
      const shaped = `ghp_${"a1".repeat(18)}`
      const held = "held-by-the-environment"
      process.env["REIN_TEST_API_KEY"] = held
      yield* Effect.addFinalizer(() => Effect.sync(() => delete process.env["REIN_TEST_API_KEY"]))
      const texts = ["given-to-it", shaped, held]
      const refused = new ModelError({ reason: { _tag: "Authentication" }, message: `no ${texts.join()}` })
      const answers: Answers = [[...texts.map((text) => ({ text: `the key is ${text}` })), { error: refused }]]
      yield* record(path, [request(...texts.map(said))], answers, { secrets: [Redacted.make("given-to-it")] })
      const written = readFileSync(path, "utf8")
      for (const text of texts) assert.notInclude(written, text)
      assert.include(written, "[key]")
      // What is hidden is not compared: a file that holds such text can be read again.
      const [again] = yield* replayed(path, [request(...texts.map(said))], { secrets: [Redacted.make("given-to-it")] })
      assert.deepStrictEqual(again?.error?.reason, refused.reason)
    })
  )

  it.live("holds no secret in another spelling either, nor in what only the provider reads", () =>
    Effect.gen(function* () {
      const path = yield* file
      const value = 'given "to" it\nin lines 12345'
      const input = { command: `echo ${value}` }
      const answers: Answers = [
        [{ reasoning: "hm", signature: `of ${value}` }, { call: "read", input }, { text: "user in lines 12345" }]
      ]
      const secrets = [Redacted.make(value)]
      const asked = request(said(JSON.stringify({ value })), said(Buffer.from(value).toString("base64")))
      yield* record(path, [asked], answers, { secrets })
      const written = readFileSync(path, "utf8")
      for (const piece of ["given ", "in lines", "12345", "Z2l2ZW4gInRv"]) assert.notInclude(written, piece)
      const [again] = yield* replayed(path, [asked], { secrets })
      assert.isUndefined(again?.error)
    })
  )

  it.live("takes the exchanges of sessions side by side", () =>
    Effect.gen(function* () {
      const path = yield* file
      const requests = Array.from({ length: 20 }, (_, n) => request(said(`session ${n % 10}`)))
      const answers = ScriptedModel.layer(
        requests.map(() => ({ answer: (asked) => [{ text: `to ${ScriptedModel.textOf(asked)}` }, { delayMillis: 1 }] }))
      )
      const all = (layer: Layer.Layer<Model, Recording.CassetteError>) =>
        Effect.gen(function* () {
          const { stream } = yield* Model
          const ended = yield* Effect.forEach(requests, (one) => collect(stream(one)), { concurrency: "unbounded" })
          return ended.map(({ parts }) => joined(parts).map((part) => ("text" in part ? part.text : "")))
        }).pipe(Effect.provide(layer))
      const before = yield* all(Layer.provide(Recording.record(path), answers))
      assert.deepStrictEqual(yield* all(Recording.replay(path)), before)
    })
  )

  it.live("gives equal requests that were under way together their own answers, whichever ended first", () =>
    Effect.gen(function* () {
      const path = yield* file
      const slow = yield* Deferred.make<void>()
      let count = 0
      const model = Layer.succeed(
        Model,
        Model.of({
          stream: () => {
            const isFirst = ++count === 1
            const said = Stream.fromArray([{ type: "text-delta", id: "1", text: isFirst ? "slow" : "fast" } as const])
            return isFirst ? Stream.concat(Stream.fromEffectDrain(Deferred.await(slow)), said) : said
          }
        })
      )
      const texts = ({ parts }: { readonly parts: ReadonlyArray<unknown> }) => JSON.stringify(parts)
      yield* Effect.gen(function* () {
        const { stream } = yield* Model
        const first = yield* Effect.forkChild(collect(stream(request(said("a")))), { startImmediately: true })
        yield* Effect.repeat(Effect.yieldNow, { until: () => count === 1 })
        yield* collect(stream(request(said("a"))))
        yield* Deferred.succeed(slow, undefined)
        assert.include(texts(yield* Fiber.join(first)), "slow")
      }).pipe(Effect.provide(Layer.provide(Recording.record(path), model)))
      const after = yield* replayed(path, [request(said("a")), request(said("a"))])
      assert.include(texts(after[0] ?? { parts: [] }), "slow")
      assert.include(texts(after[1] ?? { parts: [] }), "fast")
    })
  )

  it.live("takes the times in which the parts came, when that is wanted", () =>
    Effect.gen(function* () {
      const path = yield* file
      const answers: Answers = [[{ text: "a" }, { delayMillis: 40 }, { text: "b" }]]
      yield* record(path, [request(said("x"))], answers, { times: true })
      const [{ answer } = { answer: { parts: [], times: [] } }] = load(path).exchanges
      assert.lengthOf(answer.times ?? [], answer.parts.length)
      const [paced] = yield* replayed(path, [request(said("x"))], { inTime: true })
      assert.deepStrictEqual(paced?.parts, answer.parts)
    })
  )

  it.live("uses the normalisers with which it was made, own ones too", () =>
    Effect.gen(function* () {
      const path = yield* file
      const port: Recording.Normaliser = { name: "port", find: /(?<=localhost:)\d+/, numbered: true }
      const asked = (number: number) => request(said(`listens on localhost:${number}`))
      const answers: Answers = [[{ text: "try localhost:4711" }]]
      yield* record(path, [asked(4711)], answers, { normalisers: [port] })
      const [ended] = yield* replayed(path, [asked(5000)], { normalisers: [port] })
      assert.include(JSON.stringify(joined(ended?.parts ?? [])), "try localhost:5000")
      assert.include(
        yield* problem(path),
        `Line 1 of the recording FILE names the normaliser "port", which is not known here`
      )
    })
  )

  it.live("that an editor has saved without its last line break is gone on with, and is its owner's alone again", () =>
    Effect.gen(function* () {
      const path = yield* file
      yield* record(path, [request(said("a"))], [[]])
      writeFileSync(path, readFileSync(path, "utf8").trimEnd())
      chmodSync(path, 0o644)
      yield* record(path, [request(said("a"), said("b"))], [[]], { existing: "append" })
      assert.lengthOf(load(path).exchanges, 2)
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      chmodSync(path, 0o644)
      yield* record(path, [request(said("c"))], [[]], { existing: "replace" })
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
    })
  )

  it.live("takes no normaliser whose name means another one too, or none", () =>
    Effect.gen(function* () {
      const path = yield* file
      for (const name of ["date", "Port", "bracket"]) {
        const normalisers = [{ name, find: /x/ }]
        const refused = yield* Effect.flip(record(path, [], [], { normalisers }))
        assert.include(String(refused), `a normaliser named "${name}"`)
      }
      assert.include(yield* problem(path), "ENOENT")
    })
  )

  it.live("is not written over, gone on with where that is wanted, and begun anew", () =>
    Effect.gen(function* () {
      const path = yield* file
      yield* record(path, [request(said("a"))], [[]])
      const refused = yield* Effect.flip(record(path, [], []))
      assert.include(String(refused), "is there already")
      yield* record(path, [request(said("a"), said("b"))], [[]], { existing: "append" })
      assert.lengthOf(load(path).exchanges, 2)
      assert.include(readFileSync(path, "utf8"), '"follows":1')
      const port: Recording.Normaliser = { name: "port", find: ["x"] }
      const other = yield* Effect.flip(record(path, [], [], { existing: "append", normalisers: [port] }))
      assert.include(String(other), "cannot be gone on with")
      yield* record(path, [request(said("c"))], [[]], { existing: "replace" })
      assert.lengthOf(load(path).exchanges, 1)
    })
  )

  it.live("that is damaged says where", () =>
    Effect.gen(function* () {
      const path = yield* file
      assert.include(yield* problem(path), "The recording FILE cannot be read: ENOENT")
      writeFileSync(path, "")
      assert.include(yield* problem(path), "the file is empty")
      writeFileSync(path, '{"name":"package"}\n')
      assert.include(yield* problem(path), "Line 1 of the recording FILE is not the header of a recording")
      writeFileSync(path, '{"cassette":9}\n')
      assert.include(yield* problem(path), "is of format 9")

      yield* record(path, [request(said("a")), request(said("a"), said("b"))], [[{ text: "x" }], []], {
        existing: "replace"
      })
      const whole = readFileSync(path, "utf8")
      const lines = whole.split("\n")
      writeFileSync(path, whole.slice(0, -20))
      assert.include(yield* problem(path), "Line 3 of the recording FILE is not whole")
      writeFileSync(path, lines.with(1, "oops").join("\n"))
      assert.include(yield* problem(path), "Line 2 of the recording FILE is no JSON")
      writeFileSync(path, lines.with(1, (lines[1] ?? "").replace('"text-delta"', '"text-epsilon"')).join("\n"))
      assert.include(yield* problem(path), "Line 2 of the recording FILE cannot be read")
      writeFileSync(path, lines.with(1, (lines[1] ?? "").replace('"a"', '"z"')).join("\n"))
      assert.include(yield* problem(path), "Line 2 of the recording FILE has a key that does not fit its request")
      writeFileSync(path, lines.toSpliced(1, 1).join("\n"))
      assert.include(yield* problem(path), "follows exchange 1, which does not stand before it")
      writeFileSync(path, `${whole}`)
      appendFileSync(path, "{")
      assert.include(yield* problem(path), "Line 4 of the recording FILE is not whole")
      const onto = yield* Effect.flip(record(path, [], [], { existing: "append" }))
      assert.include(String(onto), "Line 4")
    })
  )

  it.live("that cannot be written is told before anything is asked", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "missing", "session.jsonl")
      const refused = yield* Effect.flip(record(path, [request(said("a"))], [[]]))
      assert.include(String(refused), "cannot be written: ENOENT")
    })
  )

  it.live("keeps what every model layer promises, when it is made and when it is played", () =>
    Effect.gen(function* () {
      const path = yield* file
      const asked = request(said("a"))
      const model = ScriptedModel.layer([{ answer: [{ text: "x" }] }])
      const recording = Layer.provide(Recording.record(path, { existing: "replace" }), model)
      for (const { run } of modelContract(recording, asked)) yield* run
      yield* record(path, [asked], [[{ text: "x" }]], { existing: "replace" })
      for (const { run } of modelContract(Recording.replay(path), asked)) yield* run
    })
  )

  it.live("becomes the script of a scripted model, which departs at the first difference", () =>
    Effect.gen(function* () {
      const path = yield* file
      const requests = [request(said("at /a/b")), request(said("at /a/b"), said("next"))]
      const answers: Answers = [
        [{ text: "see /a/b" }, { error: busy }],
        [{ text: "cut" }, { end: "cut" }]
      ]
      yield* record(path, requests, answers, { directory: "/a/b" })
      const steps = script(path, { directory: "/c" })
      const here = [request(said("at /c")), request(said("at /c"), said("next"))]
      const played = yield* askAll(here, ScriptedModel.layer(steps))
      assert.include(JSON.stringify(joined(played[0]?.parts ?? [])), "see /c")
      assert.deepStrictEqual(played[0]?.error?.reason, busy.reason)
      assert.isUndefined(played[1]?.error)
      assert.notInclude(JSON.stringify(played[1]?.parts), "finish")
      const departed = yield* Effect.exit(ask(ScriptedModel.layer(steps), request(said("at /d"))))
      assert.include(JSON.stringify(departed), "differs at messages[0].content[0].text")
    })
  )
})
