/** Codes of servers that leave no doubt about the reason. What is said with many reasons, like `invalid_request_error`, is none of them. */
import type { ModelErrorReason } from "@rein/core/schema/ModelError"
import { plainCode as plain } from "./Body.ts"

type Meaning = ModelErrorReason["_tag"] | "UnknownModel" | "Malformed"

/** Written as servers do, and compared in small letters and digits alone. */
const table: ReadonlyArray<readonly [Meaning, string]> = [
  [
    "Quota",
    `insufficient_quota terminal_quota_exhausted credits_required credit_balance_exhausted credit_balance_too_low
    organization_spend_limit_exceeded project_spend_limit_exceeded organization_usage_limit_exceeded
    insufficient_balance insufficient_balance_error insufficient_funds insufficient_credits InsufficientCredits billing_error billing_hard_limit_reached billing_not_active BILLING_DISABLED payment_required
    payment_method_required PaymentRequired usage_limit_reached usage_limit_exceeded usage_not_included
    exceeded_current_quota_error quota_exceeded credit_limit credits_exhausted spend_limit_reached blocked_api_access
    budget_exceeded ExceededBudget BudgetExceededError ServiceQuotaExceededException Arrearage
    AllocationQuota.FreeTierOnly ResourcePackExhausted token_quota_reached INVALID_PAYMENT_INSTRUMENT customer_verification_required
    AccountOverdueError AccountQuotaExceeded user_weekly_rate_limited FreeUsageLimitError SetLimitExceeded
    CreditsError zai1113 zai1304 zai1308 zai1309 zai1310 zai1311 zai1316 zai1317 zai1318 zai1319 zai1320 zai1321 minimax1008 minimax2056 minimax2061`
  ],
  [
    "ContextOverflow",
    `context_length_exceeded context_window_exceeded model_context_window_exceeded exceed_context_size_error
    ContextWindowExceededError request_too_large model_max_prompt_tokens_exceeded tokens_limit_reached
    context_limit_exceeded prompt_too_long input_too_long zai1261`
  ],
  // What their sentences quote, e.g. the name of a tool, may say anything.
  ["Malformed", `invalid_function_parameters invalid_json_schema`],
  ["OutputLimit", `max_tokens_exceeded max_output_tokens_exceeded`],
  [
    "ContentFiltered",
    `content_filter content_filter_error content_policy_violation image_content_policy_violation ContentPolicyViolationError ResponsibleAIPolicyViolation
    content_moderation censorship_blocked data_inspection_failed DataInspectionFailed SAFETY PROHIBITED_CONTENT BLOCKLIST SPII moderation_blocked
    InputTextSensitiveContentDetected OutputTextSensitiveContentDetected SensitiveContentDetected
    cyber_policy bio_policy zai1301 minimax1026 minimax1027`
  ],
  [
    "UnknownModel",
    `model_not_found ModelNotFound ModelNotFoundException DeploymentNotFound model_not_supported model_not_available invalid_model
    unknown_model ModelError model_decommissioned model_deprecated InvalidModel zai1211 zai1222`
  ],
  [
    "Authentication",
    `invalid_api_key incorrect_api_key_error wrong_api_key InvalidApiKey API_KEY_INVALID API_KEY_SERVICE_BLOCKED
    authentication_error AuthenticationError invalid_authentication_error auth_error UNAUTHENTICATED unauthorized
    permission_error permission_denied_error PERMISSION_DENIED PermissionDenied PermissionDeniedError AccessDenied
    AccessDeniedException access_denied UnrecognizedClientException ExpiredTokenException ExpiredToken
    InvalidSignatureException MissingAuthenticationTokenException InvalidClientTokenId IncompleteSignatureException
    SERVICE_DISABLED CONSUMER_INVALID CredentialsProviderError TokenProviderError invalid_grant token_expired token_not_found_in_db organization_restricted invalid_token no_access
    unsupported_country_region_territory account_deactivated oauth_org_not_allowed AuthFailure
    zai1000 zai1001 zai1002 zai1003 zai1004 zai1110 zai1111 zai1112 zai1120 zai1220 minimax1004 minimax2049`
  ],
  ["InvalidOutput", `tool_use_failed json_validate_failed output_parse_failed zai1230`],
  [
    "Overloaded",
    `overloaded overloaded_error engine_overloaded engine_overloaded_error server_is_overloaded queue_exceeded
    capacity_exceeded NoCapacity MODEL_CAPACITY_EXHAUSTED ServerOverloaded
    service_unavailable ServiceUnavailable service_unavailable_error
    ServiceUnavailableException ServiceUnavailableError UNAVAILABLE unavailable_error InternalServerException
    InternalServerError internal_server_error ModelNotReadyException ModelErrorException ModelStreamErrorException
    ModelTimeoutException timeout_error DEADLINE_EXCEEDED RequestTimeOut ModelServingError unreachable_backend
    server_busy provider_unavailable bad_gateway gateway_timeout vector_store_timeout zai500 zai1234 zai1305 zai1312
    minimax1000 minimax1001 minimax1013 minimax1024 minimax1033 minimax2064`
  ],
  [
    "RateLimited",
    `rate_limit_exceeded rate_limit_error rate_limit rate_limited rate_limit_reached_error RateLimitReached
    RateLimitError RateLimitExceeded RATE_LIMIT_EXCEEDED too_many_requests TooManyRequests TooManyRequestsException
    too_many_requests_error throttling_error ThrottlingException Throttling Throttling.RateQuota
    Throttling.AllocationQuota Throttling.BurstRate limit_requests limit_burst_rate requests_limit_exceeded
    request_quota_exceeded token_quota_exceeded model_rate_limit user_model_rate_limited user_global_rate_limited
    integration_rate_limited service_tier_capacity_exceeded
    zai1302 zai1303 zai1313 minimax1002 minimax1039 minimax1041 minimax2045`
  ],
  [
    "InvalidRequest",
    `InvalidArgument INVALID_ARGUMENT FAILED_PRECONDITION unsupported_parameter unknown_parameter unsupported_value
    previous_response_not_found OperationNotSupported unsupported_api_for_model not_supported_error
    UnsupportedParamsError zai1210 zai1212 zai1213 zai1214 zai1215 zai1221 minimax1042 minimax2013 minimax20132`
  ]
]

