import { answer, error, event, type Row } from "./row.ts"

const flat = (status: number, message: string, type: string, code: string) =>
  answer(status, { object: "error", message, type, param: null, code })

export const mistral: ReadonlyArray<Row> = [
  [
    "too long",
    flat(
      400,
      "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
      "invalid_request_prompt",
      "3051"
    ),
    "ContextOverflow"
  ],
  ["too long, without a word", { status: 400, body: "", provider: "mistral" }, "ContextOverflow"],
  ["the rate", answer(429, { message: "Requests rate limit exceeded" }), "RateLimited"],
  ["the rate, by code", flat(429, "Rate limit exceeded", "rate_limited", "1300"), "RateLimited"],
  [
    "the tier",
    flat(429, "Service tier capacity exceeded for this model.", "service_tier_capacity_exceeded", "3505"),
    "RateLimited"
  ],
  ["no model", flat(400, "Invalid model: mistral-9", "invalid_model", "1500"), ["InvalidRequest", "unknown-model"]],
  ["wrong key", answer(401, { message: "Unauthorized", request_id: "r" }), "Authentication"],
  ["no subscription", answer(401, { message: "Inactive subscription or usage limit reached" }), "Quota"],
  [
    "an extra field",
    answer(422, {
      object: "error",
      message: {
        detail: [
          { type: "extra_forbidden", loc: ["body", "x"], msg: "Extra inputs are not permitted", input: "rate limit" }
        ]
      },
      type: "invalid_request_error"
    }),
    "InvalidRequest"
  ],
  [
    "an order",
    flat(
      400,
      "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
      "invalid_request_message_order",
      "3230"
    ),
    "InvalidRequest"
  ],
  ["unreachable", flat(503, "Service unavailable.", "unreachable_backend", "1100"), "Overloaded"],
  ["broken", flat(500, "Service unavailable.", "internal_server_error", "3000"), "Overloaded"]
]

export const groq: ReadonlyArray<Row> = [
  [
    "one request above the minute",
    answer(
      413,
      error(
        "Request too large for model `x` in organization `org` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size and try again. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing",
        { type: "tokens", code: "rate_limit_exceeded" }
      )
    ),
    "ContextOverflow"
  ],
  [
    "tokens of a minute",
    answer(
      429,
      error(
        "Rate limit reached for model `x` in organization `org` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Used 5000, Requested 2000. Please try again in 10s. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing",
        { type: "tokens", code: "rate_limit_exceeded" }
      )
    ),
    ["RateLimited", 10_000]
  ],
  [
    "tokens of a day that come back soon",
    answer(
      429,
      error(
        "Rate limit reached for model `x` on tokens per day (TPD): Limit 100000, Used 99900, Requested 500. Please try again in 5m45.6s.",
        { type: "tokens", code: "rate_limit_exceeded" }
      )
    ),
    ["RateLimited", 345_600]
  ],
  [
    "a call that went wrong",
    answer(
      400,
      error("Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.", {
        type: "invalid_request_error",
        code: "tool_use_failed",
        failed_generation: "prompt is too long"
      })
    ),
    "InvalidOutput"
  ],
  [
    "too long",
    answer(
      400,
      error("Please reduce the length of the messages or completion.", {
        type: "invalid_request_error",
        code: "context_length_exceeded"
      })
    ),
    "ContextOverflow"
  ],
  [
    "output too large",
    answer(
      400,
      error(
        "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model",
        { type: "invalid_request_error" }
      )
    ),
    "OutputLimit"
  ],
  ["flex", answer(498, error("Flex tier capacity exceeded", { code: "capacity_exceeded" })), "Overloaded"],
  [
    "over capacity",
    answer(
      503,
      error("x is currently over capacity. Please try again and back off exponentially.", {
        type: "internal_server_error"
      })
    ),
    "Overloaded"
  ],
  [
    "a model of old",
    answer(
      400,
      error("The model `x` has been decommissioned and is no longer supported.", { code: "model_decommissioned" })
    ),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "wrong key",
    answer(401, error("Invalid API Key", { type: "invalid_request_error", code: "invalid_api_key" })),
    "Authentication"
  ],
  [
    "restricted",
    answer(
      400,
      error("Organization has been restricted. Please reach out to support if you believe this was in error.", {
        code: "organization_restricted"
      })
    ),
    "Authentication"
  ],
  [
    "spent",
    answer(
      400,
      error("API access blocked: your organization has reached its spend limit", { code: "blocked_api_access" })
    ),
    "Quota"
  ]
]

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

