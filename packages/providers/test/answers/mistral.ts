import { answer, error, type Row } from "./row.ts"

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
