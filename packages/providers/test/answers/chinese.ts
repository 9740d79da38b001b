import { answer, error, event, type Row } from "./row.ts"

const zhipu = (status: number, code: string, message: string) => answer(status, { error: { code, message } })

export const zai: ReadonlyArray<Row> = [
  ["no balance", zhipu(429, "1113", "余额不足或无可用资源包,请充值。"), "Quota"],
  ["no balance, by code", zhipu(429, "1113", "x"), "Quota"],
  [
    "no balance, in English",
    zhipu(429, "1113", "Insufficient balance or no resource package. Please recharge."),
    "Quota"
  ],
  ["no balance in the stream", event({ error: { code: "1113", message: "余额不足或无可用资源包,请充值。" } }), "Quota"],
  ["calls of a day", zhipu(429, "1304", "该 API 今日调用次数限额已用完"), "Quota"],
  [
    "the plan's five hours",
    zhipu(429, "1308", "Usage limit reached for 5 hour. Your limit will reset at 2026-01-01 12:00:00"),
    "Quota"
  ],
  ["the plan is over", zhipu(429, "1309", "Your GLM Coding Plan package has expired"), "Quota"],
  [
    "the week",
    zhipu(429, "1310", "Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-01-01 12:00:00"),
    "Quota"
  ],
  [
    "too many at once",
    zhipu(429, "1302", "您当前使用该API的并发数过高,请降低并发,或联系客服增加限额。"),
    "RateLimited"
  ],
  ["too often", zhipu(429, "1303", "您当前使用该API的频率过高,请降低频率。"), "RateLimited"],
  ["busy", zhipu(429, "1305", "当前API请求过多,请稍后重试。"), "Overloaded"],
  ["a busy model", zhipu(429, "1312", "该模型当前访问量过大,请您稍后再试"), "Overloaded"],
  ["a busy model, in words", answer(429, { error: { message: "该模型当前访问量过大,请您稍后再试" } }), "Overloaded"],
  ["too long", zhipu(400, "1261", "Prompt exceeds max length"), "ContextOverflow"],
  ["too long, in words", answer(400, { error: { message: "Prompt 超长" } }), "ContextOverflow"],
  ["too long, as a parameter", zhipu(400, "1210", "tokens in request more than max tokens allowed"), "ContextOverflow"],
  [
    "filtered",
    zhipu(
      400,
      "1301",
      "系统检测到输入或生成内容可能包含不安全或敏感内容,请您避免输入易产生敏感内容的提示语,感谢您的配合。"
    ),
    "ContentFiltered"
  ],
  ["a parameter", zhipu(400, "1214", "messages 参数非法。请检查文档。"), "InvalidRequest"],
  ["no model", zhipu(400, "1211", "模型不存在,请检查模型代码。"), ["InvalidRequest", "unknown-model"]],
  ["wrong key", zhipu(401, "1000", "身份验证失败。"), "Authentication"],
  [
    "an old key with status 200",
    answer(200, { code: 401, msg: "令牌已过期或验证不正确", success: false }),
    "Authentication"
  ],
  ["network", zhipu(500, "1234", "网络错误,错误id:x,请联系客服。"), "Overloaded"],
  ["broken", zhipu(500, "500", "内部错误"), "Overloaded"],
  ["a limit of a plan, by its number", answer(429, { error: { code: "1319", message: "x" } }), "Quota"],
  ["a model outside the plan", answer(429, { error: { code: "1311", message: "x" } }), "Quota"]
]

const base = (status_code: number, status_msg: string) => answer(200, { base_resp: { status_code, status_msg } })

export const minimax: ReadonlyArray<Row> = [
  ["no balance", base(1008, "insufficient balance"), "Quota"],
  [
    "no balance, by type",
    answer(429, {
      type: "error",
      error: { type: "insufficient_balance_error", message: "insufficient balance (1008)", http_code: "429" }
    }),
    "Quota"
  ],
  ["the plan's limit", base(2056, "usage limit exceeded"), "Quota"],
  ["requests of a minute", base(1002, "rate limit exceeded(RPM)"), "RateLimited"],
  ["tokens of a minute", base(1039, "token limit"), "RateLimited"],
  [
    "wrong key",
    base(1004, "login fail: Please carry the API secret key in the 'Authorization' field of the request header"),
    "Authentication"
  ],
  ["another wrong key", base(2049, "invalid api key"), "Authentication"],
  ["too long", base(2013, "invalid params, context window exceeds limit"), "ContextOverflow"],
  ["a parameter", base(2013, "invalid params, tool result's tool id(call_1) not found"), "InvalidRequest"],
  [
    "too long, by type",
    answer(400, {
      type: "error",
      error: {
        type: "bad_request_error",
        message: "invalid params, context window exceeds limit (2013)",
        http_code: "400"
      }
    }),
    "ContextOverflow"
  ],
  ["filtered input", base(1026, "input new_sensitive"), "ContentFiltered"],
  ["filtered output", base(1027, "output new_sensitive"), "ContentFiltered"],
  ["slow", base(1001, "request timeout"), "Overloaded"],
  ["broken", base(1013, "unknown error"), "Overloaded"],
  [
    "overloaded",
    answer(529, {
      type: "error",
      error: { type: "overloaded_error", message: "当前服务集群负载较高,请稍后重试 (2064)" }
    }),
    "Overloaded"
  ]
]

