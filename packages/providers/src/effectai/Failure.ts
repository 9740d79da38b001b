/** Errors of `effect/ai` as model errors. */
import { ModelError, type ModelErrorReason } from "@rein/core/schema/ModelError"
import { Duration, Redacted } from "effect"
import { AiError } from "effect/ai"
import { classify, type Options } from "../Classify.ts"

/** The reason that a provider's package has found; of some more can be said from what the server answered. */
const reasonOf = (
  reason: AiError.AiErrorReason,
  { phase = "before-output" }: Options
): ModelErrorReason | undefined => {
  switch (reason._tag) {
    case "RateLimitError":
      return {
        _tag: "RateLimited",
        ...(reason.retryAfter === undefined ? {} : { retryAfterMillis: Duration.toMillis(reason.retryAfter) })
      }
    case "QuotaExhaustedError":
      return { _tag: "Quota" }
    case "AuthenticationError":
      return { _tag: "Authentication" }
    case "ContentPolicyError":
      return { _tag: "ContentFiltered" }
    case "NetworkError":
      return { _tag: "Transport", phase }
    case "InternalProviderError":
      return { _tag: "Overloaded" }
    case "InvalidOutputError":
      return { _tag: "InvalidOutput" }
    case "InvalidRequestError":
    case "InvalidUserInputError":
    case "UnsupportedSchemaError":
      return { _tag: "InvalidRequest" }
    default:
      return undefined
  }
}

/** What the server answered, in the shape that the classifier reads. */
const answered = (reason: AiError.AiErrorReason, message: string): object | undefined => {
  const http = "http" in reason ? reason.http : undefined
  if (http?.response === undefined) return undefined
  const headers = Object.entries(http.response.headers).map(([name, value]) => [
    name,
    Redacted.isRedacted(value) ? "" : value
  ])
  return {
    message,
    statusCode: http.response.status,
    responseHeaders: Object.fromEntries(headers),
    responseBody: http.body ?? ""
  }
}

/** A model error of whatever a model of `effect/ai` has failed with. */
export const failureOf = (error: unknown, options: Options): ModelError => {
  if (!AiError.isAiError(error)) return classify(error, options)
  const { message, reason } = error
  const http = answered(reason, message)
  const made = classify(http ?? { message }, options)
  // An overflow is told by its text alone, whatever a package calls it.
  if (made.reason._tag === "ContextOverflow" || (http !== undefined && made.reason._tag !== "Unknown")) return made
  const found = reasonOf(reason, options)
  return found === undefined ? made : new ModelError({ ...made, message: made.message, reason: found })
}
