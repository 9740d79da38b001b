import { answer, event, type Row } from "./row.ts"

const router = (code: number | string, message: string, metadata: object = {}) => ({
  error: { code, message, metadata }
})

export const openrouter: ReadonlyArray<Row> = [
  [
    "flagged, and nothing was paid for it",
    answer(403, router(403, 'x requires moderation. Your input was flagged for "violence". No credits were charged.')),
    "ContentFiltered"
  ],
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
