/**
 * Turns whatever a provider throws, sends as an error or answers into a `ModelError`.
 *
 * All matching of texts lives here and in `classify/`; retry, fallback and compaction see only the reason.
 */
import { ModelError, type ModelErrorReason } from "@rein/core/schema/ModelError"
import type { Usage } from "@rein/core/schema/Usage"
import { codesIn, isRefusal, isServersFault, meaningOf, soundsRefusing } from "./classify/Codes.ts"
import { isLasting } from "./classify/Connection.ts"
import { type Asked, describe } from "./classify/Describe.ts"
import { type Facts, gather } from "./classify/Facts.ts"
import { neverFitsMinute, tooLargeIs, windowOf } from "./classify/Sizes.ts"
import * as Texts from "./classify/Texts.ts"
import { waitOf } from "./classify/Waits.ts"

/** An answer as it came over the wire, for callers who have no error of an SDK. */
export interface Answered {
  readonly status?: number
  readonly headers?: Headers | Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** Text, or JSON that was read already. An error in the middle of a stream is the JSON of its event. */
  readonly body?: unknown
  /** The body, or what else is known, as text. */
  readonly text?: string
  /** It came as an event of a stream whose status was good. */
  readonly inBand?: boolean
  /** The provider's id. A few answers say nothing but by whom they are. */
  readonly provider?: string
}

/** Options of `classify`; all of them may be left out, and `now` is then the clock of the machine. */
export interface Options {
  /** Whether the answer had begun when it happened; default `before-output`. */
  readonly phase?: "before-output" | "after-output"
  /** Keys that must not appear in a message, whoever wrote it there. */
  readonly secrets?: ReadonlyArray<string>
  /** What was asked where, for messages. */
  readonly asked?: Asked
  /** What the provider has counted before it failed. */
  readonly usage?: Usage
  /** Milliseconds since the epoch; a server may name a date to wait for. */
  readonly now?: number
}

type Rule = (facts: Facts, options: Options) => ModelErrorReason | undefined

type Refused = Extract<ModelErrorReason, { readonly _tag: "RateLimited" | "Overloaded" }>

/** For now, so the server may say for how long, or that it is for ever. */
const refused = (tag: Refused["_tag"], facts: Facts, { now = Date.now() }: Options): Refused => {
  const millis = waitOf(facts, now)
  return {
    _tag: tag,
    ...(millis === undefined ? {} : { retryAfterMillis: millis }),
    ...(facts.headers["x-should-retry"] === "false" ? { lasting: true as const } : {})
  }
}

/** Status 200 stands on errors that came in the middle of a good answer, and says nothing about them. */
const status = (facts: Facts): number | undefined =>
  facts.status !== undefined && facts.status >= 400 ? facts.status : undefined

const silent: Rule = (facts) => {
  if (facts.silent !== undefined) return { _tag: "Timeout", waitingFor: facts.silent }
  // A server that gave up itself says so with a code.
  const isOurs = status(facts) === undefined && meaningOf(facts.said.codes) === undefined
  if (isOurs && Texts.saysTimeout(facts.text)) return { _tag: "Timeout", waitingFor: "first-byte" }
  return undefined
}

const redirected: Rule = (facts) => (facts.redirect === undefined ? undefined : { _tag: "InvalidRequest" })

const broken: Rule = (facts, { asked, phase = "before-output" }) => {
  if (status(facts) !== undefined) return undefined
  if (Texts.saysCut(facts.text)) return { _tag: "CutOff", phase }
  if (!facts.network) return undefined
  const lasting = isLasting(facts.codes, facts.url ?? asked?.address, facts.text)
  return { _tag: "Transport", phase, ...(lasting ? { lasting } : {}) }
}

const garbled: Rule = (facts) => (facts.garbled ? { _tag: "InvalidOutput" } : undefined)

const unknownModel = { _tag: "InvalidRequest", because: "unknown-model" } as const

const refusedByUs: Rule = (facts) => {
  if (!facts.refusedByClient) return undefined
  return Texts.saysNoModel(facts.text) ? unknownModel : { _tag: "InvalidRequest" }
}