export const moonshot: ReadonlyArray<Row> = [
  [
    "suspended",
    answer(
      429,
      error("Your account org-1<ak-1> is suspended, please check your plan and billing details", {
        type: "exceeded_current_quota_error"
      })
    ),
    "Quota"
  ],
  [
    "too many at once",
    answer(
      429,
      error(
        "Your account org-1<ak-1> request reached organization max concurrency: 1, please try again after 1 seconds",
        { type: "rate_limit_reached_error" }
      )
    ),
    ["RateLimited", 1_000]
  ],
  [
    "overloaded",
    answer(
      429,
      error("The engine is currently overloaded, please try again later", { type: "engine_overloaded_error" })
    ),
    "Overloaded"
  ],
  [
    "too long",
    answer(
      400,
      error("Invalid request: Your request exceeded model token limit: 131072 (requested: 140000)", {
        type: "invalid_request_error"
      })
    ),
    "ContextOverflow"
  ],
  [
    "still too long",
    answer(400, error("Input token length too long", { type: "invalid_request_error" })),
    "ContextOverflow"
  ],
  [
    "filtered",
    answer(400, error("The request was rejected because it was considered high risk", { type: "content_filter" })),
    "ContentFiltered"
  ],
  [
    "wrong key",
    answer(401, error("Invalid Authentication", { type: "invalid_authentication_error" })),
    "Authentication"
  ],
  [
    "no model",
    answer(404, error("Not found the model kimi-9 or Permission denied", { type: "resource_not_found_error" })),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "a thought that is missing",
    answer(
      400,
      error("thinking is enabled but reasoning_content is missing in assistant tool call message at index 2", {
        type: "invalid_request_error"
      })
    ),
    "InvalidRequest"
  ]
]

export const alibaba: ReadonlyArray<Row> = [
  [
    "tokens of a minute, in the words of an empty account",
    answer(
      429,
      error(
        "You exceeded your current quota, please check your plan and billing details. For details, see: https://help.aliyun.com/zh/model-studio/error-code#token-limit",
        { type: "insufficient_quota", code: "insufficient_quota" }
      )
    ),
    "RateLimited"
  ],
  [
    "a rate that grows too fast",
    answer(
      400,
      error(
        "Upstream error from Alibaba: Request rate increased too quickly. To ensure system stability, please adjust your client logic."
      )
    ),
    "RateLimited"
  ],
  [
    "in arrears",
    answer(400, {
      code: "Arrearage",
      message: "Access denied, please make sure your account is in good standing.",
      request_id: "r"
    }),
    "Quota"
  ],
  [
    "the free tier",
    answer(403, {
      code: "AllocationQuota.FreeTierOnly",
      message:
        'The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable the "use free tier only" mode.'
    }),
    "Quota"
  ],
  [
    "no quota",
    answer(
      429,
      error("You exceeded your current quota, please check your plan and billing details.", {
        type: "insufficient_quota",
        code: "insufficient_quota"
      })
    ),
    "Quota"
  ],
  [
    "the rate",
    answer(429, { code: "Throttling.RateQuota", message: "Requests rate limit exceeded, please try again later." }),
    "RateLimited"
  ],
  [
    "the allocation",
    answer(429, {
      code: "Throttling.AllocationQuota",
      message: "Allocated quota exceeded, please increase your quota limit."
    }),
    "RateLimited"
  ],
  [
    "requests",
    answer(429, error("You exceeded your current requests list.", { type: "limit_requests", code: "limit_requests" })),
    "RateLimited"
  ],
  [
    "too long",
    answer(
      400,
      error("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]", {
        type: "invalid_request_error",
        code: "invalid_parameter_error"
      })
    ),
    "ContextOverflow"
  ],
  [
    "output too large",
    answer(
      400,
      error("<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]", {
        code: "invalid_parameter_error"
      })
    ),
    "OutputLimit"
  ],
  [
    "filtered",
    answer(400, { code: "DataInspectionFailed", message: "Input data may contain inappropriate content." }),
    "ContentFiltered"
  ],
  ["wrong key", answer(401, { code: "InvalidApiKey", message: "Invalid API-key provided." }), "Authentication"],
  [
    "no model",
    answer(404, error("The model `x` does not exist or you do not have access to it.", { code: "model_not_found" })),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "busy",
    answer(503, { code: "ModelServingError", message: "Too many requests in route. Please try again later." }),
    "Overloaded"
  ]
]

export const siliconflow: ReadonlyArray<Row> = [
  [
    "too long",
    answer(400, {
      code: 20015,
      message: "length of prompt_tokens (41000) must be less than max_seq_len (32768).",
      data: null
    }),
    "ContextOverflow"
  ],
  [
    "no balance",
    answer(403, { code: 30001, message: "Sorry, your account balance is insufficient", data: null }),
    "Quota"
  ],
  [
    "no model",
    answer(400, { code: 20012, message: "Model does not exist. Please check it carefully.", data: null }),
    ["InvalidRequest", "unknown-model"]
  ],
  [
    "overloaded",
    answer(503, { code: 50505, message: "Model service overloaded. Please try again later.", data: null }),
    "Overloaded"
  ]
]