/** What only says that the request is refused: a sentence may know more. */
const vague: ReadonlySet<Meaning> = new Set<Meaning>(["InvalidRequest"])

const meanings: ReadonlyMap<string, Meaning> = new Map(
  table.flatMap(([meaning, codes]) => codes.split(/\s+/).map((code) => [plain(code), meaning] as const))
)

const order = table.map(([meaning]) => meaning)

/** The reason that the codes name; of several the one that helps most, as `BILLING_DISABLED` does beside `PERMISSION_DENIED`. */
export const meaningOf = (codes: ReadonlyArray<string>): Meaning | undefined => {
  const found = new Set(codes.map((code) => meanings.get(code)))
  return order.find((meaning) => found.has(meaning) && !vague.has(meaning))
}

/** Do the codes say at least that the request was refused for what it is? */
export const isRefusal = (codes: ReadonlyArray<string>): boolean =>
  codes.some((code) => vague.has(meanings.get(code) ?? "Unknown"))

const serversFault = new Set(
  "server_error api_error upstream_error slow_down internal_error InternalError INTERNAL".split(" ").map(plain)
)

/** Do the codes say that the server broke? Some servers say so of everything. */
export const isServersFault = (codes: ReadonlyArray<string>): boolean => codes.some((code) => serversFault.has(code))

const refusing =
  /^(?:invalid(?!response|output)|unsupported|missing|badrequest|notfound|unprocessable)|(?:toolarge|toosmall|notfound)$/

/** Is one of the codes, by its words, about the request? Too vague to come before anything else. */
export const soundsRefusing = (codes: ReadonlyArray<string>): boolean => codes.some((code) => refusing.test(code))

/** Codes in the middle of a sentence: gateways quote the server behind them. */
export const codesIn = (text: string): ReadonlyArray<string> =>
  (text.match(/\b(?:[a-z]+(?:_[a-z]+)+|[A-Z][A-Za-z]+(?:Error|Exception))\b/g) ?? []).map(plain)
