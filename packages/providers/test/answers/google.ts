import { answer, event, type Row } from "./row.ts"

const say = (code: number, status: string, message: string, details: ReadonlyArray<object> = []) => ({
  error: { code, message, status, details }
})
const says = (code: number, status: string, message: string, details: ReadonlyArray<object> = []) =>
  answer(code, say(code, status, message, details))

const info = (reason: string) => ({
  "@type": "type.googleapis.com/google.rpc.ErrorInfo",
  reason,
  domain: "googleapis.com"
})
const retry = (retryDelay: string) => ({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay })
const violation = (quotaId: string) => ({
  "@type": "type.googleapis.com/google.rpc.QuotaFailure",
  violations: [{ quotaMetric: "generativelanguage.googleapis.com/generate_content_free_tier_requests", quotaId }]
})
const current = (limit: number, wait: string) =>
  `You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: ${limit}\nPlease retry in ${wait}.`

export const google: ReadonlyArray<Row> = [
  [
    "prepaid credits",
    says(
      429,
      "RESOURCE_EXHAUSTED",
      "Your prepayment credits are depleted. Please go to AI Studio to manage your billing.",
      []
    ),
    "Quota"
  ],
  [
    "requests of a minute",
    says(429, "RESOURCE_EXHAUSTED", current(10, "34.074824224s"), [
      violation("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"),
      retry("34s")
    ]),
    ["RateLimited", 34_000]
  ],
  [
    "a wait of a fraction",
    says(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", [retry("0.25s")]),
    ["RateLimited", 250]
  ],
  [
    "requests of a day, with a wait that is no use",
    says(429, "RESOURCE_EXHAUSTED", current(250, "21.5s"), [
      violation("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
      retry("21s")
    ]),
    "Quota"
  ],
  [
    "a day and a minute",
    says(429, "RESOURCE_EXHAUSTED", current(50, "2s"), [
      violation("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"),
      violation("GenerateRequestsPerDayPerProjectPerModel-FreeTier")
    ]),
    "Quota"
  ],
  [
    "a quota of nothing",
    says(429, "RESOURCE_EXHAUSTED", current(0, "20s"), [
      violation("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"),
      retry("20s")
    ]),
    "Quota"
  ],
  [
    "no more than that",
    says(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    "RateLimited"
  ],
  ["a rate that is only told in words", says(429, "RESOURCE_EXHAUSTED", current(10, "34.5s")), ["RateLimited", 34_500]],
  ["a day's quota, only told in words", says(429, "RESOURCE_EXHAUSTED", current(20, "10h3m2s")), "Quota"],
  [
    "an empty account",
    says(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details."),
    "Quota"
  ],
  [
    "wrong key",
    says(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [info("API_KEY_INVALID")]),
    "Authentication"
  ],
  [
    "wrong key, in words",
    says(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    "Authentication"
  ],
  ["an old key", says(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."), "Authentication"],
  [
    "no key",
    says(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established identity)."),
    "Authentication"
  ],
  [
    "a leaked key",
    says(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."),
    "Authentication"
  ],
  [
    "off",
    says(403, "PERMISSION_DENIED", "Generative Language API has not been used in project 1 before or it is disabled.", [
      info("SERVICE_DISABLED")
    ]),
    "Authentication"
  ],
  [
    "without billing",
    says(403, "PERMISSION_DENIED", "This API method requires billing to be enabled.", [info("BILLING_DISABLED")]),
    "Quota"
  ],
  [
    "too long",
    says(
      400,
      "INVALID_ARGUMENT",
      "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
    ),
    "ContextOverflow"
  ],
  [
    "output too large",
    says(
      400,
      "INVALID_ARGUMENT",
      "Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive)."
    ),
    "OutputLimit"
  ],
  [
    "a schema",
    says(
      400,
      "INVALID_ARGUMENT",
      "Invalid JSON payload received. Unknown name \"additionalProperties\" at 'tools[0]': Cannot find field."
    ),
    "InvalidRequest"
  ],
  [
    "an order",
    says(
      400,
      "INVALID_ARGUMENT",
      "Please ensure that function call turn comes immediately after a user turn or after a function response turn."
    ),
    "InvalidRequest"
  ],
  ["a place", says(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), "InvalidRequest"],
  [
    "no model",
    says(
      404,
      "NOT_FOUND",
      "models/gemini-9 is not found for API version v1beta, or is not supported for generateContent."
    ),
    ["InvalidRequest", "unknown-model"]
  ],
  ["overloaded", says(503, "UNAVAILABLE", "The model is overloaded. Please try again later."), "Overloaded"],
  [
    "broken",
    says(
      500,
      "INTERNAL",
      "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting"
    ),
    "Overloaded"
  ],
  ["too slow", says(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."), "Overloaded"],
  [
    "overloaded, in a list",
    answer(503, [say(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")]),
    "Overloaded"
  ],
  ["overloaded in the stream", event(say(503, "UNAVAILABLE", "The service is currently unavailable.")), "Overloaded"],
  [
    "blocked",
    event({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 4 } }),
    "ContentFiltered"
  ]
]

export const vertex: ReadonlyArray<Row> = [
  [
    "too long",
    says(
      400,
      "INVALID_ARGUMENT",
      "Unable to submit request because the input token count is 33432 but model only supports up to 32768. Reduce the input token count and try again."
    ),
    "ContextOverflow"
  ],
  [
    "shared capacity",
    says(
      429,
      "RESOURCE_EXHAUSTED",
      "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details."
    ),
    "RateLimited"
  ],
  [
    "requests of a minute",
    says(
      429,
      "RESOURCE_EXHAUSTED",
      "Quota exceeded for aiplatform.googleapis.com/generate_content_requests_per_minute_per_project_per_base_model with base model: gemini-3. Please submit a quota increase request."
    ),
    "RateLimited"
  ],
  ["no login", says(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."), "Authentication"],
  [
    "no permission",
    says(403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied on resource"),
    "Authentication"
  ],
  [
    "no model",
    says(
      404,
      "NOT_FOUND",
      "Publisher Model `projects/p/locations/l/publishers/google/models/x` was not found or your project does not have access to it."
    ),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "Anthropic behind it",
    answer(400, {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" }
    }),
    "ContextOverflow"
  ]
]
