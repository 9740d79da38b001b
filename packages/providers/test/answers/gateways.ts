import { answer, error, page, type Row } from "./row.ts"

const lite = (status: number, message: string, type: string | null = null) =>
  answer(status, error(message, { type, param: null, code: String(status) }))

export const litellm: ReadonlyArray<Row> = [
  [
    "limited",
    lite(
      429,
      'litellm.RateLimitError: AnthropicException - {"type":"error","error":{"type":"rate_limit_error","message":"Slow"}}',
      "throttling_error"
    ),
    "RateLimited"
  ],
  [
    "none left",
    lite(
      429,
      "No deployments available for selected model, Try again in 60 seconds. Passed model=x. pre-call-checks=False, cooldown_list=[]"
    ),
    ["RateLimited", 60_000]
  ],
  [
    "too long",
    lite(400, "litellm.ContextWindowExceededError: litellm.BadRequestError: OpenAIException - x"),
    "ContextOverflow"
  ],
  [
    "the budget",
    lite(400, "Budget has been exceeded! Current cost: 10.01, Max budget: 10.0", "budget_exceeded"),
    "Quota"
  ],
  [
    "its own key",
    lite(401, "Authentication Error, Invalid proxy server token passed.", "token_not_found_in_db"),
    "Authentication"
  ],
  [
    "a key behind it, with 500",
    lite(500, "litellm.AuthenticationError: OpenAIException - Incorrect API key provided"),
    "Authentication"
  ],
  [
    "overloaded behind it",
    lite(
      500,
      'litellm.InternalServerError: AnthropicException - {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    ),
    "Overloaded"
  ],
  ["filtered", lite(400, "litellm.ContentPolicyViolationError: AzureException - x"), "ContentFiltered"],
  [
    "no model",
    lite(
      400,
      "/chat/completions: Invalid model name passed in model=x. Call `/v1/models` to view available models for your key."
    ),
    ["InvalidRequest", "unknown-model"]
  ],
  ["slow", lite(408, "litellm.Timeout: APITimeoutError - Request timed out."), "Overloaded"]
]

export const vercel: ReadonlyArray<Row> = [
  [
    "no funds",
    answer(
      402,
      error("Insufficient funds. Please add credits to your account to continue using AI services.", {
        type: "insufficient_funds"
      })
    ),
    "Quota"
  ],
  [
    "no card",
    answer(
      403,
      error("AI Gateway requires a valid credit card on file to service requests.", {
        type: "customer_verification_required"
      })
    ),
    "Quota"
  ],
  ["limited", answer(429, error("Rate limit exceeded", { type: "rate_limit_exceeded" })), "RateLimited"],
  [
    "no model",
    answer(404, error("Model 'x' not found", { type: "model_not_found" })),
    ["InvalidRequest", "unknown-model"]
  ]
]

export const cloudflare: ReadonlyArray<Row> = [
  [
    "its key",
    answer(401, {
      success: false,
      errors: [{ code: 10_000, message: "Authentication error" }],
      messages: [],
      result: null
    }),
    "Authentication"
  ],
  [
    "capacity",
    answer(429, {
      success: false,
      errors: [{ code: 3_040, message: "Capacity temporarily exceeded, please try again." }]
    }),
    "Overloaded"
  ],
  [
    "the free allocation",
    answer(429, {
      success: false,
      errors: [
        { code: 3_036, message: "you have used up your daily free allocation of 10,000 neurons, please upgrade" }
      ]
    }),
    "Quota"
  ],
  [
    "no model",
    answer(400, { success: false, errors: [{ code: 5_007, message: "No such model x or task" }] }),
    ["InvalidRequest", "unknown-model"]
  ],
  ["502", answer(502, page("502 Bad Gateway")), "Overloaded"],
  ["520", answer(520, page("Web server is returning an unknown error")), "Overloaded"],
  ["521", answer(521, page("Web server is down")), "Overloaded"],
  ["522", answer(522, page("Connection timed out")), "Overloaded"],
  ["524", answer(524, "error code: 524"), "Overloaded"],
  ["1015", answer(429, page("You are being rate limited")), "RateLimited"],
  ["a challenge", answer(403, page("Just a moment...")), "Authentication"]
]

export const scaleway: ReadonlyArray<Row> = [
  [
    "too many at once",
    answer(429, {
      status: 429,
      error: "INSUFFICIENT QUOTA",
      message: "You exceeded your current limit of concurrent requests."
    }),
    "RateLimited"
  ]
]

export const proxies: ReadonlyArray<Row> = [
  ["nginx 502", answer(502, "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>"), "Overloaded"],
  ["nginx 504", answer(504, page("504 Gateway Time-out")), "Overloaded"],
  ["nginx 413", answer(413, page("413 Request Entity Too Large")), "ContextOverflow"],
  [
    "Envoy",
    answer(503, "upstream connect error or disconnect/reset before headers. reset reason: connection failure"),
    "Overloaded"
  ],
  [
    "no upstream",
    answer(503, "no healthy upstream", { "retry-after": "Thu, 01 Jan 1970 00:00:05 GMT" }),
    ["Overloaded", 5_000]
  ],
  ["a login page", answer(200, page("Sign in"), { "content-type": "text/html" }), ["InvalidOutput", "lasting"]],
  ["another address", answer(302, "", { location: "https://login.example/" }), "InvalidRequest"],
  ["a proxy's login", answer(407, page("Proxy Authentication Required")), "Authentication"],
  ["a network's login", answer(511, page("Network Authentication Required")), "Authentication"],
  ["no page", answer(404, page("404 Not Found")), "InvalidRequest"],
  ["no method", answer(405, { detail: "Method Not Allowed" }), "InvalidRequest"],
  ["too often", answer(429, ""), "RateLimited"],
  ["nothing with status 200", { status: 200, body: "" }, "CutOff"],
  ["something else with status 200", answer(200, { hello: "world" }), "InvalidOutput"],
  ["nothing with status 500", { status: 500 }, "Overloaded"],
  ["one that wants another try", answer(400, "x", { "x-should-retry": "true" }), "Overloaded"]
]

const limited = (headers: Record<string, string>) => answer(429, "", headers)

export const waits: ReadonlyArray<Row> = [
  ["seconds", limited({ "retry-after": "7" }), ["RateLimited", 7_000]],
  ["a fraction", limited({ "retry-after": "1.5" }), ["RateLimited", 1_500]],
  ["a duration", limited({ "retry-after": "1m30s" }), ["RateLimited", 90_000]],
  ["a date", limited({ "Retry-After": "Thu, 01 Jan 1970 00:00:10 GMT" }), ["RateLimited", 10_000]],
  ["a date that is over", { ...limited({ "retry-after": "Wed, 31 Dec 1969 23:00:00 GMT" }) }, ["RateLimited", 0]],
  ["Unix time", limited({ "x-ratelimit-reset": "1000000000" }), ["RateLimited", 1e12]],
  ["Unix time in milliseconds", limited({ "x-ratelimit-reset": "100000000000" }), ["RateLimited", 1e11]],
  ["milliseconds", limited({ "x-ratelimit-reset-ms": "1500" }), ["RateLimited", 1_500]],
  ["seconds until the reset", limited({ "x-rate-limit-reset": "30" }), ["RateLimited", 30_000]],
  ["until the reset after", limited({ "x-ratelimit-reset-after": "2.5" }), ["RateLimited", 2_500]],
  ["without a prefix", limited({ "ratelimit-reset": "12" }), ["RateLimited", 12_000]],
  ["a list", limited({ ratelimit: "limit=100, remaining=0, reset=50" }), ["RateLimited", 50_000]],
  ["a newer list", limited({ ratelimit: '"default";r=0;t=50' }), ["RateLimited", 50_000]],
  ["an ISO date", limited({ "anthropic-ratelimit-tokens-reset": "1970-01-01T00:01:00Z" }), ["RateLimited", 60_000]],
  ["tokens of Azure", limited({ "x-ms-retry-after-ms": "250" }), ["RateLimited", 250]],
  ["hours in words", answer(429, "Please wait 1 hour and 5 minutes before trying again."), ["RateLimited", 3_900_000]],
  ["nonsense", limited({ "retry-after": "soon", "x-ratelimit-reset": "later" }), "RateLimited"]
]
