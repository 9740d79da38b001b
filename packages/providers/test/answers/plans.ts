/** Limits of plans, of hours and longer, and servers that say things in words of their own. */
import { answer, error, event, type Row } from "./row.ts"

const invalid = (message: string) =>
  answer(400, { type: "error", error: { type: "invalid_request_error", message }, request_id: "req_1" })

const exhausted = (message: string, reason: string, delay: string) =>
  answer(429, {
    error: {
      code: 429,
      message,
      status: "RESOURCE_EXHAUSTED",
      details: [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: delay }
      ]
    }
  })

const unknown = ["InvalidRequest", "unknown-model"] as const

export const plans: ReadonlyArray<Row> = [
  ["use beside the plan", invalid("Apps of others draw from your extra usage. Add more in your settings."), "Quota"],
  ["an organization that was closed", invalid("This organization has been disabled."), "Authentication"],
  ["hours", exhausted("Your quota will reset after 5h59m59s.", "QUOTA_EXHAUSTED", "21599.9s"), "Quota"],
  [
    "seconds, in the same words",
    exhausted("Your quota will reset after 3s.", "RATE_LIMIT_EXCEEDED", "3.112s"),
    ["RateLimited", 3_112]
  ],
  ["of one person", answer(429, error("Individual quota reached.", { status: "RESOURCE_EXHAUSTED" })), "Quota"],
  [
    "a week",
    answer(429, error("You've hit a rate limit. Please try again in 58 hours.", { code: "user_weekly_rate_limited" })),
    "Quota"
  ],
  [
    "a day in seconds",
    answer(429, error("Rate limit of 50 per 86400s exceeded for UserByModelByDay.", { code: "RateLimitReached" })),
    "Quota"
  ],
  [
    "a minute in seconds",
    answer(429, error("Rate limit of 10 per 60s exceeded for UserByModelByMinute.", { code: "RateLimitReached" })),
    "RateLimited"
  ],
  ["an hour", answer(429, error("hour allocated quota exceeded.", { code: "throttling" })), "Quota"],
  ["five hours", answer(429, error("You have used all.", { code: "AccountQuotaExceeded" })), "Quota"]
]