/** The model wrote a call that the server could not read; what it wrote may be quoted, so nothing else counts. */
const garbledCall: Rule = (facts) => (Texts.saysGarbledCall(facts.text) ? { _tag: "InvalidOutput" } : undefined)

/** Google names the quota that was used up: one of a day, or of none at all, does not come back in a moment. */
const googleQuota: Rule = (facts, options) => {
  const { codes } = facts.said
  if (!codes.includes("resourceexhausted") || codes.includes("modelcapacityexhausted")) return undefined
  const isLong = codes.some((code) => /perday|quotaexhausted/.test(code)) || Texts.saysNothingGranted(facts.text)
  if (isLong || Texts.saysUsedUp(facts.text)) return { _tag: "Quota" }
  const reason = refused("RateLimited", facts, options)
  // It says how long to wait only where that helps; what lasts for hours is no rate.
  const isRate =
    codes.some((code) => /perminute|persecond/.test(code)) || (reason.retryAfterMillis ?? Infinity) < 3_600_000
  return isRate ? reason : undefined
}

const tokenThrottle: Rule = (facts, options) =>
  Texts.saysTokenThrottle(facts.text) ? refused("RateLimited", facts, options) : undefined

/** Numbers say more than the words around them. */
const measured: Rule = ({ text }) => {
  const what = neverFitsMinute(text) ? "input" : tooLargeIs(text)
  if (what === "output") return { _tag: "OutputLimit" }
  return what === "input" ? { _tag: "ContextOverflow", ...windowOf(text) } : undefined
}

const usedUp: Rule = (facts) => (Texts.saysUsedUp(facts.text) ? { _tag: "Quota" } : undefined)

const ofMeaning = (meaning: ReturnType<typeof meaningOf>, facts: Facts, options: Options) => {
  switch (meaning) {
    case "Overloaded":
    case "RateLimited":
      return refused(meaning, facts, options)
    case "Malformed":
      return { _tag: "InvalidRequest" } as const
    case "UnknownModel":
      return unknownModel
    case "ContextOverflow":
      return { _tag: meaning, ...windowOf(facts.text) } as const
    case "Quota":
    case "OutputLimit":
    case "ContentFiltered":
    case "Authentication":
    case "InvalidOutput":
      return { _tag: meaning } as const
    default:
      return undefined
  }
}

/** Some call every refusal with 429 a limited rate; the sentence may know better. */
const behindRate = (text: string): "Quota" | "Overloaded" | "RateLimited" => {
  if (Texts.saysPlan(text)) return "Quota"
  return Texts.saysOverloaded(text) && !Texts.saysRate(text) ? "Overloaded" : "RateLimited"
}

const byCode: Rule = (facts, options) => {
  const meaning = meaningOf(facts.said.codes)
  return ofMeaning(meaning === "RateLimited" ? behindRate(facts.text) : meaning, facts, options)
}

/** The codes that a gateway quotes, unless they are only what every refusal is called. */
const byQuotedCode: Rule = (facts, options) =>
  ofMeaning(meaningOf(codesIn(facts.said.messages.join("\n"))), facts, options)

const byClearStatus: Rule = (facts) => {
  switch (status(facts)) {
    case 401:
    case 407:
      return { _tag: Texts.saysQuota(facts.text) ? "Quota" : "Authentication" }
    case 402:
      return { _tag: "Quota" }
    default:
      return undefined
  }
}

/** Known to answer without a word when the prompt is too long. */
const wordless = new Set(["cerebras", "mistral"])

const tooLarge: Rule = (facts, { asked }) => {
  const code = status(facts)
  if (Texts.saysOutputLimit(facts.text)) return { _tag: "OutputLimit" }
  if (Texts.saysOverflow(facts.text) && !Texts.saysThrottled(facts.text)) {
    return { _tag: "ContextOverflow", ...windowOf(facts.text) }
  }
  const provider = facts.provider ?? asked?.model.provider ?? ""
  return code === 400 && facts.empty && wordless.has(provider) ? { _tag: "ContextOverflow" } : undefined
}

const noModel: Rule = (facts) => {
  const code = status(facts)
  const mayBe = code === undefined || code < 500
  return mayBe && code !== 429 && Texts.saysNoModel(facts.text) ? unknownModel : undefined
}