const grok = (status: number, code: string, message: string) => answer(status, { code, error: message })
const exhausted = "Some resource has been exhausted"
const denied = "The caller does not have permission to execute the specified operation"

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

const wafer = (status: number, message: string, type: string, code: string) =>
  answer(status, { message, type, param: "quota", code })

export const cerebras: ReadonlyArray<Row> = [
  [
    "requests of a minute",
    wafer(
      429,
      "Requests per minute limit exceeded - too many requests sent.",
      "too_many_requests_error",
      "request_quota_exceeded"
    ),
    "RateLimited"
  ],
  [
    "tokens of a minute, with resets",
    {
      ...wafer(
        429,
        "Tokens per minute limit exceeded - too many tokens processed.",
        "too_many_tokens_error",
        "token_quota_exceeded"
      ),
      headers: {
        "x-ratelimit-remaining-requests-day": "14000",
        "x-ratelimit-reset-requests-day": "33011.382867",
        "x-ratelimit-remaining-tokens-minute": "0",
        "x-ratelimit-reset-tokens-minute": "11.382867"
      }
    },
    ["RateLimited", 11_383]
  ],
  [
    "high traffic",
    wafer(
      429,
      "We're experiencing high traffic right now! Please try again soon.",
      "too_many_requests_error",
      "queue_exceeded"
    ),
    "Overloaded"
  ],
  [
    "too long",
    answer(400, {
      message: "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
      type: "invalid_request_error",
      param: "messages",
      code: "context_length_exceeded"
    }),
    "ContextOverflow"
  ],
  ["too long, without a word", { status: 400, body: "", provider: "cerebras" }, "ContextOverflow"],
  [
    "wrong key",
    answer(401, { message: "Wrong API Key", type: "invalid_request_error", param: "api_key", code: "wrong_api_key" }),
    "Authentication"
  ],
  [
    "no model",
    answer(404, { message: "Model x does not exist or you do not have access to it.", code: "model_not_found" }),
    ["InvalidRequest", "unknown-model"]
  ]
]

export const cohere: ReadonlyArray<Row> = [
  ["wrong key", answer(401, { message: "invalid api token" }), "Authentication"],
  [
    "a trial's minute",
    answer(429, {
      message:
        "You are using a Trial key, which is limited to 20 API calls / minute. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'."
    }),
    "RateLimited"
  ],
  [
    "a trial's month",
    answer(429, { message: "You are using a Trial key, which is limited to 1000 API calls / month." }),
    "Quota"
  ],
  [
    "too long",
    answer(400, { message: "too many tokens: size limit exceeded by 1234 tokens. Try using shorter or fewer inputs." }),
    "ContextOverflow"
  ],
  [
    "output too large",
    answer(400, { message: "max_tokens must be less than or equal to 4096; received 8000." }),
    "OutputLimit"
  ],
  [
    "no model",
    answer(404, {
      message: "model 'x' not found, make sure the correct model ID was used and that you have access to the model."
    }),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "no payment",
    answer(402, {
      message: "Please add or update your payment method at https://dashboard.cohere.com/billing to continue"
    }),
    "Quota"
  ]
]

export const perplexity: ReadonlyArray<Row> = [
  [
    "no quota with 401",
    answer(
      401,
      error("You exceeded your current quota, please check your plan and billing details.", {
        type: "insufficient_quota",
        code: 401
      })
    ),
    "Quota"
  ],
  [
    "a page with 401",
    answer(401, "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n</html>"),
    "Authentication"
  ],
  [
    "no model",
    answer(
      400,
      error("Invalid model 'x'. Permitted models can be found in the documentation.", {
        type: "invalid_model",
        code: 400
      })
    ),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "an order",
    answer(400, error("Last message must have role `user` or `tool`", { type: "invalid_message", code: 400 })),
    "InvalidRequest"
  ],
  [
    "the rate",
    answer(
      429,
      error("Request rate limit exceeded, please try again later.", { type: "requests_limit_exceeded", code: 429 })
    ),
    "RateLimited"
  ]
]