export const ownWords: ReadonlyArray<Row> = [
  [
    "of a second, with 200",
    answer(200, { error_code: 18, error_msg: "Open api qps request limit reached" }),
    "RateLimited"
  ],
  ["of a day, with 200", answer(200, { error_code: 17, error_msg: "Open api daily request limit reached" }), "Quota"],
  ["too long, with 200", answer(200, { error_code: 336103, error_msg: "prompt tokens too long" }), "ContextOverflow"],
  [
    "what must stay does not fit",
    event(error("Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)")),
    "ContextOverflow"
  ],
  ["a window without its size", answer(400, error("model max length exceeded, max length:8192")), "ContextOverflow"],
  [
    "blocked on the way",
    answer(424, { error: [{ code: 2016, message: "Prompt blocked by its settings" }] }),
    "ContentFiltered"
  ],
  ["a guardrail", answer(446, error("The guardrail checks defined in the config failed.")), "ContentFiltered"],
  [
    "for safety",
    answer(400, error("We've limited access to this content for safety reasons.", { code: "invalid_prompt" })),
    "ContentFiltered"
  ],
  [
    "a tool whose name speaks of limits",
    answer(
      400,
      error("Invalid schema for 'check_quota_exceeded': ('rate_limit')", { code: "invalid_function_parameters" })
    ),
    "InvalidRequest"
  ],
  [
    "an output of which the input leaves half",
    answer(
      400,
      error(
        "This model's maximum context length is 131072 tokens. However, you requested 128000 output tokens and your prompt contains at least 3073 input tokens."
      )
    ),
    "OutputLimit"
  ],
  [
    "an input that leaves nothing",
    invalid("input length and `max_tokens` exceed context limit: 199759 + 8192 > 200000"),
    "ContextOverflow"
  ],
  [
    "a request above its minute, about",
    answer(
      429,
      error("Rate limit reached on tokens per minute (TPM): Limit 7000, Used 0, Requested ~12903. Try again in 50s.", {
        code: "rate_limit_exceeded"
      })
    ),
    "ContextOverflow"
  ],
  [
    "a card that would raise the rate",
    answer(
      429,
      error(
        "Rate limit reached on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. You can increase your rate limit by adding a payment method to your account.",
        { type: "requests", code: "rate_limit_exceeded" }
      )
    ),
    ["RateLimited", 20_000]
  ],
  [
    "credits that would raise the rate",
    answer(429, error("Rate limit exceeded. Purchase more credits for higher limits.")),
    "RateLimited"
  ],
  ["a card that must be there", answer(403, { detail: "please enter a payment method and buy credits" }), "Quota"],
  ["credits for this model", invalid("Usage credits are required for this model."), "Quota"],
  ["a cap", exhausted("Your project has exceeded its monthly spending cap.", "X", "1s"), "Quota"],
  [
    "one quota, with a link to the page of rates",
    answer(
      429,
      error("You exceeded your current quota, please check your plan. See https://ai.example/docs/rate-limits.", {
        status: "RESOURCE_EXHAUSTED"
      })
    ),
    "Quota"
  ],
  ["a week in words", answer(429, error("Weekly limit reached. Resets in 3 days.")), "Quota"],
  ["a trial", answer(429, error("Your trial has ended")), "Quota"],
  ["a model outside the plan", answer(403, { error: "this model requires a subscription or usage credits" }), "Quota"],
  ["tokens of a day", answer(429, error("request reached TPD rate limit, current: 15, limit: 10")), "Quota"],
  [
    "a moment with its zone",
    answer(429, error("Max parallel request limit reached. Rate limit resets at: 1970-01-01 00:00:30 UTC")),
    ["RateLimited", 30_000]
  ],
  ["seconds until it resets", answer(429, error("Rate limit reached (reset after 30s)")), ["RateLimited", 30_000]],
  [
    "an overload under the code of a rate",
    answer(429, {
      type: "error",
      error: { type: "rate_limit_error", message: "The engine is currently overloaded, please try again later" }
    }),
    "Overloaded"
  ],
  ["an overload with 400", answer(400, error("The model is overloaded. Please try again later.")), "Overloaded"],
  [
    "no capacity",
    exhausted("No capacity available for model x on the server", "MODEL_CAPACITY_EXHAUSTED", "5s"),
    ["Overloaded", 5_000]
  ],
  [
    "a name that is too long",
    answer(400, error("Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string of 40.")),
    "InvalidRequest"
  ],
  ["a body that is too large", invalid("Request payload size exceeds the limit: 20971520 bytes."), "ContextOverflow"],
  ["a header that is none", answer(400, "bad request: Authorization header is badly formatted\n"), "Authentication"],
  ["a key that was turned off", answer(400, error("Your API key has been disabled")), "Authentication"],
  ["a grant that is over", answer(400, { error: "invalid_grant", error_description: "Bad Request" }), "Authentication"],
  ["a model that was removed", answer(404, { message: "model 'x' was removed on May 1." }), unknown],
  ["a model that nobody serves", answer(404, error("No endpoints found for foo/bar.")), unknown],
  ["a model that is not supported", answer(422, error("The model 'x' is not supported")), unknown],
  ["a feature that no one serves", answer(404, error("No endpoints found that support tool use.")), "InvalidRequest"],
  ["comments and nothing else", answer(200, "\n: keep-alive\n\n: keep-alive\n\n"), "CutOff"],
  ["a part of a code", answer(400, { __type: "com.example.limits#ThrottlingException", message: "x" }), "RateLimited"],
  [
    "a censor",
    answer(451, error("The content you provided is blocked.", { type: "censorship_blocked" })),
    "ContentFiltered"
  ],
  [
    "tokens that cannot exceed the limit",
    answer(400, error("the number of input tokens 5000 cannot exceed the total tokens limit 4096 for this model")),
    "ContextOverflow"
  ],
  [
    "no capacity anywhere",
    answer(429, { detail: "Infrastructure is at maximum capacity, try again later" }),
    "Overloaded"
  ],
  ["used up, in Chinese", answer(400, error("资源包余量已用尽")), "Quota"],
  [
    "sizes of Mistral",
    answer(429, error("Requests rate limit exceeded"), {
      "ratelimitbysize-reset": "42",
      "ratelimitbysize-remaining": "0"
    }),
    ["RateLimited", 42_000]
  ],
  ["a quota of a month", answer(429, error("Monthly quota reached.")), "Quota"],
  ["tokens of a month", answer(429, { message: "Monthly token limit exceeded" }), "Quota"],
  [
    "a free tier that is a rate",
    answer(429, error("You have reached the free tier limit of 60 requests per minute", { type: "rate_limit" })),
    "RateLimited"
  ],
  [
    "a quota that asks for patience",
    answer(429, error("Online prediction request quota exceeded for x. Please try again later with backoff.")),
    "RateLimited"
  ],
  ["a model of a better plan", answer(404, { message: "Model 'x' is not available on the Free Tier." }), "Quota"],
  ["a budget", answer(403, error("You've reached your budget limit", { code: "budget_limit_reached" })), "Quota"],
  ["short words", answer(400, error("input too long", { code: "invalid_request_body" })), "ContextOverflow"],
  ["a rate of a day", answer(429, error("Number of request tokens has exceeded your daily rate limit")), "Quota"],
  ["a region", answer(403, error("This model is not available in your region.")), "Authentication"],
  [
    "a plan under the code of a rate",
    answer(
      429,
      error("You exceeded your current quota, please check your plan and billing details.", {
        status: "Too Many Requests"
      })
    ),
    "Quota"
  ]
]
