import { answer, error, event, type Row } from "./row.ts"

const limited = (message: string, headers: Record<string, string> = {}, type = "tokens") =>
  answer(429, error(message, { type, param: null, code: "rate_limit_exceeded" }), headers)

const quota = error(
  "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs.",
  { type: "insufficient_quota", param: null, code: "insufficient_quota" }
)

const invalid = (message: string, code: string | null = null, param: string | null = null) =>
  answer(400, error(message, { type: "invalid_request_error", param, code }))

const failed = (code: string, message: string) =>
  event({ type: "response.failed", sequence_number: 3, response: { status: "failed", error: { code, message } } })

export const openai: ReadonlyArray<Row> = [
  [
    "a message that is too long",
    invalid(
      "Invalid 'messages[1].content': string too long. Expected a string with maximum length 1048576, but got a string with length 1540820 instead.",
      "string_above_max_length"
    ),
    "ContextOverflow"
  ],
  ["no quota", answer(429, quota), "Quota"],
  ["no quota, by event", event(quota), "Quota"],
  ["no quota in a response", failed("insufficient_quota", "You exceeded your current quota."), "Quota"],
  ["the hard limit", invalid("Billing hard limit has been reached", "billing_hard_limit_reached"), "Quota"],
  [
    "an account that is off",
    answer(
      429,
      error("Your account is not active, please check your billing details on our website.", {
        code: "billing_not_active"
      })
    ),
    "Quota"
  ],
  [
    "tokens of a minute",
    limited(
      "Rate limit reached for gpt-5 in organization org-1 on tokens per min (TPM): Limit 30000, Used 29000, Requested 5000. Please try again in 8.004s. Visit https://platform.openai.com/account/rate-limits to learn more."
    ),
    ["RateLimited", 8_004]
  ],
  [
    "requests of a day",
    limited(
      "Rate limit reached for gpt-5 in organization org-1 on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.",
      {},
      "requests"
    ),
    ["RateLimited", 432_000]
  ],
  [
    "resets, of which one is used up",
    limited("Rate limit reached.", {
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1h0m0s",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "6m0s"
    }),
    ["RateLimited", 360_000]
  ],
  ["milliseconds before seconds", limited("x", { "retry-after-ms": "120", "retry-after": "1" }), ["RateLimited", 120]],
  [
    "one request above the minute",
    limited(
      "Request too large for gpt-5 in organization org-1 on tokens per min (TPM): Limit 30000, Requested 41000. The input or output tokens must be reduced in order to run successfully."
    ),
    "ContextOverflow"
  ],
  [
    "more than the minute holds, without saying so",
    limited("Rate limit reached for gpt-5 on tokens per min (TPM): Limit 30000, Used 0, Requested 41000."),
    "ContextOverflow"
  ],
  ["a spend limit", answer(429, error("Limit", { code: "project_spend_limit_exceeded" })), "Quota"],
  ["slow down with 429", answer(429, error("Slow down", { code: "slow_down" })), "RateLimited"],
  ["too many at once", answer(429, error("Too Many Requests", { type: "requests" })), "RateLimited"],
  [
    "overflow by code",
    invalid(
      "Your input exceeds the context window of this model. Please adjust your input and try again.",
      "context_length_exceeded",
      "input"
    ),
    "ContextOverflow"
  ],
  [
    "overflow in words",
    invalid(
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens. Please reduce the length of the messages."
    ),
    "ContextOverflow"
  ],
  [
    "overflow in a response",
    failed("context_length_exceeded", "Your input exceeds the context window of this model."),
    "ContextOverflow"
  ],
  [
    "only the output is too large",
    invalid(
      "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (1000 in the messages, 8000 in the completion). Please reduce the length of the messages or completion.",
      "context_length_exceeded"
    ),
    "OutputLimit"
  ],
  [
    "max_tokens above the model's",
    invalid(
      "max_tokens is too large: 200000. This model supports at most 16384 completion tokens, whereas you provided 200000.",
      "invalid_value",
      "max_tokens"
    ),
    "OutputLimit"
  ],
  [
    "max_output_tokens above the model's",
    invalid(
      "Invalid 'max_output_tokens': integer above maximum value. Expected a value <= 128000, but got 200000 instead.",
      "integer_above_max_value",
      "max_output_tokens"
    ),
    "OutputLimit"
  ],
  [
    "the output ran out",
    invalid(
      "Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens."
    ),
    "OutputLimit"
  ],
  [
    "another name for max_tokens",
    invalid(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      "unsupported_parameter",
      "max_tokens"
    ),
    "InvalidRequest"
  ],
  ["a parameter", invalid("Unknown parameter: 'foo'.", "unknown_parameter", "foo"), "InvalidRequest"],
  [
    "a schema",
    invalid(
      "Invalid schema for function 'look': schema must be a JSON Schema of 'type: \"object\"'",
      "invalid_function_parameters"
    ),
    "InvalidRequest"
  ],
  [
    "a text that is too long",
    invalid("Invalid 'tools[0].name': string too long.", "string_above_max_length"),
    "InvalidRequest"
  ],
  [
    "an answer that is gone",
    invalid("Previous response with id 'resp_1' not found.", "previous_response_not_found"),
    "InvalidRequest"
  ],
  [
    "wrong key",
    answer(
      401,
      error("Incorrect API key provided: sk-abc***xyz.", { type: "invalid_request_error", code: "invalid_api_key" })
    ),
    "Authentication"
  ],
  [
    "no key",
    answer(401, error("You didn't provide an API key.", { type: "invalid_request_error", code: null })),
    "Authentication"
  ],
  ["no organization", answer(401, error("You must be a member of an organization to use the API")), "Authentication"],
  [
    "a region",
    answer(403, error("Country, region, or territory not supported", { code: "unsupported_country_region_territory" })),
    "Authentication"
  ],
  [
    "no model",
    answer(
      404,
      error("The model `gpt-9` does not exist or you do not have access to it.", { code: "model_not_found" })
    ),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "no model for the project",
    answer(403, error("Project `proj_1` does not have access to model `gpt-5`", { code: "model_not_found" })),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "no model in a response",
    failed("model_not_found", "The model `gpt-9` does not exist."),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "filtered",
    invalid("Your request was rejected as a result of our safety system.", "content_policy_violation"),
    "ContentFiltered"
  ],
  [
    "flagged",
    invalid("Invalid prompt: your prompt was flagged as potentially violating our usage policy.", "invalid_prompt"),
    "ContentFiltered"
  ],
  [
    "broken",
    answer(
      500,
      error("The server had an error while processing your request. Sorry about that!", { type: "server_error" })
    ),
    "Overloaded"
  ],
  [
    "overloaded",
    answer(503, error("The engine is currently overloaded, please try again later", { type: "server_error" })),
    "Overloaded"
  ],
  ["slow down", answer(503, error("Slow down", { code: "slow_down" })), "Overloaded"],
  ["broken in a response", failed("server_error", "The server had an error processing your request."), "Overloaded"],
  [
    "overloaded by event",
    event({
      type: "error",
      error: {
        type: "service_unavailable_error",
        code: "server_is_overloaded",
        message: "Our servers are currently overloaded."
      }
    }),
    "Overloaded"
  ],
  [
    "limited in a response",
    failed("rate_limit_exceeded", "Rate limit reached for gpt-5 on tokens per min. Please try again in 11.054s."),
    ["RateLimited", 11_054]
  ],
  ["a conflict", answer(409, error("Another process is using this resource.")), "Overloaded"]
]

export const codex: ReadonlyArray<Row> = [
  [
    "the plan's limit",
    answer(429, {
      error: {
        type: "usage_limit_reached",
        message: "The usage limit has been reached",
        plan_type: "plus",
        resets_in_seconds: 3_600
      }
    }),
    "Quota"
  ],
  [
    "not in the plan",
    answer(429, { error: { type: "usage_not_included", message: "To use this model, upgrade to Plus." } }),
    "Quota"
  ],
  [
    "a stream that broke off",
    { text: "stream disconnected before completion: stream closed before response.completed" },
    "CutOff"
  ],
  [
    "an image that is refused in the stream",
    failed("image_too_large", "The image is larger than what is allowed."),
    "InvalidRequest"
  ],
  ["a sudden rise of requests", failed("slow_down", "Slow down"), "Overloaded"],
  [
    "what is only called invalid in the stream",
    event({ type: "error", error: { type: "invalid_request_error", message: "It could not be verified." } }),
    "InvalidRequest"
  ]
]
