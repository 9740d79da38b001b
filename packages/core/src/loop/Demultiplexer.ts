/**
 * Sorts the parts of one answer: open text grows, finished parts and complete
 * calls become events, the rest is remembered.
 *
 * Accepts any order. What a provider's stream does against its own rules is
 * noted as an anomaly and never stops the answer. Synchronous, so that a batch
 * of deltas costs no effect.
 */
import type { Schema } from "effect"
import type { LiveDraft } from "../session/OpenSession.ts"
import { isSemantic, type ModelPart } from "../model/ModelPart.ts"
import type { PartSoFar } from "../schema/LiveEvent.ts"
import * as Ids from "../schema/Ids.ts"
import type { Call, CallInput, CallResult, OutputPart, ProviderData } from "../schema/Part.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { FinishReason } from "../schema/SessionEvent.ts"
import type * as Usage from "../schema/Usage.ts"

type Kind = PartSoFar["kind"]

interface OpenPart {
  readonly id: Ids.PartId
  /** The provider's id of it. */
  readonly key: string
  readonly kind: Kind
  readonly tool: string
  /** What has been published of it. Only ever appended to: looking into it would cost its whole length. */
  text: string
  /** What this batch has brought. */
  pending: string
  provider: ProviderData | undefined
}

/** What one batch of parts came to. */
export interface Batch {
  readonly events: ReadonlyArray<SessionEvent.SessionEvent>
  readonly live: ReadonlyArray<LiveDraft>
  /** Calls whose input is complete and that are ours to run. */
  readonly calls: ReadonlyArray<Call>
}

/** How the answer ended, as far as its stream said. */
export interface Finish {
  readonly reason: FinishReason
  readonly usage: Usage.Usage
  /** What the provider says that it cost. */
  readonly cost?: number
}

/** More anomalies than this are only counted. */
const anomalyLimit = 20

/** What is nested deeper is not taken as JSON: whatever walks it later, a store say, would run out of stack. */
const depthLimit = 500

const isShallow = (value: Schema.Json, levels: number): boolean =>
  typeof value !== "object" ||
  value === null ||
  (levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1)))

const parseInput = (text: string): CallInput => {
  if (text.trim() === "") return { type: "json", value: {} }
  try {
    const value: Schema.Json = JSON.parse(text)
    return isShallow(value, depthLimit) ? { type: "json", value } : { type: "malformed", text }
  } catch {
    return { type: "malformed", text }
  }
}

/** Never written to. */
const nothingOpen: Readonly<Record<Kind, Map<string, OpenPart>>> = {
  text: new Map(),
  reasoning: new Map(),
  call: new Map()
}

/** Takes in one attempt; the next attempt of the step needs a new one. */
export class Demultiplexer {
  /** Has a semantic part come? From then on the request must not be repeated. */
  begun = false
  finish: Finish | undefined
  private readonly step: Ids.StepId
  /** By kind, then by the provider's id: a delta should cost one look. */
  private open: Readonly<Record<Kind, Map<string, OpenPart>>> = nothingOpen
  private requested: Set<string> | undefined
  /** Calls that the provider runs, by its own id. */
  private hosted: Map<string, Ids.CallId> | undefined
  private readonly odd: Array<string> = []
  private oddCount = 0
  private events: Array<SessionEvent.SessionEvent> = []
  private live: Array<LiveDraft> = []
  private calls: Array<Call> = []
  private touched: Array<OpenPart> = []

  constructor(step: Ids.StepId) {
    this.step = step
  }

  /** Takes parts until `isStopped` says so; what comes after it is not looked at. */
  accept(parts: ReadonlyArray<ModelPart>, isStopped: () => boolean): Batch {
    for (const part of parts) {
      if (isStopped()) break // guard: I6 core/test/loop/Step.test.ts
      if (isSemantic(part)) this.begun = true
      this.acceptOne(part)
    }
    return this.drain()
  }

  /** Closes what is open, as interrupted: the answer has ended without closing it. */
  close(): Batch {
    for (const part of this.allOpen()) this.finishPart(part, true)
    return this.drain()
  }

  get anomalies(): ReadonlyArray<string> {
    return this.oddCount > anomalyLimit ? [...this.odd, `and ${this.oddCount - anomalyLimit} more`] : this.odd
  }

  soFar(): ReadonlyArray<Omit<PartSoFar, "session" | "after">> {
    return [...this.allOpen()].map((part) => ({
      type: "PartSoFar",
      step: this.step,
      part: part.id,
      kind: part.kind,
      text: part.text + part.pending
    }))
  }

  private *allOpen(): Iterable<OpenPart> {
    yield* this.open.text.values()
    yield* this.open.reasoning.values()
    yield* this.open.call.values()
  }

