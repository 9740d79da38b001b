/**
 * The façade for people who do not write Effect: promises and async iterables
 * over the same runtime. `agent.runtime` is the way one step down.
 */
import { Effect, Layer, Logger, ManagedRuntime, Stream } from "effect"
import * as Blobs from "./blob/Blobs.ts"
import * as SystemPrompt from "./context/SystemPrompt.ts"
import * as structured from "./internal/structured.ts"
import { within } from "./internal/within.ts"
import * as Budget from "./loop/Budget.ts"
import { Telemetry } from "./loop/telemetry/Telemetry.ts"
import * as Fallback from "./model/Fallback.ts"
import * as Limiter from "./model/Limiter.ts"
import * as ModelCatalog from "./model/ModelCatalog.ts"
import type { ModelSource } from "./model/ModelSource.ts"
import * as Watchdog from "./model/Watchdog.ts"
import * as Permission from "./permission/Permission.ts"
import * as Questions from "./question/Questions.ts"
import * as Runtime from "./Runtime.ts"
import * as Ids from "./schema/Ids.ts"
import type { ModelRef } from "./schema/ModelRef.ts"
import type { InputOutcome, Outcome } from "./schema/Outcome.ts"
import type { Answer, PermissionRequest } from "./schema/Question.ts"
import * as Usage from "./schema/Usage.ts"
import type { Item } from "./session/LiveHub.ts"
import { lastText } from "./session/SessionState.ts"
import type { SessionStore } from "./session/SessionStore.ts"
import * as SessionStoreMemory from "./session/SessionStoreMemory.ts"
import { Sessions } from "./session/Sessions.ts"
import * as Settings from "./settings/Settings.ts"
import { type AiSdkTool, fromAiSdk } from "./tool/PromiseTool.ts"
import type { Tool } from "./tool/Tool.ts"
import * as ToolRegistry from "./tool/ToolRegistry.ts"

export { tool } from "./tool/PromiseTool.ts"

/** A store for `createAgent`, e.g. `sqlite(file)` of `@rein/core/node`. */
export type StoreSource = Layer.Layer<SessionStore | Blobs.Blobs, { readonly message: string }>

/** How a function answers a permission question. A rejection with a message lets the model go on with it. */
export type PermissionAnswer = "once" | "session" | "reject" | { readonly reject: string }

/** Rules (what they leave open is declined), one answer for everything, or a function that is asked. */
export type PermissionOption =
  | ReadonlyArray<{ readonly permission: string; readonly pattern: string; readonly action: "allow" | "ask" | "deny" }>
  | "allow"
  | "deny"
  | ((question: PermissionRequest) => PermissionAnswer | Promise<PermissionAnswer>)

/** What `createAgent` takes. Only the model is needed; without tools and rules the agent can only talk. */
export interface AgentOptions {
  readonly model: ModelSource
  /** A list of Rein tools, or Rein and AI SDK tools by name. Default: none. */
  readonly tools?: ReadonlyArray<Tool> | Readonly<Record<string, Tool | AiSdkTool>>
  /** The whole system text. Default: Rein's own template. */
  readonly system?: string
  /** Default: no rules, so every call is declined with the reason. */
  readonly permission?: PermissionOption
  /** Default: in memory, gone with the agent. */
  readonly store?: StoreSource
  /** The real path that sessions work in. Tools read it; by itself the runtime touches no file. Default `/`. */
  readonly directory?: string
  /** Limits for each session and its children, over all that they have ever used. Default: unlimited. */
  readonly budget?: Budget.Limits
  /** How long the model may say nothing, also by provider. Default: five minutes before and within an answer. */
  readonly silence?: Watchdog.Options
  /** Other models of the same layer for the rest of a turn, where the agent's fails before it has said anything; in this order. Default: none. */
  readonly fallback?: {
    readonly models: ReadonlyArray<ModelRef>
    /** Also those that cost more, or whose price is unknown. Default: no. */
    readonly anyPrice?: boolean
  }
  /** Limits and prices of models, by `provider/model`, over what the model's source knows. */
  readonly catalog?: ModelCatalog.Entries
  /** Who is told of turns, requests and calls: the layer of a tracer. Default: nobody. */
  readonly telemetry?: {
    readonly layer: Layer.Layer<never>
    /** Also tell what was said, and what calls were given and gave. Default: no. */
    readonly content?: boolean
  }
}

