import { answer, event, type Row } from "./row.ts"

const say = (type: string, message: string) => ({ type: "error", error: { type, message }, request_id: "req_1" })
const invalid = (message: string) => answer(400, say("invalid_request_error", message))

export const anthropic: ReadonlyArray<Row> = [
  ["prompt too long", invalid("prompt is too long: 210000 tokens > 200000 maximum"), "ContextOverflow"],
  ["too many bytes", answer(413, say("request_too_large", "Request exceeds the maximum size")), "ContextOverflow"],
  [
    "input and max_tokens, where the input fits",
    invalid(
      "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again"
    ),
    "OutputLimit"
  ],
  [
    "input and max_tokens, where it does not",
    invalid("input length and `max_tokens` exceed context limit: 201000 + 21333 > 200000"),
    "ContextOverflow"
  ],
  [
    "max_tokens above the model's",
    invalid("max_tokens: 300000 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5"),
    "OutputLimit"
  ],
  [
    "max_tokens below the thinking",
    invalid("`max_tokens` must be greater than `thinking.budget_tokens`."),
    "InvalidRequest"
  ],
  ["max_tokens missing", invalid("max_tokens: Field required"), "InvalidRequest"],
  [
    "a picture that is too large",
    invalid("messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6291456 bytes > 5242880 bytes"),
    "InvalidRequest"
  ],
  [
    "results that are missing",
    invalid("messages.2: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1"),
    "InvalidRequest"
  ],
  ["too many marks", invalid("A maximum of 4 blocks with cache_control may be provided. Found 5."), "InvalidRequest"],
  [
    "no credit",
    invalid(
      "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."
    ),
    "Quota"
  ],
  [
    "no extra usage",
    invalid("You're out of extra usage. Add more at claude.ai/settings/usage and keep going."),
    "Quota"
  ],
  [
    "the limit that was set",
    invalid("You have reached your specified API usage limits. You will regain access on 2026-01-01 at 00:00 UTC."),
    "Quota"
  ],
  [
    "billing",
    answer(402, say("billing_error", "There is an issue with your billing or payment information.")),
    "Quota"
  ],
  [
    "a long context without extra usage",
    answer(429, say("rate_limit_error", "Extra usage is required for long context requests.")),
    "Quota"
  ],
  [
    "the rate of tokens",
    answer(
      429,
      say(
        "rate_limit_error",
        "This request would exceed your organization's rate limit of 40,000 input tokens per minute. Please reduce the prompt length or the maximum tokens requested, or try again later. You may also contact sales to discuss your options for a rate limit increase."
      ),
      { "retry-after": "12", "x-should-retry": "true" }
    ),
    ["RateLimited", 12_000]
  ],
  [
    "the rate, with dates",
    answer(429, say("rate_limit_error", "Number of request tokens has exceeded your per-minute rate limit"), {
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-requests-reset": "1970-01-01T00:02:00Z",
      "anthropic-ratelimit-input-tokens-remaining": "0",
      "anthropic-ratelimit-input-tokens-reset": "1970-01-01T00:00:30Z"
    }),
    ["RateLimited", 30_000]
  ],
  ["no key", answer(401, say("authentication_error", "x-api-key header is required")), "Authentication"],
  ["wrong key", answer(401, say("authentication_error", "invalid x-api-key")), "Authentication"],
  ["an old login", answer(401, say("authentication_error", "OAuth token has expired.")), "Authentication"],
  [
    "no permission",
    answer(403, say("permission_error", "Your API key does not have permission to use the specified resource.")),
    "Authentication"
  ],
  ["forbidden", answer(403, { error: { type: "forbidden", message: "Request not allowed" } }), "Authentication"],
  ["no such model", answer(404, say("not_found_error", "model: claude-9")), ["InvalidRequest", "unknown-model"]],
  ["no such path", answer(404, say("not_found_error", "Not found")), "InvalidRequest"],
  ["filtered", invalid("Output blocked by content filtering policy"), "ContentFiltered"],
  ["broken", answer(500, say("api_error", "Internal server error")), "Overloaded"],
  ["overloaded", answer(529, say("overloaded_error", "Overloaded")), "Overloaded"],
  ["its own time is over", answer(504, say("timeout_error", "Request timed out.")), "Overloaded"],
  ["its own time is over in the stream", event(say("timeout_error", "Request timed out.")), "Overloaded"],
  ["overloaded in the stream", event(say("overloaded_error", "Overloaded")), "Overloaded"],
  ["broken in the stream", event(say("api_error", "Internal server error")), "Overloaded"],
  [
    "limited in the stream",
    event(say("rate_limit_error", "This request would exceed your organization's rate limit")),
    "RateLimited"
  ],
  [
    "the event as it came",
    { status: 200, body: `event: error\ndata: ${JSON.stringify(say("overloaded_error", "Overloaded"))}\n\n` },
    "Overloaded"
  ],
  [
    "another try is not wanted",
    answer(529, say("overloaded_error", "Overloaded"), { "x-should-retry": "false" }),
    ["Overloaded", "lasting"]
  ]
]
