// A process that dies at a point of its choosing, with SIGKILL: nothing of it has time for anything.
import { Effect, Layer, Stream } from "effect"
import { z } from "zod"
import * as NodeOwnership from "../../src/node/NodeOwnership.ts"
import * as NodeProcesses from "../../src/node/NodeProcesses.ts"
import { Processes } from "../../src/process/Processes.ts"
import { make as makeId, SessionId } from "../../src/schema/Ids.ts"
import { Ownership } from "../../src/session/Ownership.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { ScriptedModel } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import * as Tool from "../../src/tool/Tool.ts"
import { blobsIn, storeIn } from "../session/support.ts"

const [folder = "", id = "", plan = "", place = ""] = process.argv.slice(2)
const session = SessionId.make(id)

const die = Effect.sync(() => void process.kill(process.pid, "SIGKILL")).pipe(Effect.andThen(Effect.never))

const store = Layer.provide(storeIn(folder), NodeOwnership.layer)

/** Stores inputs, and dies before anybody could deliver them. */
const submit = Effect.gen(function* () {
  const { submit } = yield* SessionStore
  for (const [text, delivery] of [
    ["one", "steer"],
    ["two", "steer"],
    ["three", "queue"]
  ] as const) {
    const parts = [{ type: "text", text }] as const
    yield* submit(session, makeId.command(), { _tag: "input", input: makeId.input(), delivery, parts })
  }
  yield* die
}).pipe(Effect.provide(store))

/** Dies right after the second delivery of its turn is stored. */
const mortalStore = Layer.provide(
  Layer.effect(
    SessionStore,
    Effect.map(SessionStore, (real) => {
      let deliveries = 0
      return SessionStore.of({
        ...real,
        append: (at, fence, after, events) =>
          Effect.tap(real.append(at, fence, after, events), () => {
            if (events.some((event) => event.type === "InputDelivered")) deliveries++
            return deliveries === 2 ? die : Effect.void
          })
      })
    })
  ),
  store
)

/** Sends inputs to its own session, from within a step. */
const act = Tool.effect(
  "act",
  Effect.map(SessionStore, ({ submit }) => ({
    description: "Acts.",
    parameters: z.object({}),
    safety: "once",
    execute: () =>
      Effect.forEach(["one", "two", "three"], (text) =>
        submit(session, makeId.command(), {
          _tag: "input",
          input: makeId.input(),
          delivery: text === "three" ? "queue" : "steer",
          parts: [{ type: "text", text }]
        })
      ).pipe(Effect.orDie, Effect.as({ output: "acted" }))
  }))
)

const deliver = Effect.gen(function* () {
  const tool = yield* act
  const layer = TestRuntime.layerWith(
    [{ answer: [{ call: "act", input: {} }] }],
    [tool],
    Layer.merge(mortalStore, blobsIn(folder))
  )
  yield* Effect.gen(function* () {
    const sessions = yield* Sessions
    yield* sessions.outcome(session, yield* sessions.prompt(session, "go"))
  }).pipe(Effect.provide(layer))
}).pipe(Effect.provide(store))

/** Says "ready" when its model is asked, waits for an answer that never comes, and dies when its parent kills it. */
const wait = Effect.gen(function* () {
  const sessions = yield* Sessions
  const scripted = yield* ScriptedModel
  const input = yield* sessions.prompt(session, "go")
  yield* Effect.forkChild(sessions.outcome(session, input))
  yield* sessions.events(session, 0).pipe(
    Stream.takeUntil((item) => item.type === "Delta"),
    Stream.runDrain
  )
  console.log(input, scripted.requests().length)
  yield* Effect.never
}).pipe(
  Effect.provide(
    TestRuntime.layerWith(
      [
        {
          answer: [
            {
              parts: [
                { type: "text-start", id: "a" },
                { type: "text-delta", id: "a", text: "half" }
              ]
            },
            { end: "never" }
          ]
        }
      ],
      [],
      Layer.merge(store, blobsIn(folder))
    )
  )
)

/** Asks the operating system of this process whether an owner lives, but as one of another machine when it is told so. */
const ownership =
  place === "elsewhere"
    ? Layer.effect(
        Ownership,
        Effect.map(Ownership, ({ isAlive, self }) => Ownership.of({ isAlive, self: { ...self, boot: "elsewhere" } }))
      ).pipe(Layer.provide(NodeOwnership.layer))
    : NodeOwnership.layer

/** Runs a program that says its pid and waits for a line of a pipe; says how its turn went. */
const hold = Effect.gen(function* () {
  const processes = yield* Processes
  const tool = Tool.make("hold", {
    description: "Waits.",
    parameters: z.object({}),
    safety: "once",
    execute: (_, { call, session: owner }) =>
      processes
        .run({
          command: "bash",
          args: ["-c", `echo $$ >> ${folder}/pids; exec cat ${folder}/gate`],
          directory: folder,
          environment: { PATH: process.env["PATH"] ?? "" },
          owner: { session: owner, call }
        })
        .pipe(Effect.orDie, Effect.as({ output: "held" }))
  })
  const layer = TestRuntime.layerWith(
    [{ answer: [{ call: "hold", input: {} }] }, { expects: ["held"], answer: [{ text: "done" }] }],
    [tool],
    Layer.merge(Layer.provide(storeIn(folder), ownership), blobsIn(folder))
  )
  yield* Effect.gen(function* () {
    const sessions = yield* Sessions
    const input = yield* sessions.prompt(session, "go")
    console.log(input)
    const { _tag } = yield* sessions.outcome(session, input)
    yield* sessions.idle(session)
    console.log(_tag)
  }).pipe(Effect.provide(layer))
  // So that the pid that its program tells is one of this machine.
}).pipe(Effect.provide(NodeProcesses.layerWith({ containment: "never" })))

const plans: Readonly<Record<string, Effect.Effect<unknown, unknown>>> = { submit, deliver, wait, hold }
await Effect.runPromise(plans[plan] ?? Effect.die(new Error(`no plan ${plan}`)))
