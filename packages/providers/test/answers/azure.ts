import { answer, error, event, type Row } from "./row.ts"

const azureSays = (status: number, code: string, message: string) => answer(status, { error: { code, message } })

export const azure: ReadonlyArray<Row> = [
  [
    "the rate of tokens",
    azureSays(
      429,
      "429",
      "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2025-01-01 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 6 seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."
    ),
    ["RateLimited", 6_000]
  ],
  [
    "the rate, by its gateway",
    answer(429, { statusCode: 429, message: "Rate limit is exceeded. Try again in 20 seconds." }),
    ["RateLimited", 20_000]
  ],
  [
    "the rate in a stream with status 200",
    event({ error: { code: "429", message: "Too many requests" } }),
    "RateLimited"
  ],
  [
    "no quota",
    answer(403, { statusCode: 403, message: "Out of call volume quota. Quota will be replenished in 10.22:21:07." }),
    "Quota"
  ],
  [
    "no capacity",
    azureSays(429, "NoCapacity", "The service is temporarily unable to process your request. Please try again later."),
    "Overloaded"
  ],
  [
    "wrong key",
    azureSays(401, "401", "Access denied due to invalid subscription key or wrong API endpoint."),
    "Authentication"
  ],
  [
    "no permission",
    azureSays(401, "PermissionDenied", "The principal `x` lacks the required data action."),
    "Authentication"
  ],
  [
    "a firewall",
    azureSays(403, "AccessDenied", "Access denied due to Virtual Network/Firewall rules."),
    "Authentication"
  ],
  [
    "no deployment",
    azureSays(404, "DeploymentNotFound", "The API deployment for this resource does not exist."),
    ["InvalidRequest", "unknown-model"]
  ],
  ["no path", azureSays(404, "404", "Resource not found"), "InvalidRequest"],
  [
    "filtered",
    answer(400, {
      error: {
        message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        code: "content_filter",
        status: 400,
        innererror: { code: "ResponsibleAIPolicyViolation", content_filter_result: { hate: { filtered: true } } }
      }
    }),
    "ContentFiltered"
  ],
  [
    "an operation",
    azureSays(400, "OperationNotSupported", "The chatCompletion operation does not work with the specified model."),
    "InvalidRequest"
  ],
  ["too slow", azureSays(408, "Timeout", "The operation was timeout."), "Overloaded"],
  [
    "broken",
    azureSays(500, "InternalServerError", "The server had an error while processing your request."),
    "Overloaded"
  ]
]

export const copilot: ReadonlyArray<Row> = [
  [
    "too long",
    answer(
      400,
      error("prompt token count of 135000 exceeds the limit of 128000", { code: "model_max_prompt_tokens_exceeded" })
    ),
    "ContextOverflow"
  ],
  [
    "too long, without its code",
    answer(400, error("prompt token count of 135000 exceeds the limit of 128000")),
    "ContextOverflow"
  ],
  [
    "no model",
    answer(400, error("The requested model is not supported.", { code: "model_not_supported", param: "model" })),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "another API",
    answer(
      400,
      error('model "x" is not accessible via the /chat/completions endpoint', { code: "unsupported_api_for_model" })
    ),
    "InvalidRequest"
  ],
  ["an old token", answer(401, "unauthorized: token expired\n"), "Authentication"],
  ["forbidden", answer(403, "Access to this endpoint is forbidden. Please review our terms."), "Authentication"],
  [
    "no premium requests",
    answer(402, error("You have exceeded your premium request allowance.", { code: "quota_exceeded" })),
    "Quota"
  ],
  ["no quota, as text", answer(429, "quota exceeded\n"), "Quota"],
  [
    "limited",
    answer(
      429,
      error("Sorry, you have been rate-limited. Please wait 35 seconds before trying again.", { code: "rate_limited" })
    ),
    ["RateLimited", 35_000]
  ]
]

export const githubModels: ReadonlyArray<Row> = [
  [
    "secondary limit",
    answer(403, {
      message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    }),
    "RateLimited"
  ],
  [
    "requests of a minute",
    answer(429, {
      error: {
        code: "RateLimitReached",
        message: "Rate limit of 15 per 60s exceeded for UserByModelByMinute. Please wait 42 seconds before retrying."
      }
    }),
    ["RateLimited", 42_000]
  ],
  [
    "too long",
    answer(413, {
      error: {
        code: "tokens_limit_reached",
        message: "Request body too large for gpt-4o model. Max size: 8000 tokens."
      }
    }),
    "ContextOverflow"
  ],
  [
    "no model",
    answer(400, { error: { code: "unknown_model", message: "Unknown model: x" } }),
    ["InvalidRequest", "unknown-model"]
  ],
  ["not this model", answer(403, { error: { code: "no_access", message: "No access to model: x" } }), "Authentication"],
  ["wrong token", answer(401, { error: { code: "unauthorized", message: "Bad credentials" } }), "Authentication"]
]
