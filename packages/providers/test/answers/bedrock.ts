import { answer, event, type Row } from "./row.ts"

const aws = (status: number, type: string, message: string) =>
  answer(status, { message }, { "x-amzn-errortype": `${type}:http://internal.amazon.com/coral/` })
const typed = (status: number, __type: string, message: string) => answer(status, { __type, message })

export const bedrock: ReadonlyArray<Row> = [
  [
    "too long, by characters",
    aws(
      400,
      "ValidationException",
      "Malformed input request: expected maxLength: 100000, actual: 150000, please reformat your input and try again."
    ),
    "ContextOverflow"
  ],
  ["throttled", aws(429, "ThrottlingException", "Too many requests, please wait before trying again."), "RateLimited"],
  [
    "throttled tokens",
    aws(429, "ThrottlingException", "Too many tokens, please wait before trying again."),
    "RateLimited"
  ],
  [
    "throttled tokens, in words",
    answer(429, { message: "Too many tokens, please wait before trying again." }),
    "RateLimited"
  ],
  [
    "tokens of a day",
    aws(429, "ThrottlingException", "Too many tokens per day, please wait before trying again."),
    "Quota"
  ],
  [
    "service quota",
    aws(400, "ServiceQuotaExceededException", "Your request exceeds the service quota for your account."),
    "Quota"
  ],
  ["too long", aws(400, "ValidationException", "Input is too long for requested model."), "ContextOverflow"],
  [
    "too long, quoted",
    typed(
      400,
      "ValidationException",
      "The model returned the following errors: Input is too long for requested model."
    ),
    "ContextOverflow"
  ],
  [
    "output too large",
    aws(
      400,
      "ValidationException",
      "The maximum tokens you requested exceeds the model limit of 8192. Try again with a maximum tokens value that is lower than 8192."
    ),
    "OutputLimit"
  ],
  [
    "malformed",
    aws(400, "ValidationException", "Malformed input request: #/messages/0: extraneous key [x] is not permitted"),
    "InvalidRequest"
  ],
  [
    "on demand",
    aws(
      400,
      "ValidationException",
      "Invocation of model ID anthropic.claude with on-demand throughput isn’t supported. Retry your request with the ID of an inference profile."
    ),
    "InvalidRequest"
  ],
  [
    "no model",
    aws(400, "ValidationException", "The provided model identifier is invalid."),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "no access",
    aws(403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
    "Authentication"
  ],
  [
    "no payment",
    aws(
      403,
      "AccessDeniedException",
      "Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided."
    ),
    "Quota"
  ],
  [
    "wrong token",
    aws(403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    "Authentication"
  ],
  [
    "old token",
    aws(400, "ExpiredTokenException", "The security token included in the request is expired"),
    "Authentication"
  ],
  [
    "signature",
    aws(
      403,
      "InvalidSignatureException",
      "The request signature we calculated does not match the signature you provided."
    ),
    "Authentication"
  ],
  [
    "not ready",
    aws(429, "ModelNotReadyException", "Model is not ready for inference. Wait and try your request again."),
    "Overloaded"
  ],
  [
    "model error",
    aws(424, "ModelErrorException", "The request failed due to an error while processing the model."),
    "Overloaded"
  ],
  ["model timeout", aws(408, "ModelTimeoutException", "The request took too long to process."), "Overloaded"],
  ["unavailable", aws(503, "ServiceUnavailableException", "Bedrock is unable to process your request."), "Overloaded"],
  [
    "throttled in the stream",
    event({ throttlingException: { message: "Too many tokens, please wait before trying again." } }),
    "RateLimited"
  ],
  [
    "broken in the stream",
    event({ modelStreamErrorException: { message: "The model produced invalid output.", originalStatusCode: 424 } }),
    "Overloaded"
  ],
  [
    "too long in the stream",
    event({ validationException: { message: "Input is too long for requested model." } }),
    "ContextOverflow"
  ]
]
