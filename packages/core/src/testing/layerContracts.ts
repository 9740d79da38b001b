/**
 * What every `Retry`, `Truncation`, `Compaction`, `Permission` and `Model` has
 * to keep, whatever its policy is: lists of tests for any runner.
 *
 *     for (const { name, run } of retryContract(layer)) it(name, () => Effect.runPromise(run))
 */
import { Effect, Fiber, Layer, Stream } from "effect"
import { build } from "../agent/Agents.ts"
import * as Blobs from "../blob/Blobs.ts"
import { Compaction } from "../context/Compaction.ts"
import * as ContextBuilder from "../context/ContextBuilder.ts"
import { Model } from "../model/Model.ts"
import { unknown as unknownFacts } from "../model/ModelCatalog.ts"
import type { ModelRequest } from "../model/ModelRequest.ts"
import { Retry } from "../model/Retry.ts"
import { Declined, Permission } from "../permission/Permission.ts"
import * as Ids from "../schema/Ids.ts"
import { ModelError, type ModelErrorReason } from "../schema/ModelError.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import { open } from "../session/OpenSession.ts"
import * as Fold from "../session/Fold.ts"
import * as SessionState from "../session/SessionState.ts"
import { SessionStore } from "../session/SessionStore.ts"
import * as SessionStoreMemory from "../session/SessionStoreMemory.ts"
import { Truncation } from "../tool/Truncation.ts"
import { type ContractTest, holds, same } from "./contract.ts"

const final: ReadonlyArray<ModelErrorReason> = [
  { _tag: "ContextOverflow" },
  { _tag: "Authentication" },
  { _tag: "Quota" },
  { _tag: "InvalidRequest" },
  { _tag: "ContentFiltered" },
  { _tag: "Transport", phase: "after-output" },
  { _tag: "Transport", phase: "before-output", lasting: true },
  { _tag: "InvalidOutput", lasting: true },
  { _tag: "CutOff", phase: "after-output" }
]

const failure = (reason: ModelErrorReason) => new ModelError({ reason, message: "contract" })

/** Never repeats what repeating cannot mend, and always comes to an end. */
export const retryContract = <E>(layer: Layer.Layer<Retry, E>): ReadonlyArray<ContractTest> => {
  const decide = (reason: ModelErrorReason, attempt: number) =>
    Effect.flatMap(Retry, (retry) => retry.decide(failure(reason), attempt)).pipe(Effect.provide(layer))
  return [
    {
      name: "gives up where asking again unchanged cannot help",
      run: Effect.forEach(
        final,
        (reason) => Effect.flatMap(decide(reason, 1), ({ _tag }) => same(reason._tag, _tag, "give-up")),
        { discard: true }
      )
    },
    {
      name: "gives up in the end",
      run: Effect.flatMap(decide({ _tag: "Overloaded" }, 10_000), ({ _tag }) => same("attempt 10,000", _tag, "give-up"))
    },
    {
      name: "waits at least as long as the server asks",
      run: Effect.flatMap(decide({ _tag: "RateLimited", retryAfterMillis: 5_000 }, 1), (decision) =>
        holds("the wait", decision._tag === "give-up" || decision.inMillis >= 5_000, decision)
      )
    }
  ]
}

const encoder = new TextEncoder()

/** Keeps short outputs as they are, never cuts a character, and puts the whole where it can be read. */
export const truncationContract = <E>(layer: Layer.Layer<Truncation, E, Blobs.Blobs>): ReadonlyArray<ContractTest> => {
  const long = "äöü€😀\n".repeat(100_000)
  const using = <A, E2>(body: Effect.Effect<A, E2, Truncation | Blobs.Blobs>) =>
    Effect.provide(body, Layer.provideMerge(layer, Blobs.layerMemory))
  const limit = (output: string, keep: "head" | "tail") =>
    Effect.flatMap(Truncation, (truncation) => truncation.limit(output, keep))
  return [
    {
      name: "leaves a short output as it is",
      run: using(Effect.flatMap(limit("short\n", "head"), ({ output }) => same("the output", output, "short\n")))
    },
    ...(["head", "tail"] as const).map((keep) => ({
      name: `never cuts a character (${keep})`,
      run: using(
        Effect.flatMap(limit(long, keep), ({ output }) =>
          holds("well-formed text", output.isWellFormed() && !output.includes("\uFFFD"), output.slice(0, 80))
        )
      )
    })),
    {
      name: "keeps the whole output in a blob when it names one",
      run: using(
        Effect.gen(function* () {
          const { output, whole } = yield* limit(long, "tail")
          if (whole === undefined) return yield* same("an output without a blob is whole", output, long)
          const bytes = yield* Effect.flatMap(Blobs.Blobs, (blobs) => blobs.get(whole))
          yield* same("the bytes in the blob", bytes.length, encoder.encode(long).length)
        })
      )
    }
  ]
}