/** Options of one prompt. */
export interface RunOptions {
  /** Aborting it interrupts the turn, and the outcome is `interrupted`. */
  readonly signal?: AbortSignal
}

/** How a prompt ended. A turn that failed is a result too, with the error in its outcome. */
export interface RunResult {
  readonly outcome: Outcome
  /** The text of the last answer. */
  readonly text: string
  readonly usage: Usage.Usage
  readonly cost: Usage.Cost
  readonly sessionId: string
}

/** `value` is there exactly when the outcome is `completed`. */
export type ValueResult<Value> = RunResult & { readonly value: Value | undefined }

/** Asks for a value of the schema; an answer that does not fit is sent back once. */
export interface ValueOptions<Value> extends RunOptions {
  readonly output: structured.OutputSchema<Value>
}

/** One conversation. A prompt that comes while a turn runs is delivered to that turn. */
export interface AgentSession {
  readonly id: string
  run<Value>(prompt: string, options: ValueOptions<Value>): Promise<ValueResult<Value>>
  run(prompt: string, options?: RunOptions): Promise<RunResult>
  /** The turn's events, stored and live, until it ends. Breaking off interrupts the turn. */
  stream(prompt: string, options?: RunOptions): AsyncIterable<Item>
  /** Asks another model of the agent's layer from the next step on, e.g. `model("openai/gpt-5").ref`. Done when it is stored. */
  switchModel(model: ModelRef): Promise<void>
}

/** Sessions of one configuration. Its own `run` and `stream` begin a new session each time. */
export interface Agent extends Omit<AgentSession, "id" | "switchModel">, AsyncDisposable {
  /** A new session, or the one with this id. Fails when it does not exist. */
  session(id?: string): Promise<AgentSession>
  /** Ends everything that runs. The same as `await using`. */
  close(): Promise<void>
  /** The Effect API of the same runtime. */
  readonly runtime: ManagedRuntime.ManagedRuntime<Sessions, { readonly message: string }>
}

const isTool = (value: Tool | AiSdkTool): value is Tool => "prepare" in value

const isList = (tools: NonNullable<AgentOptions["tools"]>): tools is ReadonlyArray<Tool> => Array.isArray(tools)

const toolsOf = (tools: AgentOptions["tools"] = []): ReadonlyArray<Tool> =>
  isList(tools)
    ? tools
    : Object.entries(tools).map(([name, value]) => (isTool(value) ? { ...value, name } : fromAiSdk(name, value)))

const answerOf = (answer: PermissionAnswer): Answer => {
  if (typeof answer === "object") return { _tag: "reject", message: answer.reject }
  return answer === "reject" ? { _tag: "reject" } : { _tag: answer }
}

const questionsOf = (permission: PermissionOption): Layer.Layer<Questions.Questions> =>
  typeof permission === "function"
    ? Layer.provide(
        Questions.layerPolicy((request) =>
          Effect.map(
            Effect.promise(async () => permission(request)),
            answerOf
          )
        ),
        Questions.layerNobody
      )
    : Questions.layerNobody

/** "allow" and "deny" are layers of their own; all else is rules and somebody to ask, or nobody. */
const permissionOf = (permission: PermissionOption): Layer.Layer<Permission.Permission, never, Settings.Settings> => {
  if (permission === "allow") return Permission.layerAllowAll
  if (permission === "deny") return Permission.layerDenyAll
  return Layer.provide(Permission.layer, questionsOf(permission))
}

const memory: StoreSource = Layer.merge(SessionStoreMemory.layerSolo, Blobs.layerMemory)

