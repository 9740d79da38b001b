/** Messages for people: what happened, where, and what to do. */
import type * as ModelRef from "@rein/core/schema/ModelRef"
import type { ModelErrorReason } from "@rein/core/schema/ModelError"
import { connectionTrouble } from "./Connection.ts"
import type { Facts } from "./Facts.ts"
import { redact } from "./Redact.ts"
import { saysNoCredentials } from "./Texts.ts"

/** What was asked, and how it can be set differently. */
export interface Asked {
  readonly model: ModelRef.ModelRef
  /** Base URL of the provider. */
  readonly address: string
  /** How a person sets the key and the address, e.g. `set OPENAI_API_KEY`. */
  readonly hints: { readonly key: string; readonly address: string }
}

const longestMessage = 500

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

/** What a person may see of an address: no path, no name and password, no query. */
const originOf = (address: string | undefined): string | undefined =>
  address !== undefined && URL.canParse(address) ? new URL(address).origin : undefined

const sentence = (text: string): string => (/[.!?…。]$/.test(text) ? text : `${text}.`)

const also = (advice: string | undefined): string =>
  advice === undefined ? "" : ` ${advice.slice(0, 1).toUpperCase()}${advice.slice(1)}.`

const connection = (facts: Facts, detail: string, asked: Asked | undefined): string => {
  const where = originOf(asked?.address) ?? originOf(facts.url)
  const trouble = connectionTrouble(facts.codes)
  const [code] = facts.codes
  if (trouble === undefined) {
    const reason = facts.broken ? "the connection broke" : detail
    return sentence(
      `The connection to ${where ?? "the provider"} failed: ${reason}${code === undefined ? "" : ` (${code})`}`
    )
  }
  const advice = asked === undefined ? undefined : `start the server, or ${asked.hints.address} if it is elsewhere`
  return `Cannot connect to ${where ?? "the provider"}: ${trouble.says} (${code ?? "no code"}).${also(advice)}`
}

const redirected = (facts: Facts, asked: Asked | undefined): string => {
  const where = originOf(asked?.address) ?? "The provider"
  const how = asked === undefined ? "configure that address" : asked.hints.address
  return `${where} redirects to ${facts.redirect || "another address"}, where nothing was sent: a key goes to the configured address only. If the new one is right, ${how} to it.`
}

/** The reasons in which the address may be what is wrong. */
const placed = new Set<ModelErrorReason["_tag"]>(["Overloaded", "InvalidOutput", "Timeout", "Authentication", "CutOff"])

const advice = (reason: ModelErrorReason, facts: Facts, asked: Asked | undefined): string | undefined => {
  if (asked === undefined) return undefined
  if (saysNoCredentials(facts.text)) {
    return `${asked.hints.key}, or store credentials of Google's with \`gcloud auth application-default login\``
  }
  if (reason._tag === "Authentication") return `${asked.hints.key} to a valid key`
  if (facts.status === 404 && asked.model.provider === "openai") {
    // Most other servers speak chat completions only.
    return `${asked.hints.address} if ${originOf(asked.address)} is not the right address, or name the model openai-compatible/${asked.model.model} if it speaks no Responses`
  }
  const isElsewhere =
    facts.status === 404 || facts.status === 405 || (reason._tag === "InvalidOutput" && reason.lasting)
  return isElsewhere === true
    ? `${asked.hints.address} if ${originOf(asked.address)} is not the right address`
    : undefined
}

/** One or two sentences that hold no key and no header. */
export const describe = (
  reason: ModelErrorReason,
  facts: Facts,
  { asked, secrets = [] }: { readonly asked?: Asked | undefined; readonly secrets?: ReadonlyArray<string> | undefined }
): string => {
  const detail = redact(facts.detail, secrets).replace(/\s+/g, " ").trim().slice(0, longestMessage)
  if (facts.redirect !== undefined) return redact(redirected(facts, asked), secrets)
  if (reason._tag === "Transport") return redact(connection(facts, detail, asked), secrets)
  if (reason._tag === "CutOff" && reason.phase === "before-output") {
    return `${originOf(asked?.address) ?? "The provider"} ended its answer before it said anything.`
  }
  const isModel = reason._tag === "InvalidRequest" && reason.because === "unknown-model" && asked !== undefined
  if (saysNoCredentials(facts.text)) {
    return `No credentials for ${originOf(asked?.address) ?? "the provider"} were found on this machine.${also(advice(reason, facts, asked))}`
  }
  const head = isModel ? `${originOf(asked.address)} has no model "${asked.model.model}"` : what[reason._tag]
  const where = placed.has(reason._tag) ? originOf(asked?.address) : undefined
  const status = facts.status !== undefined && facts.status >= 400 ? `status ${facts.status}` : undefined
  const facets = [status, where].filter((facet) => facet !== undefined)
  const full = facets.length === 0 ? head : `${head} (${facets.join(", ")})`
  return `${sentence(detail === "" ? full : `${full}: ${detail}`)}${isModel ? "" : also(advice(reason, facts, asked))}`
}