  private acceptOne(part: ModelPart): void {
    switch (part.type) {
      case "text-delta":
        return this.grow("text", part.id, part.text, part.provider)
      case "reasoning-delta":
        return this.grow("reasoning", part.id, part.text, part.provider)
      case "call-delta":
        return this.grow("call", part.id, part.text, part.provider)
      case "text-start":
        return this.begin("text", part.id, "", part.provider)
      case "reasoning-start":
        return this.begin("reasoning", part.id, "", part.provider)
      case "call-start":
        return this.begin("call", part.id, part.tool, part.provider)
      case "text-end":
        return this.end("text", part.id, part.provider)
      case "reasoning-end":
        return this.end("reasoning", part.id, part.provider)
      case "call-end":
        return undefined
      case "call":
        return this.request(part)
      case "call-result":
        return this.hostedResult(part)
      case "file":
        return this.output({
          type: "file",
          id: Ids.make.part(),
          mediaType: part.mediaType,
          source: { type: "base64", data: part.base64 },
          ...(part.provider === undefined ? {} : { provider: part.provider })
        })
      case "source":
        return this.output({
          type: "source",
          id: Ids.make.part(),
          ...(part.url === undefined ? {} : { url: part.url }),
          ...(part.title === undefined ? {} : { title: part.title })
        })
      case "response":
        return undefined
      case "finish":
        if (this.finish !== undefined) this.anomaly("a second finish")
        this.finish = {
          reason: part.reason,
          usage: part.usage,
          ...(part.cost === undefined ? {} : { cost: part.cost })
        }
        return undefined
      case "unknown":
        return this.anomaly(`unknown part type ${part.name}`)
    }
  }

  private begin(kind: Kind, id: string, tool: string, provider: ProviderData | undefined): void {
    const before = this.open[kind].get(id)
    if (before !== undefined) {
      this.anomaly(`a second start of ${kind} ${id} before its end`)
      if (kind === "call") return
      this.finishPart(before, false)
    }
    const part: OpenPart = { id: Ids.make.part(), key: id, kind, tool, text: "", pending: "", provider }
    // Made with the first part: most of the time an answer is waited for.
    if (this.open === nothingOpen) this.open = { text: new Map(), reasoning: new Map(), call: new Map() }
    this.open[kind].set(id, part)
  }

  private grow(kind: Kind, id: string, text: string, provider: ProviderData | undefined): void {
    let part = this.open[kind].get(id)
    if (part === undefined) {
      this.anomaly(`a delta of ${kind} ${id} without its start`)
      this.begin(kind, id, "", provider)
      part = this.open[kind].get(id)
      if (part === undefined) return
    }
    // The first delta of a batch; the others only add to what will be published.
    if (part.pending === "") this.touched.push(part)
    part.pending += text
    if (provider !== undefined) part.provider = { ...part.provider, ...provider }
  }

  private end(kind: Kind, id: string, provider: ProviderData | undefined): void {
    const part = this.open[kind].get(id)
    if (part === undefined) return this.anomaly(`an end of ${kind} ${id} without its start`)
    if (provider !== undefined) part.provider = { ...part.provider, ...provider }
    this.finishPart(part, false)
  }

  private finishPart(part: OpenPart, interrupted: boolean): void {
    this.publish(part)
    this.open[part.kind].delete(part.key)
    if (part.kind === "call") {
      return this.anomaly(
        `the input of a call of ${part.tool || "an unnamed tool"} was cut after ${part.text.length} characters`
      )
    }
    if (part.text === "" && part.provider === undefined) return
    this.output({
      type: part.kind,
      id: part.id,
      text: part.text,
      ...(part.provider === undefined ? {} : { provider: part.provider }),
      ...(interrupted ? { interrupted: true } : {})
    })
  }

  private request(part: Extract<ModelPart, { type: "call" }>): void {
    const open = this.open.call.get(part.id)
    if (open !== undefined) {
      if (open.tool !== "" && open.tool !== part.tool) {
        this.anomaly(`call ${part.id} began as ${open.tool} and ended as ${part.tool}`)
      }
      // Its input is whole now; what was not shown of it yet needs no delta.
      open.pending = ""
      this.open.call.delete(open.key)
    }
    if (this.requested?.has(part.id) === true) {
      this.anomaly(`the call id ${part.id} came twice`)
      // Only our own calls get ids of their own in the next request; a hosted one keeps its provider's.
      if (part.hosted === true && this.hosted?.has(part.id) === true) return
    }
    const call: Call = {
      id: Ids.make.call(),
      tool: part.tool,
      input: parseInput(part.input),
      providerCallId: part.id,
      ...(part.hosted === true ? { hosted: true } : {}),
      ...(part.provider === undefined ? {} : { provider: part.provider })
    }
    this.requested ??= new Set()
    this.requested.add(part.id)
    if (part.hosted === true) {
      this.hosted ??= new Map()
      this.hosted.set(part.id, call.id)
    }
    this.events.push(SessionEvent.make("CallRequested", { step: this.step, call }))
    if (part.hosted !== true) this.calls.push(call)
  }

  private hostedResult(part: Extract<ModelPart, { type: "call-result" }>): void {
    const call = this.hosted?.get(part.id)
    if (call === undefined) return this.anomaly(`a result of call ${part.id}, which the provider did not make`)
    const result: CallResult = {
      status: part.failed === true ? "failed" : "completed",
      output: typeof part.result === "string" ? part.result : JSON.stringify(part.result)
    }
    this.events.push(SessionEvent.make("CallSettled", { call, result }))
  }

  private output(part: OutputPart): void {
    this.events.push(SessionEvent.make("PartFinished", { step: this.step, part }))
  }

  private publish(part: OpenPart): void {
    if (part.pending === "") return
    this.live.push({
      type: "Delta",
      step: this.step,
      part: part.id,
      kind: part.kind,
      offset: part.text.length,
      text: part.pending
    })
    part.text += part.pending
    part.pending = ""
  }

  private anomaly(what: string): void {
    this.oddCount++
    if (this.odd.length < anomalyLimit) this.odd.push(what)
  }

  private drain(): Batch {
    for (const part of this.touched) this.publish(part)
    this.touched = []
    const batch = { events: this.events, live: this.live, calls: this.calls }
    this.events = []
    this.live = []
    this.calls = []
    return batch
  }
}
