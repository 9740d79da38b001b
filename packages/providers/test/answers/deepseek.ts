import { answer, error, type Row } from "./row.ts"

const grok = (status: number, code: string, message: string) => answer(status, { code, error: message })
const exhausted = "Some resource has been exhausted"
const denied = "The caller does not have permission to execute the specified operation"

export const deepseek: ReadonlyArray<Row> = [
  [
    "no balance",
    answer(402, error("Insufficient Balance", { type: "unknown_error", param: null, code: "invalid_request_error" })),
    "Quota"
  ],
  [
    "wrong key",
    answer(
      401,
      error("Authentication Fails, Your api key: ****1234 is invalid", {
        type: "authentication_error",
        code: "invalid_request_error"
      })
    ),
    "Authentication"
  ],
  [
    "too long",
    answer(
      400,
      error(
        "This model's maximum context length is 65536 tokens. However, you requested 80000 tokens (79000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
        { type: "invalid_request_error", code: "invalid_request_error" }
      )
    ),
    "ContextOverflow"
  ],
  [
    "output too large",
    answer(
      400,
      error("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", { type: "invalid_request_error" })
    ),
    "OutputLimit"
  ],
  [
    "no model",
    answer(400, error("Model Not Exist", { type: "invalid_request_error" })),
    ["InvalidRequest", "unknown-model"]
  ],
  ["filtered", answer(400, error("Content Exists Risk", { type: "invalid_request_error" })), "ContentFiltered"],
  [
    "a field",
    answer(
      422,
      error("Failed to deserialize the JSON body into the target type: messages[1]: missing field `content`", {
        type: "invalid_request_error"
      })
    ),
    "InvalidRequest"
  ],
  [
    "busy",
    answer(
      503,
      error("Service is too busy. We advise users to temporarily switch to alternative LLM API service providers.", {
        type: "service_unavailable_error"
      })
    ),
    "Overloaded"
  ]
]

export const xai: ReadonlyArray<Row> = [
  [
    "no credits",
    grok(
      429,
      exhausted,
      "Your team x has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit."
    ),
    "Quota"
  ],
  [
    "a new team",
    grok(
      403,
      denied,
      "Your newly created team doesn't have any credits or licenses yet. You can purchase those on https://console.x.ai/team."
    ),
    "Quota"
  ],
  [
    "the rate",
    grok(
      429,
      exhausted,
      "Too many requests for team x and model grok-4. Your team's rate limit is - requests per second (actual/limit): 12/8."
    ),
    "RateLimited"
  ],
  [
    "too long",
    grok(
      400,
      "Client specified an invalid argument",
      "This model's maximum prompt length is 131072 but the request contains 140000 tokens."
    ),
    "ContextOverflow"
  ],
  [
    "wrong key",
    grok(
      400,
      "Client specified an invalid argument",
      "Incorrect API key provided: xa***12. You can obtain an API key from https://console.x.ai."
    ),
    "Authentication"
  ],
  [
    "no model",
    grok(
      404,
      "Some requested entity was not found",
      "The model grok-9 does not exist or your team x does not have access to it."
    ),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "filtered",
    grok(403, denied, "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO"),
    "ContentFiltered"
  ],
  [
    "busy",
    grok(
      503,
      "The service is currently unavailable",
      "Service temporarily unavailable. The model is at capacity and currently cannot serve this request."
    ),
    "Overloaded"
  ]
]

export const together: ReadonlyArray<Row> = [
  [
    "too long",
    answer(
      422,
      error("Input validation error: `inputs` must have less than 8192 tokens. Given: 9000", {
        type: "invalid_request_error"
      })
    ),
    "ContextOverflow"
  ],
  [
    "the output",
    answer(
      422,
      error(
        "`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 8000 `inputs` tokens and 2000 `max_new_tokens`",
        { type: "invalid_request_error" }
      )
    ),
    "OutputLimit"
  ],
  [
    "the rate",
    answer(
      429,
      error(
        "You have reached the rate limit specific to this model x. The maximum rate limit for this model is 60.0 queries per minute.",
        { type: "model_rate_limit" }
      )
    ),
    "RateLimited"
  ],
  [
    "no credit",
    answer(
      402,
      error("Credit limit exceeded, please navigate to https://api.together.ai/settings/billing to add credit.", {
        type: "credit_limit"
      })
    ),
    "Quota"
  ],
  [
    "no model",
    answer(
      404,
      error(
        "Unable to access model x. Please visit https://api.together.ai/models to view the list of supported models.",
        { code: "model_not_available" }
      )
    ),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "overloaded",
    answer(503, error("The server is overloaded or not ready yet.", { type: "service_unavailable" })),
    "Overloaded"
  ]
]

export const fireworks: ReadonlyArray<Row> = [
  [
    "too long",
    answer(
      400,
      error("The prompt is too long: 140000, model maximum context length: 131071", {
        object: "error",
        type: "invalid_request_error"
      })
    ),
    "ContextOverflow"
  ],
  [
    "suspended",
    answer(412, {
      error:
        "Account x is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices. Please go to https://fireworks.ai/account/billing for more information."
    }),
    "Quota"
  ],
  [
    "no model",
    answer(404, error("Model not found, inaccessible, and/or not deployed", { code: "NOT_FOUND" })),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "wrong key",
    answer(401, { error: { message: "The API key you provided is invalid.", code: "UNAUTHORIZED" } }),
    "Authentication"
  ],
  ["forbidden", answer(403, { fault: { faultstring: "unauthorized" } }), "Authentication"]
]
