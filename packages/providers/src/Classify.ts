/**
 * Turns whatever a provider throws or sends as an error into a `ModelError`.
 *
 * All matching of texts lives here and in `classify/`; retry, fallback and compaction see only the reason.
 */
import { ModelError, type ModelErrorReason } from "@rein/core/schema/ModelError"
import { isLasting } from "./classify/Connection.ts"
import { type Asked, describe } from "./classify/Describe.ts"
import { type Facts, gather } from "./classify/Facts.ts"
import { retryAfterMillis } from "./classify/RetryAfter.ts"
import * as Texts from "./classify/Texts.ts"

export interface Options {
  /** Whether the answer had begun when it happened. */
  readonly phase: "before-output" | "after-output"
  /** Keys that must not appear in a message, whoever wrote it there. */
  readonly secrets?: ReadonlyArray<string>
  /** What was asked where, for messages. */
  readonly asked?: Asked
  /** Milliseconds since the epoch; a server may name a date to wait for. */
  readonly now?: number
}

type Rule = (facts: Facts, options: Options) => ModelErrorReason | undefined

const wait = (facts: Facts, options: Options): { readonly retryAfterMillis?: number } => {
  const millis = retryAfterMillis(facts.headers, facts.text, options.now ?? Date.now())
  return millis === undefined ? {} : { retryAfterMillis: millis }
}

/** Status 200 stands on errors that came in the middle of a good answer, and says nothing about them. */
const status = (facts: Facts): number | undefined =>
  facts.status !== undefined && facts.status >= 400 ? facts.status : undefined

const silent: Rule = (facts) => (facts.silent === undefined ? undefined : { _tag: "Timeout", waitingFor: facts.silent })

const redirected: Rule = (facts) => (facts.redirect === undefined ? undefined : { _tag: "InvalidRequest" })

const broken: Rule = (facts, { asked, phase }) => {
  if (status(facts) !== undefined) return undefined
  if (Texts.saysCut(facts.text)) return { _tag: "CutOff", phase }
  if (!facts.network) return undefined
  const lasting = isLasting(facts.codes, facts.url ?? asked?.address)
  return { _tag: "Transport", phase, ...(lasting ? { lasting } : {}) }
}

const keyRefused: Rule = (facts) => {
  const code = status(facts)
  if (code === 403 && Texts.saysFiltered(facts.text)) return { _tag: "ContentFiltered" }
  if (code === 401 || code === 403) return { _tag: Texts.saysQuota(facts.text) ? "Quota" : "Authentication" }
  return undefined
}

const tooLarge: Rule = (facts) => {
  if (Texts.outputIsTheProblem(facts.text) || Texts.saysOutputLimit(facts.text)) return { _tag: "OutputLimit" }
  // One request above the limit of a minute: waiting never helps, a shorter history does.
  if (Texts.saysMinuteLimit(facts.text) || Texts.saysOverflow(facts.text) || status(facts) === 413) {
    return { _tag: "ContextOverflow", ...Texts.windowOf(facts.text) }
  }
  return undefined
}

const refusedForNow: Rule = (facts, options) => {
  const code = status(facts)
  if (Texts.saysQuota(facts.text) || code === 402) return { _tag: "Quota" }
  if (code === 429 || Texts.saysRate(facts.text)) {
    return { _tag: "RateLimited", ...wait(facts, options) }
  }
  return undefined
}

const noModel: Rule = (facts) => {
  const code = status(facts)
  const mayBe = code === undefined || code === 400 || code === 404 || code === 422
  return mayBe && Texts.saysNoModel(facts.text) ? { _tag: "InvalidRequest", because: "unknown-model" } : undefined
}

const byText: Rule = (facts) => {
  if (Texts.saysFiltered(facts.text)) return { _tag: "ContentFiltered" }
  if (Texts.saysKey(facts.text)) return { _tag: "Authentication" }
  if (Texts.saysInvalid(facts.text)) return { _tag: "InvalidRequest" }
  return undefined
}

const byStatus: Rule = (facts, options) => {
  const code = status(facts)
  if ((code !== undefined && code >= 500) || code === 408 || code === 409 || code === 425) {
    return { _tag: "Overloaded", ...wait(facts, options) }
  }
  if (code !== undefined) return { _tag: "InvalidRequest" }
  return Texts.saysBusy(facts.text) ? { _tag: "Overloaded", ...wait(facts, options) } : undefined
}

const garbled: Rule = (facts) => (facts.garbled ? { _tag: "InvalidOutput" } : undefined)

const unreadable: Rule = (facts) =>
  facts.unreadable ? { _tag: "InvalidOutput", ...(facts.lasting ? { lasting: true } : {}) } : undefined

const refusedByUs: Rule = (facts) => (facts.refusedByClient ? { _tag: "InvalidRequest" } : undefined)

/** The first that knows the error decides. What a text says comes before its status, which many servers get wrong. */
const rules: ReadonlyArray<Rule> = [
  silent,
  redirected,
  broken,
  garbled,
  keyRefused,
  refusedByUs,
  tooLarge,
  refusedForNow,
  noModel,
  byText,
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

/** The first honest reason of an error, with a message for people that holds no key and no header. */
export const classify = (error: unknown, options: Options): ModelError => {
  if (error instanceof ModelError) return error
  const facts = gather(error)
  const reason = reasonOf(facts, options)
  const code = status(facts)
  return new ModelError({
    reason,
    message: describe(reason, facts, options),
    ...(code === undefined ? {} : { status: code })
  })
}
