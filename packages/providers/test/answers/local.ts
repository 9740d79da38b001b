import { answer, error, event, type Row } from "./row.ts"

export const ollama: ReadonlyArray<Row> = [
  [
    "broke in the stream",
    event({ error: "an error was encountered while running the model: unexpected EOF" }),
    "CutOff"
  ],
  [
    "no model",
    answer(404, { error: 'model "x" not found, try pulling it first' }),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "no tools",
    answer(400, error("registry.ollama.ai/library/x:latest does not support tools", { type: "api_error" })),
    "InvalidRequest"
  ],
  [
    "too long",
    answer(400, error("prompt too long; exceeded max context length by 5 tokens", { type: "api_error" })),
    "ContextOverflow"
  ],
  [
    "too long with 500",
    answer(500, error("input is too long: prompt exceeds the context length of 4096", { type: "api_error" })),
    "ContextOverflow"
  ],
  ["busy", answer(503, { error: "server busy, please try again.  maximum pending requests exceeded" }), "Overloaded"],
  ["crashed", answer(500, { error: "llama runner process has terminated: exit status 2" }), "Overloaded"],
  [
    "broke while running",
    answer(500, error("an error was encountered while running the model: unexpected EOF", { type: "api_error" })),
    "Overloaded"
  ],
  [
    "the cloud's week",
    answer(429, { error: "you have reached your weekly usage limit, upgrade for higher limits" }),
    "Quota"
  ],
  ["the cloud's key", answer(401, { error: "unauthorized" }), "Authentication"],
  [
    "a call that it cannot read",
    answer(500, error("error parsing tool call: raw='{\"path\": rate limit', err=unexpected end of JSON input")),
    "InvalidOutput"
  ]
]

export const llamacpp: ReadonlyArray<Row> = [
  [
    "too long",
    answer(
      400,
      error("request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it", {
        code: 400,
        type: "exceed_context_size_error",
        n_prompt_tokens: 9_000,
        n_ctx: 8_192
      })
    ),
    "ContextOverflow"
  ],
  [
    "too long with 500",
    answer(
      500,
      error("the request exceeds the available context size. try increasing the context size or enable context shift", {
        code: 500,
        type: "server_error"
      })
    ),
    "ContextOverflow"
  ],
  [
    "full in the middle",
    event({ error: { code: 500, message: "Context size has been exceeded.", type: "server_error" } }),
    "ContextOverflow"
  ],
  ["loading", answer(503, error("Loading model", { code: 503, type: "unavailable_error" })), "Overloaded"],
  ["wrong key", answer(401, error("Invalid API Key", { code: 401, type: "authentication_error" })), "Authentication"],
  [
    "no jinja",
    answer(500, error("tools param requires --jinja flag", { code: 500, type: "server_error" })),
    "InvalidRequest"
  ],
  [
    "a template",
    answer(500, error("Jinja Exception: System message must be at the beginning", { code: 500, type: "server_error" })),
    "InvalidRequest"
  ],
  [
    "no pictures",
    answer(
      500,
      error("image input is not supported - hint: if this is unexpected, you may need to provide the mmproj", {
        code: 500,
        type: "server_error"
      })
    ),
    "InvalidRequest"
  ],
  [
    "not here",
    answer(501, error("This server does not support reranking.", { code: 501, type: "not_supported_error" })),
    "InvalidRequest"
  ],
  ["no such path", answer(404, error("File Not Found", { code: 404, type: "not_found_error" })), "InvalidRequest"],
  [
    "an output that it cannot read",
    answer(500, error("Failed to parse input at pos 12: prompt is too long")),
    "InvalidOutput"
  ],
  [
    "a full cache",
    answer(500, error("failed to decode the batch: KV cache is full - try increasing it via the context size")),
    "ContextOverflow"
  ]
]

const vllmSays = (status: number, message: string, type = "BadRequestError") =>
  answer(status, { object: "error", message, type, param: null, code: status })

export const vllm: ReadonlyArray<Row> = [
  [
    "too long",
    vllmSays(
      400,
      "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion). Please reduce the length of the messages or completion."
    ),
    "ContextOverflow"
  ],
  [
    "the output",
    vllmSays(
      400,
      "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (1000 in the messages, 4000 in the completion). Please reduce the length of the messages or completion."
    ),
    "OutputLimit"
  ],
  [
    "too long, newer",
    vllmSays(
      400,
      "This model's maximum context length is 8192 tokens. However, your request has 9000 input tokens. Please reduce the length of the input messages."
    ),
    "ContextOverflow"
  ],
  [
    "the output, newer",
    vllmSays(
      400,
      "'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 8192 tokens and your request has 1000 input tokens (8000 > 8192 - 1000)."
    ),
    "OutputLimit"
  ],
  ["nothing left for the output", vllmSays(400, "max_tokens must be at least 1, got -1234."), "ContextOverflow"],
  [
    "the decoder",
    vllmSays(
      400,
      "The decoder prompt (length 5000) is longer than the maximum model length of 4096. Make sure that `max_model_len` is no smaller than the number of text tokens."
    ),
    "ContextOverflow"
  ],
  [
    "passed too much",
    vllmSays(
      400,
      "You passed 9000 input tokens and requested 1000 output tokens. However, the model's context length is only 8192 tokens, resulting in a maximum input length of 7192 tokens. Please reduce the length of the input prompt."
    ),
    "ContextOverflow"
  ],
  [
    "asked for too much",
    vllmSays(
      400,
      "You passed 1000 input tokens and requested 8000 output tokens. However, the model's context length is only 8192 tokens, resulting in a maximum input length of 192 tokens."
    ),
    "OutputLimit"
  ],
  ["no model", vllmSays(404, "The model `x` does not exist.", "NotFoundError"), ["InvalidRequest", "unknown-model"]],
  [
    "no tools",
    vllmSays(400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    "InvalidRequest"
  ],
  ["broken", vllmSays(500, "Internal server error", "InternalServerError"), "Overloaded"],
  ["wrong key", answer(401, { error: "Unauthorized" }), "Authentication"],
  [
    "SGLang, too long",
    vllmSays(400, "The input (9000 tokens) is longer than the model's context length (8192 tokens)."),
    "ContextOverflow"
  ],
  [
    "SGLang, the output",
    vllmSays(
      400,
      "Requested token count exceeds the model's maximum context length of 8192 tokens. You requested a total of 9192 tokens: 1192 tokens from the input messages and 8000 tokens for the completion."
    ),
    "OutputLimit"
  ]
]

export const lmstudio: ReadonlyArray<Row> = [
  [
    "too long",
    answer(400, {
      error:
        "The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length, or provide a shorter input."
    }),
    "ContextOverflow"
  ],
  [
    "overflows",
    answer(400, {
      error:
        "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough."
    }),
    "ContextOverflow"
  ],
  [
    "full in the middle",
    event({
      error: {
        message:
          "Reached context length of 4096 tokens, but this model does not currently support mid-generation context overflow."
      }
    }),
    "ContextOverflow"
  ],
  [
    "nothing loaded",
    answer(
      404,
      error("No models loaded. Please load a model in the developer page or use the `lms load` command.", {
        type: "invalid_request_error",
        param: "model",
        code: "model_not_found"
      })
    ),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "another path with status 200",
    answer(200, { error: "Unexpected endpoint or method. (POST /chat). Returning 200 anyway" }),
    "InvalidRequest"
  ],
  [
    "a crash",
    answer(400, { error: "The model has crashed without additional information. (Exit code: 1)" }),
    "Overloaded"
  ]
]