const telemetryOf = (telemetry: AgentOptions["telemetry"]): Layer.Layer<never> =>
  telemetry === undefined
    ? Layer.empty
    : Layer.merge(telemetry.layer, Layer.succeed(Telemetry, { content: telemetry.content === true }))

const fallbackOf = ({ fallback }: AgentOptions, catalog: Layer.Layer<ModelCatalog.ModelCatalog>) => {
  if (fallback === undefined) return Fallback.layerNone
  const { models, ...others } = fallback
  return Layer.provide(Fallback.layerWith({ models: { model: models }, ...others }), catalog)
}

const layerOf = (options: AgentOptions) => {
  const { permission = [] } = options
  const catalog = Layer.provide(
    ModelCatalog.layerOver(options.catalog ?? {}),
    options.model.catalog ?? ModelCatalog.layer
  )
  const rules = Array.isArray(permission) ? [{ origin: "createAgent", rules: permission }] : []
  const settings = Settings.layerValues({ model: options.model.ref, rules })
  const own = Layer.mergeAll(
    Layer.provide(Limiter.layer, options.model.layer),
    options.store ?? memory,
    settings,
    ToolRegistry.layerValues(toolsOf(options.tools)),
    Layer.provide(permissionOf(permission), settings),
    options.system === undefined ? SystemPrompt.layer : SystemPrompt.layerFixed([options.system]),
    catalog,
    fallbackOf(options, catalog),
    options.budget === undefined ? Budget.layerUnlimited : Budget.layerFixed(options.budget),
    Layer.succeed(Watchdog.Watchdog, options.silence ?? {})
  )
  // A library prints nothing: what goes wrong is in outcomes and events. The Effect API logs as its host says.
  const host = Layer.merge(Logger.layer([]), telemetryOf(options.telemetry))
  return Layer.provideMerge(Runtime.withDefaults(own), host)
}

const aborted = (signal: AbortSignal): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const abort = () => resume(Effect.void)
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", abort))
  })

/** Cancels the input as soon as the signal aborts, until the scope closes. */
const cancelOn = Effect.fnUntraced(function* (
  session: Ids.SessionId,
  input: Ids.InputId,
  signal: AbortSignal | undefined
) {
  if (signal === undefined) return
  const sessions = yield* Sessions
  yield* Effect.forkScoped(Effect.andThen(aborted(signal), Effect.ignore(sessions.cancel(session, input))))
})

const runTurn = Effect.fnUntraced(function* (session: Ids.SessionId, prompt: string, options: RunOptions) {
  const sessions = yield* Sessions
  const input = yield* sessions.prompt(session, prompt)
  const { signal } = options
  const waited = sessions.outcome(session, input)
  const outcome = ended(
    yield* signal === undefined ? waited : Effect.scoped(Effect.andThen(cancelOn(session, input, signal), waited))
  )
  const state = yield* sessions.state(session)
  // Another turn may have ended since; then this one's numbers are only in the log.
  const own = state.lastTurn?.inputs.includes(input) === true ? state.lastTurn : undefined
  const result: RunResult = {
    outcome,
    text: lastText(state, input),
    usage: own?.usage ?? Usage.unknown,
    cost: own?.cost ?? "unknown",
    sessionId: session
  }
  return result
})

/** An input that was taken back was stopped, as far as its caller is concerned. */
const ended = (outcome: InputOutcome): Outcome => (outcome._tag === "withdrawn" ? { _tag: "interrupted" } : outcome)

const invalid = (problem: string): Outcome => ({
  _tag: "failed",
  error: { kind: "model", message: `The answer does not fit the schema: ${problem}`, reason: { _tag: "InvalidOutput" } }
})

const runForValue = Effect.fnUntraced(function* <Value>(
  session: Ids.SessionId,
  prompt: string,
  options: ValueOptions<Value>
) {
  let result = yield* runTurn(session, `${prompt}\n\n${structured.request(options.output)}`, options)
  for (let repairs = 0; ; repairs++) {
    if (result.outcome._tag !== "completed") return { ...result, value: undefined }
    const { text } = result
    const checked = yield* Effect.promise(() => structured.read(options.output, text))
    if (checked.valid) return { ...result, value: checked.value }
    if (repairs === 1) return { ...result, outcome: invalid(checked.problem), value: undefined }
    const again = yield* runTurn(session, structured.repair(checked.problem), options)
    result = { ...again, usage: Usage.add(result.usage, again.usage), cost: Usage.addCost(result.cost, again.cost) }
  }
})

