import { answer, error, type Row } from "./row.ts"

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
  [
    "too much output",
    answer(400, {
      message: "invalid request: max tokens must be less than or equal to 4096 for this model, received 9000."
    }),
    "OutputLimit"
  ],
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