const byText: Rule = (facts, options) => {
  const { text } = facts
  const code = status(facts)
  if (Texts.saysFiltered(text)) return { _tag: "ContentFiltered" }
  // GitHub refuses in this way for a while.
  if (code === 403 && Texts.saysRateLimit(text)) return refused("RateLimited", facts, options)
  if (Texts.saysNoCredentials(text)) return { _tag: "Authentication" }
  if (code === 403 || Texts.saysKey(text)) return { _tag: Texts.saysQuota(text) ? "Quota" : "Authentication" }
  if (Texts.saysQuota(text)) return { _tag: "Quota" }
  if (code === 429 && Texts.saysBusy(text) && !Texts.saysRate(text)) return refused("Overloaded", facts, options)
  if (code === 400 && Texts.saysOverloaded(text) && !Texts.saysRate(text)) return refused("Overloaded", facts, options)
  if (code === 429 || Texts.saysRate(text)) return refused("RateLimited", facts, options)
  if (isRefusal(facts.said.codes) || Texts.saysUnsupported(text)) return { _tag: "InvalidRequest" }
  return Texts.saysInvalid(text) ? { _tag: "InvalidRequest" } : undefined
}

const unreadable: Rule = (facts, { phase = "before-output" }) => {
  if (status(facts) !== undefined || !facts.unreadable) return undefined
  if (facts.empty) return { _tag: "CutOff", phase }
  return { _tag: "InvalidOutput", ...(facts.lasting ? { lasting: true } : {}) }
}

/** Statuses below 500 after which the same request may succeed. */
const passing = new Set([408, 409, 424, 425, 499])
/** And above, after which it will not. */
const lastingStatus = new Set([501, 505])

const byStatus: Rule = (facts, options) => {
  const code = status(facts)
  if (code === undefined) return undefined
  if (code === 413) return { _tag: "ContextOverflow", ...windowOf(facts.text) }
  if (code === 511) return { _tag: "Authentication" }
  const mayPass = (code >= 500 && !lastingStatus.has(code)) || passing.has(code)
  return mayPass || facts.headers["x-should-retry"] === "true"
    ? refused("Overloaded", facts, options)
    : { _tag: "InvalidRequest" }
}

/** Without a status to say so. */
const brokeThere: Rule = (facts, options) => {
  const is = status(facts) === undefined && (isServersFault(facts.said.codes) || Texts.saysBusy(facts.text))
  return is ? refused("Overloaded", facts, options) : undefined
}

/** The same of a request. */
const refusedThere: Rule = (facts) =>
  status(facts) === undefined && soundsRefusing(facts.said.codes) ? { _tag: "InvalidRequest" } : undefined

/**
 * The first that knows the error decides: what happened to the connection, then numbers, then codes, then statuses that
 * mean one thing, then sentences, and statuses that mean many things last.
 */
const rules: ReadonlyArray<Rule> = [
  silent,
  redirected,
  broken,
  garbled,
  refusedByUs,
  garbledCall,
  googleQuota,
  tokenThrottle,
  measured,
  usedUp,
  byCode,
  byClearStatus,
  tooLarge,
  noModel,
  byQuotedCode,
  byText,
  brokeThere,
  refusedThere,
  unreadable,
  byStatus
]

const reasonOf = (facts: Facts, options: Options): ModelErrorReason => {
  for (const rule of rules) {
    const reason = rule(facts, options)
    if (reason !== undefined) return reason
  }
  return { _tag: "Unknown" }
}

/**
 * The first honest reason of an error, with a message for people that holds no key and no header. Takes an `Answered`, an
 * error that a client library threw, or the JSON of an error event.
 */
export const classify = (error: unknown, options: Options = {}): ModelError => {
  if (error instanceof ModelError) return error
  const facts = gather(error)
  const reason = reasonOf(facts, options)
  const code = status(facts)
  return new ModelError({
    reason,
    message: describe(reason, facts, options),
    ...(code === undefined ? {} : { status: code }),
    ...(options.usage === undefined ? {} : { usage: options.usage })
  })
}