/** How long a reader that breaks off waits for its turn to be stopped. */
const breakOffWithin = "2 seconds"

const streamTurn = (session: Ids.SessionId, prompt: string, { signal }: RunOptions) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { sequence } = yield* sessions.state(session)
      const input = yield* sessions.prompt(session, prompt)
      yield* cancelOn(session, input, signal)
      let isOver = false
      let turn: Ids.TurnId | undefined
      // A turn that broke on its store, or an input that was taken back, has no end among the events.
      const noTurn = Effect.flatMap(sessions.outcome(session, input), ({ _tag }) =>
        _tag === "withdrawn" ? Effect.void : Effect.never
      )
      return sessions.events(session, sequence).pipe(
        Stream.tap((item) =>
          Effect.sync(() => {
            if (item.type === "InputDelivered" && item.data.input === input) turn = item.data.turn
            if (item.type === "TurnEnded" && item.data.turn === turn) isOver = true
          })
        ),
        Stream.takeUntil(() => isOver),
        Stream.interruptWhen(noTurn),
        Stream.ensuring(
          Effect.suspend(() => (isOver ? Effect.void : within(sessions.cancel(session, input), breakOffWithin)))
        )
      )
    })
  )

type AgentRuntime = Agent["runtime"]

const sessionOf = (runtime: AgentRuntime, id: Ids.SessionId): AgentSession => {
  function run<Value>(prompt: string, options: ValueOptions<Value>): Promise<ValueResult<Value>>
  function run(prompt: string, options?: RunOptions): Promise<RunResult>
  function run<Value>(
    prompt: string,
    options: RunOptions | ValueOptions<Value> = {}
  ): Promise<RunResult | ValueResult<Value>> {
    return "output" in options
      ? runtime.runPromise(runForValue(id, prompt, options))
      : runtime.runPromise(runTurn(id, prompt, options))
  }
  async function* stream(prompt: string, options: RunOptions = {}) {
    const context = await runtime.context()
    yield* Stream.toAsyncIterableWith(streamTurn(id, prompt, options), context)
  }
  const switchModel = (model: ModelRef) =>
    runtime.runPromise(Effect.flatMap(Sessions, (sessions) => sessions.switchModel(id, model)))
  return { id, run, stream, switchModel }
}

/** Makes an agent. It has no tool, no file access and no instruction file unless they are given. */
export const createAgent = (options: AgentOptions): Agent => {
  const runtime: AgentRuntime = ManagedRuntime.make(layerOf(options))
  const directory = options.directory ?? "/"

  const session = async (id?: string) => {
    const known = id === undefined ? undefined : Ids.SessionId.make(id)
    const opened = Effect.gen(function* () {
      const sessions = yield* Sessions
      if (known === undefined) return yield* sessions.create({ directory })
      return (yield* sessions.get(known)).id
    })
    return sessionOf(runtime, await runtime.runPromise(opened))
  }

  async function run<Value>(prompt: string, given: ValueOptions<Value>): Promise<ValueResult<Value>>
  async function run(prompt: string, given?: RunOptions): Promise<RunResult>
  async function run<Value>(
    prompt: string,
    given: RunOptions | ValueOptions<Value> = {}
  ): Promise<RunResult | ValueResult<Value>> {
    const one = await session()
    return "output" in given ? one.run(prompt, given) : one.run(prompt, given)
  }

  async function* stream(prompt: string, given?: RunOptions) {
    yield* (await session()).stream(prompt, given)
  }

  const close = () => runtime.dispose()
  return { run, stream, session, close, [Symbol.asyncDispose]: close, runtime }
}