export const deepinfra: ReadonlyArray<Row> = [
  ["no key", answer(403, { detail: { error: "Not authenticated" } }), "Authentication"],
  ["busy", answer(429, error("Model busy, retry later")), "Overloaded"],
  ["the rate", answer(429, { detail: "Rate limited" }), "RateLimited"],
  ["no balance", answer(402, { detail: { error: "inference prohibited, please enter a payment method" } }), "Quota"],
  ["broken", answer(500, { detail: "inference exception" }), "Overloaded"]
]

export const huggingFace: ReadonlyArray<Row> = [
  ["overloaded", answer(429, { error: "Model is overloaded", error_type: "overloaded" }), "Overloaded"],
  ["loading", answer(503, { error: "Model x is currently loading", estimated_time: 20 }), ["Overloaded", 20_000]],
  [
    "no credits",
    answer(402, {
      error:
        "You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits."
    }),
    "Quota"
  ],
  ["wrong token", answer(401, { error: "Invalid credentials in Authorization header" }), "Authentication"],
  [
    "no model",
    answer(400, { error: "The requested model 'x' is not supported by any provider you have enabled." }),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "the output",
    answer(422, {
      error:
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 500 `max_new_tokens`",
      error_type: "validation"
    }),
    "OutputLimit"
  ]
]

const router = (code: number | string, message: string, metadata: object = {}) => ({
  error: { code, message, metadata }
})

export const openrouter: ReadonlyArray<Row> = [
  [
    "no credits",
    answer(402, router(402, "Insufficient credits. Add more using https://openrouter.ai/settings/credits")),
    "Quota"
  ],
  [
    "more credits or less output",
    answer(
      402,
      router(
        402,
        "This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only afford 1200."
      )
    ),
    "Quota"
  ],
  [
    "a key's limit",
    answer(403, router(403, "Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys")),
    "Quota"
  ],
  ["no credits with status 200", answer(200, router(402, "Insufficient credits.")), "Quota"],
  ["no key", answer(401, router(401, "No auth credentials found")), "Authentication"],
  [
    "free requests of a minute",
    answer(
      429,
      router(429, "Rate limit exceeded: free-models-per-min. ", {
        headers: { "X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "40000" }
      })
    ),
    ["RateLimited", 40_000_000]
  ],
  [
    "free requests of a day",
    answer(
      429,
      router(429, "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day")
    ),
    "Quota"
  ],
  [
    "limited behind it",
    answer(
      429,
      router(429, "Provider returned error", {
        raw: "google/x is temporarily rate-limited upstream. Please retry shortly.",
        provider_name: "Google"
      })
    ),
    "RateLimited"
  ],
  [
    "too long behind it",
    answer(
      400,
      router(400, "Provider returned error", {
        raw: JSON.stringify({
          type: "error",
          error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" }
        })
      })
    ),
    "ContextOverflow"
  ],
  [
    "too long",
    answer(
      400,
      router(
        400,
        "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (139000 of text input, 1000 in the output). Please reduce the length of either one."
      )
    ),
    "ContextOverflow"
  ],
  [
    "the output",
    answer(
      400,
      router(
        400,
        "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (30000 of text input, 1000 of tool input, 109000 in the output)."
      )
    ),
    "OutputLimit"
  ],
  [
    "moderated",
    answer(
      403,
      router(403, 'x requires moderation. Your input was flagged for "violence".', {
        reasons: ["violence"],
        flagged_input: "no credits"
      })
    ),
    "ContentFiltered"
  ],
  ["no model", answer(400, router(400, "x is not a valid model ID")), ["InvalidRequest", "unknown-model"]],
  ["no endpoint", answer(404, router(404, "No endpoints found that support tool use.")), "InvalidRequest"],
  ["broken behind it", answer(502, router(502, "Provider returned error")), "Overloaded"],
  ["broken with status 200", answer(200, router(502, "Provider returned error")), "Overloaded"],
  [
    "broken in the stream",
    event({
      id: "gen-1",
      object: "chat.completion.chunk",
      error: { code: "server_error", message: "Provider disconnected unexpectedly" },
      choices: [{ index: 0, delta: { content: "rate limit" }, finish_reason: "error" }]
    }),
    "Overloaded"
  ],
  ["limited in the stream", event({ error: { code: 429, message: "Provider returned error" } }), "RateLimited"],
  [
    "broken in a choice",
    event({ choices: [{ index: 0, error: { code: 502, message: "Upstream error" } }] }),
    "Overloaded"
  ]
]
