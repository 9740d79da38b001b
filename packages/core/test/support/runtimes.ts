// Several runtimes on one store, as processes on one disk, and logs written by hand, as a dead process left them.
import { Effect, Exit, Layer, Scope } from "effect"
import * as Blobs from "../../src/blob/Blobs.ts"
import * as Ids from "../../src/schema/Ids.ts"
import type { Call } from "../../src/schema/Part.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import * as Ownership from "../../src/session/Ownership.ts"
import { SessionStore } from "../../src/session/SessionStore.ts"
import * as SessionStoreMemory from "../../src/session/SessionStoreMemory.ts"
import { Sessions } from "../../src/session/Sessions.ts"
import { ScriptedModel, type ScriptedStep } from "../../src/testing/ScriptedModel.ts"
import * as TestRuntime from "../../src/testing/TestRuntime.ts"
import type { Tool } from "../../src/tool/Tool.ts"

/** One runtime: its services, and the end of its life. */
export interface Started {
  readonly sessions: Sessions["Service"]
  readonly scripted: ScriptedModel["Service"]
  /** Shuts it down, as the end of a process does that has time for it. */
  readonly close: Effect.Effect<void>
  /** From now on the others take it for dead. What it does by itself goes on, as in a process that was only suspended. */
  readonly die: Effect.Effect<void>
}

/** Makes a memory store that several runtimes can open, and what starts them. */
export const sharedHouse = Effect.gen(function* () {
  const shared = yield* SessionStoreMemory.shared
  const blobs = yield* Effect.provide(Blobs.Blobs, Blobs.layerMemory, { local: true })
  const storeLayer = Layer.provide(shared, Layer.fresh(Ownership.layerSolo))
  const scope = yield* Scope.Scope
  const dead = new Set<string>()
  let born = 0

  const start = Effect.fnUntraced(function* (
    script: ReadonlyArray<ScriptedStep>,
    tools: ReadonlyArray<Tool> = [],
    // Whatever services it has, they are only put in place of the usual ones.
    own: Layer.Layer<never> = Layer.empty,
    change: (store: SessionStore["Service"]) => Partial<SessionStore["Service"]> = () => ({})
  ): Effect.fn.Return<Started> {
    const life = yield* Scope.fork(scope)
    const id = `runtime ${born++}`
    const ownership = Ownership.Ownership.of({
      self: { id, host: "here", boot: "now", pid: 1, started: id },
      isAlive: (other) => Effect.sync(() => !dead.has(other.id))
    })
    const changed = Layer.effect(
      SessionStore,
      Effect.map(SessionStore, (store) => SessionStore.of({ ...store, ...change(store) }))
    )
    const ownStore = Layer.provide(changed, Layer.provide(shared, Layer.succeed(Ownership.Ownership, ownership)))
    const services = Layer.mergeAll(ownStore, Layer.succeed(Blobs.Blobs, blobs))
    const layer = TestRuntime.layerWith(script, tools, Layer.merge(services, own))
    const context = yield* Layer.buildWithMemoMap(layer, Layer.makeMemoMapUnsafe(), life)
    return {
      sessions: yield* Effect.provideContext(Sessions, context),
      scripted: yield* Effect.provideContext(ScriptedModel, context),
      close: Scope.close(life, Exit.void),
      die: Effect.sync(() => void dead.add(id))
    }
  })

  /** The bare store, as another process sees it. */
  const store = yield* Effect.provide(SessionStore, storeLayer, { local: true })
  return { start, store, storeLayer }
})

/** The ids of a turn that a log written by hand leaves open. */
export interface TurnIds {
  readonly session: Ids.SessionId
  readonly turn: Ids.TurnId
  readonly step: Ids.StepId
  readonly input: Ids.InputId
  readonly command: Ids.CommandId
}

export const ids = (): TurnIds => ({
  session: Ids.make.session(),
  turn: Ids.make.turn(),
  step: Ids.make.step(),
  input: Ids.make.input(),
  command: Ids.make.command()
})

/** A session whose turn has got its input "go". */
export const openTurn = ({ command, input, session, turn }: TurnIds): ReadonlyArray<SessionEvent.SessionEvent> => [
  SessionEvent.make("SessionCreated", { directory: "/project", root: session, agent: "build", rein: "0.0.0" }),
  SessionEvent.make("CommandSubmitted", {
    command,
    request: { _tag: "input", input, delivery: "steer", parts: [{ type: "text", text: "go" }] }
  }),
  SessionEvent.make("TurnStarted", { turn, rein: "0.0.0" }),
  SessionEvent.make("InputDelivered", { input, command, turn })
]

/** The same, and its first step has begun. */
export const openStep = (all: TurnIds): ReadonlyArray<SessionEvent.SessionEvent> => [
  ...openTurn(all),
  SessionEvent.make("StepStarted", { step: all.step, turn: all.turn, index: 0, fingerprint: "" })
]

/** A call of a tool. */
export const callOf = (tool: string, input: unknown = {}): Call => ({
  id: Ids.make.call(),
  tool,
  // Tests give JSON.
  input: { type: "json", value: input as null },
  providerCallId: "p1"
})

export const requested = ({ step }: TurnIds, call: Call) => SessionEvent.make("CallRequested", { step, call })

export const started = (call: Call, safety: SessionEvent.Safety) =>
  SessionEvent.make("CallStarted", { call: call.id, safety, allowedBy: "a rule" })

export const finished = ({ step }: TurnIds) =>
  SessionEvent.make("StepFinished", {
    step,
    finish: "tool-calls",
    usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 },
    cost: "unknown",
    durationMillis: 1
  })
