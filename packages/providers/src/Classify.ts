/**
 * Turns whatever a provider throws or sends as an error into a `ModelError`.
 *
 * All matching of texts lives here; retry, fallback and compaction see only the reason.
 */
import { ModelError, type ModelErrorReason } from "@rein/core/schema/ModelError"
import { type Facts, gather } from "./classify/Facts.ts"
import { retryAfterMillis } from "./classify/RetryAfter.ts"
import { redact } from "./classify/Redact.ts"

export interface Options {
  /** Whether the answer had begun when it happened. */
  readonly phase: "before-output" | "after-output"
  /** Keys that must not appear in a message, whoever wrote it there. */
  readonly secrets?: ReadonlyArray<string>
  /** Milliseconds since the epoch; a server may name a date to wait for. */
  readonly now?: number
}

type Rule = (facts: Facts, options: Options) => ModelErrorReason | undefined

const longestMessage = 500

const matches =
  (...patterns: ReadonlyArray<RegExp>) =>
  (text: string): boolean =>
    patterns.some((pattern) => pattern.test(text))

const saysCut = matches(/without a finish reason/, /no output generated/, /empty response body/)
const saysMinuteLimit = matches(
  /request too large[^]*(tokens per min|tpm)/,
  /(tokens per min|tpm)[^]*request too large/
)
const saysOverflow = matches(
  /prompt is too long/,
  /input is too long/,
  /context[ _-]?length[ _-]?exceeded/,
  /context_window_exceeded|exceeds? (the |this model's )?(maximum |available )?context (length|window|size)/,
  /maximum context length/,
  /maximum (input|prompt) (length|size)/,
  /input token count[^]*exceeds the maximum/,
  /too many (input |total )?tokens|tokens? exceed/,
  /(prompt|input|request)[^.]{0,60} (exceeds|larger than|longer than)[^.]{0,40}(context|maximum|limit|tokens)/,
  /reduce the length of (the|your) (messages|input|prompt)/,
  /request_too_large|exceed_context_size_error|model_context_window_exceeded/
)
const saysOutputLimit = matches(
  /max_(completion_|output_)?tokens[^.]*(too large|exceeds?|must be (less|at most)|greater than|maximum allowed)/,
  /maximum allowed number of output tokens/
)
const saysQuota = matches(
  /insufficient[_ ]?(quota|balance|funds|credits?)/,
  /exceeded your current quota/,
  /credit balance is too low|(out of|no|not enough) credits?\b|add (more )?credits/,
  /billing_(error|hard_limit|not_active)|check your plan and billing|payment required/,
  /usage limit (has been )?reached|usage_limit_reached|quota[^.]*per ?day|limit: 0\b/,
  /余额不足|欠费/
)
const saysFiltered = matches(
  /content[_ ]?(filter|policy|management policy)/,
  /responsibleaipolicyviolation|flagged (by|as)|safety (system|filter|policy)/
)
const saysKey = matches(
  /(invalid|incorrect|missing|no|expired) (x-)?api[ _-]?key/,
  /authentication_error|invalid_api_key|unauthorized|permission_error/
)

/**
 * Servers that count the wanted output into the window say `maximum context length` also when only `max_tokens` is too
 * large; compacting the history would never help there.
 */
const outputIsTheProblem = (text: string): boolean => {
  const limit = /maximum context length (?:is|of) (\d+)/.exec(text)
  const input = /(\d+) (?:tokens )?(?:in|from|of) (?:the |your |text )?(?:messages|input|prompt)/.exec(text)
  return limit !== null && input !== null && Number(input[1]) < Number(limit[1])
}

const windowOf = (text: string): { readonly limit?: number } => {
  const found =
    /(?:maximum context length (?:is|of)|maximum of|>|limit:?|exceeds the maximum number of tokens allowed \() ?(\d{3,})/.exec(
      text
    )
  return found === null ? {} : { limit: Number(found[1]) }
}

const wait = (facts: Facts, options: Options): { readonly retryAfterMillis?: number } => {
  const millis = retryAfterMillis(facts.headers, facts.text, options.now ?? Date.now())
  return millis === undefined ? {} : { retryAfterMillis: millis }
}

/** Status 200 stands on errors that came in the middle of a good answer, and says nothing about them. */
const status = (facts: Facts): number | undefined =>
  facts.status !== undefined && facts.status >= 400 ? facts.status : undefined

const broken: Rule = (facts, { phase }) => {
  if (status(facts) !== undefined) return undefined
  if (saysCut(facts.text)) return { _tag: "CutOff", phase }
  return facts.network ? { _tag: "Transport", phase } : undefined
}

const keyRefused: Rule = (facts) => {
  const code = status(facts)
  if (code === 403 && saysFiltered(facts.text)) return { _tag: "ContentFiltered" }
  if (code === 401 || code === 403) return { _tag: saysQuota(facts.text) ? "Quota" : "Authentication" }
  return undefined
}

const tooLarge: Rule = (facts) => {
  if (outputIsTheProblem(facts.text) || saysOutputLimit(facts.text)) return { _tag: "OutputLimit" }
  // One request above the limit of a minute: waiting never helps, a shorter history does.
  if (saysMinuteLimit(facts.text) || saysOverflow(facts.text) || status(facts) === 413) {
    return { _tag: "ContextOverflow", ...windowOf(facts.text) }
  }
  return undefined
}

const refusedForNow: Rule = (facts, options) => {
  const code = status(facts)
  if (saysQuota(facts.text) || code === 402) return { _tag: "Quota" }
  if (code === 429 || /rate[_ ]?limit|too many requests/.test(facts.text)) {
    return { _tag: "RateLimited", ...wait(facts, options) }
  }
  return undefined
}

const byText: Rule = (facts) => {
  if (saysFiltered(facts.text)) return { _tag: "ContentFiltered" }
  if (saysKey(facts.text)) return { _tag: "Authentication" }
  if (/not_found_error|model_not_found|invalid_request_error/.test(facts.text)) return { _tag: "InvalidRequest" }
  return undefined
}

const byStatus: Rule = (facts, options) => {
  const code = status(facts)
  const busy = /overloaded|server_error|api_error|service unavailable|internal server error/.test(facts.text)
  if ((code !== undefined && code >= 500) || code === 408 || code === 409 || code === 425) {
    return { _tag: "Overloaded", ...wait(facts, options) }
  }
  if (code !== undefined) return { _tag: "InvalidRequest" }
  return busy ? { _tag: "Overloaded", ...wait(facts, options) } : undefined
}

const garbled: Rule = (facts) => (facts.garbled ? { _tag: "InvalidOutput" } : undefined)

const unreadable: Rule = (facts) => (facts.unreadable ? { _tag: "InvalidOutput" } : undefined)

const refusedByUs: Rule = (facts) => (facts.refusedByClient ? { _tag: "InvalidRequest" } : undefined)

/** The first that knows the error decides. What a text says comes before its status, which many servers get wrong. */
const rules: ReadonlyArray<Rule> = [
  broken,
  garbled,
  keyRefused,
  refusedByUs,
  tooLarge,
  refusedForNow,
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

const what: Record<ModelErrorReason["_tag"], string> = {
  RateLimited: "The provider limits the rate of requests",
  Overloaded: "The provider is overloaded or broke",
  ContextOverflow: "The request is larger than the model's window",
  OutputLimit: "More output was asked for than the model can give",
  Authentication: "The provider refused the key",
  Quota: "The account's credit or quota is used up",
  InvalidRequest: "The provider did not accept the request",
  ContentFiltered: "The provider's filter stopped the answer",
  Transport: "The connection to the provider failed",
  Timeout: "The provider was silent for too long",
  InvalidOutput: "The provider sent something that is not an answer",
  CutOff: "The answer ended without saying that it was finished",
  Unknown: "The provider failed"
}

const describe = (reason: ModelErrorReason, facts: Facts, secrets: ReadonlyArray<string>): string => {
  const code = status(facts)
  const detail = redact(facts.detail, secrets).replace(/\s+/g, " ").trim().slice(0, longestMessage)
  const head = code === undefined ? what[reason._tag] : `${what[reason._tag]} (status ${code})`
  return detail === "" ? `${head}.` : `${head}: ${detail}`
}

/** The first honest reason of an error, with a message for people that holds no key and no header. */
export const classify = (error: unknown, options: Options): ModelError => {
  if (error instanceof ModelError) return error
  const facts = gather(error)
  const reason = reasonOf(facts, options)
  const code = status(facts)
  return new ModelError({
    reason,
    message: describe(reason, facts, options.secrets ?? []),
    ...(code === undefined ? {} : { status: code })
  })
}