const input = (text: string): ReadonlyArray<SessionEvent.SessionEvent> => {
  const command = Ids.make.command()
  const id = Ids.make.input()
  const turn = Ids.make.turn()
  const step = Ids.make.step()
  const call = { id: Ids.make.call(), tool: "look", input: { type: "json", value: {} }, providerCallId: "1" } as const
  return [
    SessionEvent.make("CommandSubmitted", {
      command,
      request: { _tag: "input", input: id, delivery: "steer", parts: [{ type: "text", text }] }
    }),
    SessionEvent.make("TurnStarted", { turn, rein: "0.0.0" }),
    SessionEvent.make("InputDelivered", { input: id, command, turn }),
    SessionEvent.make("StepStarted", { step, turn, index: 0, fingerprint: "" }),
    SessionEvent.make("CallRequested", { step, call }),
    SessionEvent.make("CallSettled", { call: call.id, result: { status: "completed", output: "seen" } }),
    SessionEvent.make("StepFinished", {
      step,
      finish: "tool-calls",
      usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 },
      cost: 0,
      durationMillis: 0
    })
  ]
}

const fold = (events: ReadonlyArray<SessionEvent.SessionEvent>, from = 1, state?: SessionState.SessionState) => {
  const session = state?.session ?? Ids.make.session()
  return events.reduce(
    (before, event, index) =>
      Fold.apply(before, {
        ...event,
        session,
        sequence: from + index,
        id: Ids.make.event(),
        time: 0,
        version: SessionEvent.versionOf(event.type)
      }),
    state ?? SessionState.initial(session)
  )
}

/** After a refusal it either fails clearly or shrinks the history, and what is left is valid. */
export const compactionContract = <E>(layer: Layer.Layer<Compaction, E>): ReadonlyArray<ContractTest> => {
  const state = fold(Array.from({ length: 30 }, (_, index) => input(`prompt ${index}`)).flat())
  const messagesOf = (now: SessionState.SessionState) =>
    ContextBuilder.make().build(now, { system: [], tools: [] }).request.messages
  const rewrite = (refused: boolean) =>
    Effect.flatMap(Compaction, (compaction) =>
      compaction.rewrite({ state, facts: unknownFacts, fill: { used: "unknown", limit: "unknown" }, refused })
    ).pipe(Effect.provide(layer))
  const refused = Effect.result(rewrite(true))
  return [
    {
      name: "after a refusal it shrinks the history or fails with what to do",
      run: Effect.flatMap(refused, (result) => {
        if (result._tag === "Failure") return Effect.void
        const after = fold(result.success, state.sequence + 1, state)
        return holds("fewer messages", messagesOf(after).length < messagesOf(state).length, messagesOf(after).length)
      })
    },
    {
      name: "keeps each call with its result",
      run: Effect.flatMap(refused, (result) => {
        if (result._tag === "Failure") return Effect.void
        const messages = messagesOf(fold(result.success, state.sequence + 1, state))
        const alone = messages.findIndex(
          (message, index) => message.role === "tool" && messages[index - 1]?.role !== "assistant"
        )
        return same("the first result without its call", alone, -1)
      })
    }
  ]
}

/** Answers every request with who allowed it, or declines it with a reason. */
export const permissionContract = <E>(layer: Layer.Layer<Permission, E>): ReadonlyArray<ContractTest> => [
  {
    name: "says who allowed it, or declines with a reason",
    run: Effect.scoped(
      Effect.gen(function* () {
        const store = yield* SessionStore
        const session = Ids.make.session()
        yield* store.create(session, [
          SessionEvent.make("SessionCreated", { directory: "/", root: session, agent: "build", rein: "0.0.0" })
        ])
        const opened = yield* open(session)
        yield* opened.claim
        const permission = yield* Permission
        const request = { call: Ids.make.call(), tool: "t", permission: "t", patterns: ["*"], title: "t" }
        const decided = yield* Effect.result(permission.authorize({ session: opened, agent: build, request }))
        if (decided._tag === "Success")
          return yield* holds("who allowed it", decided.success.length > 0, decided.success)
        const { failure: refused } = decided
        yield* holds("a reason", refused instanceof Declined && refused.why.length > 0, String(refused))
      })
    ).pipe(Effect.provide(Layer.merge(layer, SessionStoreMemory.layerSolo)))
  }
]

/** Streams one answer to the request that the test gives it, which should be a short text. */
export const modelContract = <E>(layer: Layer.Layer<Model, E>, request: ModelRequest): ReadonlyArray<ContractTest> => {
  const stream = Stream.unwrap(Effect.map(Model, (model) => model.stream(request)))
  return [
    {
      name: "gives parts and at most one finish",
      run: Effect.flatMap(Stream.runCollect(stream), (parts) =>
        holds(
          "at most one finish",
          parts.filter((part) => part.type === "finish").length <= 1,
          parts.map((part) => part.type)
        )
      ).pipe(Effect.provide(layer))
    },
    {
      name: "can be interrupted",
      run: Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Stream.runDrain(stream))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
      }).pipe(Effect.provide(layer))
    }
  ]
}
