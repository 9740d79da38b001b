/** What servers write when they refuse a request, for those that give no code for it. In small letters. */

const matches =
  (...patterns: ReadonlyArray<RegExp>) =>
  (text: string): boolean =>
    patterns.some((pattern) => pattern.test(text))

/** The answer ended before it was whole. */
export const saysCut = matches(
  /without a finish reason/,
  /no output generated/,
  /empty response body/,
  /stream (?:was )?(?:disconnected|closed|ended|terminated) (?:before|unexpectedly|prematurely)/,
  /stream (?:ended|closed) without/,
  /incomplete_stream|^incomplete [^\n]* frame/m,
  /unexpected eof\b/
)

/** A client library gave up waiting. */
export const saysTimeout = matches(
  /^(?:connection error: )?(?:the )?(?:request|connection|operation) (?:was )?(?:timed out|aborted due to timeout)/m,
  /^timeout of \d+ ?ms exceeded|^timed out$|^(?:context )?deadline exceeded/m,
  /(?:sse|stream|socket|idle|read) (?:read )?(?:timed out|timeout)\b/
)

/** Limits that come back after seconds, and whose sentences may also speak of plans and billing. */
const speaksOfRate = matches(
  /concurren|rate.?limit|requests?[ _]per|tokens?[ _]per|too many requests|per.?(?:minute|second|hour)|throttl/
)

/** The prompt does not fit into the model's window. */
export const saysOverflow = matches(
  /prompt is too long|prompt too long|prompt_too_long/,
  /(?:input|prompt|messages?|conversation|context|request)(?: length| tokens?| token length)? (?:is |are )?(?:too long|too large (?:for|to process))/,
  /input token length too long|exceeds? (?:the )?model(?:'s)? token limit|exceeded model token limit/,
  /context[ _-]?(?:length|window|size|limit)[ _-]?(?:has been |is |was )?exceed/,
  /(?:exceeds?|exceeded|exceeding|longer than|larger than|greater than|over|overflows?|fit (?:in|into|within)) (?:the |this |its |max(?:imum)? |available |allowed |model'?s? |your )*(?:context|prompt|input)[ _-]?(?:length|window|size|limit)/,
  /context (?:length|window|size) exceeds? (?:the )?limit|context the overflows|context overflow/,
  /(?:maximum|max) (?:model |context |prompt |input |sequence )+(?:length|size|window|limit)/,
  /context length (?:of |is )?only \d/,
  /(?:input )?token count[^]{0,80}exceeds? the (?:maximum|limit)/,
  /token limit exceeded|too many (?:input |total |prompt )?tokens(?! per)|tokens?\b[^.\n]{0,40} exceeds? (?:the )?(?:[\w']+ )?(?:limit|max)/,
  /context window[^.\n]{0,30} is full|request (?:is )?too large[^]*(?:tokens|context)|input characters limit/,
  /(?:prompt|input|request)[^.\n]{0,60} (?:exceeds|larger than|longer than)[^.\n]{0,40}(?:context|maximum (?:number of )?tokens|token limit|limit of \d+ tokens|model'?s limit)/,
  /exceeds? the (?:model'?s )?(?:maximum|max)(?: model)? (?:len|length|context)|max_model_len|max_seq_len/,
  /`inputs` (?:tokens \+ `max_new_tokens` )?must (?:be <=|have less than)/,
  /range of input length should be/,
  /reduce (?:the )?(?:length|size) of (?:the |your )?(?:messages|input|prompt)/,
  /more than (?:the )?max(?:imum)? tokens allowed|(?:prompt|input) exceeds (?:the )?(?:maximum |max )?(?:context )?length/,
  /^4(?:00|13) (?:status code )?\(no body\)/m,
  /input token count[^.\n]{0,60}only supports up to|expected maxlength: \d/,
  /'(?:messages|input)\b[^'\n]*(?<!\b(?:\w*id|name))': string too long|tokens? (?:is |are )?too long|model max length exceeded/,
  /cannot truncate prompt with n_keep/,
  // vLLM gives the output what the prompt leaves of the window.
  /max_tokens must be at least 1, got -/,
  /request body too large for [^]* model|payload (?:size exceeds|(?:is )?too large)|kv cache is full/,
  /(?:input|prompt|total) tokens\b[^.\n]{0,30} (?:(?:cannot|must not) exceed|exceeded)/,
  /(?:上下文|输入|提示|prompt|tokens?|文本)[^。\n]{0,12}(?:超长|过长|超出|超过|超限)/
)

/** An input that is refused for its rate says the same as one for its size. */
export const saysThrottled = matches(/please wait|per (?:minute|second|hour|day)|rate.?limit|throttl|too many requests/)

const output = "(?:`|')?max[_ ]?(?:completion_?|output_?|new_?)?tokens(?:`|')?"

/** More output was asked for than the model gives: a shorter prompt would not help. */
export const saysOutputLimit = matches(
  /maximum allowed number of output tokens/,
  new RegExp(
    `${output}[^.\\n]{0,60}(?:too (?:large|high)|exceeds?|must be less|must be at most|above (?:the )?(?:maximum|limit)|<= \\d)`
  ),
  new RegExp(`${output}[^\\n]{0,60}\\[\\d+, ?\\d+\\]`),
  new RegExp(`${output} or model output limit was reached`),
  new RegExp(`${output} \\(?\\d+\\)? ?(?:>|is greater than|is larger than)`),
  /maximum tokens you requested exceeds the model limit/,
  /supports? (?:at most|up to) \d+ (?:completion|output) tokens/,
  /max(?:imum)?_?output_?tokens[^.\n]{0,40}(?:exceed|range|must be|supported)/
)

/** Nothing is left to spend. These hold whatever the code says. */
const saysNothingLeft = matches(
  /insufficient[_ ](?:balance|funds?|credits?)|lack of (?:balance|credits?|funds)|balance is insufficient|not enough (?:balance|funds)/,
  /credit balance (?:is )?(?:too low|not enough|insufficient)|(?:out of|no|not enough|used all available|requires more) credits?\b(?! (?:are )?(?:needed|required) (?:to|for) (?:see|view)| (?:were|was|have been|has been) charged)/,
  /credits? (?:are|is|have been|has been) (?:depleted|exhausted|expired|used up|required)|credits expired/,
  /(?:doesn't|does not|don't|do not) have (?:any |enough |sufficient )(?:credits?|balance|funds)/,
  /credit limit (?:has been )?(?:exceeded|reached)|(?:monthly )?(?:included|free) credits/,
  /(?:daily|weekly|monthly) (?:\w+ )?(?:limit|cap|quota)s? (?:has been |was |is )?(?:reached|exceeded|exhausted)/,
  /(?:spending|spend|api usage|daily|weekly|monthly|usage|billing|budget|key|total|free tier) (?:hard )?(?:limit|cap)s? (?:has been |have been |was |is )?(?:reached|exceeded|exhausted)/,
  /reached (?:your|its|the) (?:specified |configured |monthly |weekly |daily |hourly |session )*(?:api )?(?:usage|spending|spend|credit|call|quota) limits?/,
  /(?:usage|spending) limit(?:s)? (?:for|will reset)|limit exhausted/,
  /(?:reached|hit|exceeded|exhausted|used up)(?: all)?(?: of)? (?:your|its|the|their) (?:account's )?(?:monthly|weekly|daily|session|free|included|prepaid|set|inference|trial|budget| )+(?:\w+ )?(?:quota|credits?|limits?|caps?|allowance)(?<!rate limit)(?![^.\n]{0,40}per (?:min|sec))/,
  /exceeded (?:its|your|the|their) (?:\w+ )?budget|free usage exceeded|free trial quota/,
  /budget has been exceeded|exceeded(?:your)? budget|budget exceeded/,
  /extra usage is required|out of extra usage|draw from your extra usage/,
  /(?:enable|check|without|requires?) billing(?: to be enabled)?\b(?! and| details\/|\/)|billing (?:account )?(?:is |has been |was )?(?:disabled|not active|suspended|closed|not enabled)/,
  /check your billing details|account is not active|failure to pay|past[- ]due|overdue|unpaid/,
  /payment required|payment instrument/,
  /(?:premium request|token usage|free) (?:allowance|quota)|you have no quota|out of call volume quota/,
  /(?:hour|day|week|month) allocated quota exceeded|individual quota reached/,
  /\d per (?:3600|86400)s exceeded|\d-hour usage quota/,
  /free tier of the model has been exhausted|daily free allocation/,
  /in good standing|arrear|(?:trial|subscription)(?: period)? (?:has |is )?(?:ended|expired|inactive)/,
  /requires? an? (?:\w+ )?(?:subscription|paid plan)|\bplan (?:does )?not (?:yet )?(?:support|include)|not available (?:on|in|with) (?:the |your )?(?:\w+ )?(?:free tier|plan|subscription)\b/,
  /(?:\b[rt]pd\b|\b(?:daily|weekly|monthly) rate limit)(?![^]*(?:try again|retry) (?:in|after))/,
  /\blimit:? 0\b/,
  /(?:quota|limit|tokens|requests|calls?|limited to [\d,]{1,12} api calls)[^.\n]{0,60}(?:per[ -]?|\/ ?)(?:day|month|week)\b(?![^]*(?:try again|retry) (?:in|after))/,
  /余额不足|余额已|欠费|请充值|账户余额|(?:额度|余量)(?:已)?(?:用完|用尽|耗尽|不足)|配额(?:已)?(?:用完|用尽|耗尽|不足)|(?:今日|当日|每日|本月|本周)[^。\n]{0,12}(?:限额|上限|额度)/
)

const asksForMoney = matches(
  /(?:add|purchase|buy) (?:more |\d+ )?credits?\b(?! card)|more credits\b|payment method|credit card/
)

const speaksOfMoment = matches(/rate.?limit|too many requests|concurren|per.?(?:min|sec)/)

/** Money is asked for higher rates, too. */
export const saysUsedUp = (text: string): boolean =>
  saysNothingLeft(text) || (asksForMoney(text) && !speaksOfMoment(text))

/** A quota of nothing, e.g. of a model that a free account may not use. */
export const saysNothingGranted = matches(/\blimit:? 0\b/, /per.?day\b/)

/** Alibaba says of the tokens of a minute what others say of an empty account; only the page that explains it differs. */
export const saysTokenThrottle = matches(/help\.aliyun\.com\S*#token-limit/)

/** Links name their pages, e.g. `rate-limits`, whatever the sentence says. */
const isOfRate = (text: string): boolean => speaksOfRate(text.replace(/https?:\S+/g, ""))

/** It sends the person to their plan and their bill, and speaks of no rate. */
export const saysPlan = (text: string): boolean => text.includes("check your plan and billing") && !isOfRate(text)

/** The same, unless it speaks of a rate: Google says it of the requests of a minute, too. */
export const saysQuota = (text: string): boolean =>
  /insufficient[_ ]quota|exceeded your current quota|quota (?:has been )?(?:exceeded|exhausted)(?![^]*try again)|check your plan and billing|exceeded (?:the |your )?quota|usage limit/.test(
    text
  ) && !isOfRate(text)

/** In so many words. */
export const saysRateLimit = matches(
  /rate limit (?:has been )?exceeded|exceeded (?:a |the |your )?(?:secondary |api )?rate limit/
)

/** Too much at once, or in too short a time: it passes by itself. */
export const saysRate = matches(
  /rate[-_ ]?limit|too many requests|too many tokens|requests? (?:rate|frequency)|throttl/,
  /\bqps\b[^.\n]{0,20} limit|max(?:imum)? (?:parallel|concurrent|concurrency)|concurrency(?: limit)?[^.\n]{0,20}(?:exceeded|reached)|concurrent requests/,
  /quota exceeded for|resource[_ -]?(?:has been )?exhausted|requests? per (?:minute|second)|tokens? per minute/,
  /no deployments available for selected model/,
  /请求(?:过于)?频繁|频率(?:过高|超限|限制)|并发(?:数)?(?:过高|超限|限制)|限流|限速|速率|请求数?过多|请求过快|触发限频/
)

/** What was asked or answered is against a policy. */
export const saysFiltered = matches(
  /content[_ ]?(?:filter|policy|management policy)|content policies/,
  /responsibleaipolicyviolation|flagged (?:by|as|for|under)|safety (?:system|filter|policy|guidelines)/,
  /violat\w+ (?:our |the )?(?:usage|content|safety|community|acceptable use) (?:guidelines|polic)/,
  /content exists risk|considered high risk|inappropriate content|prohibited content|sensitive content|new_sensitive/,
  /(?:prompt|request|input|output|response)(?:[^.\n]{0,40}(?:was|were|been))? (?:blocked|flagged|filtered)/,
  /access to this content for safety reasons|guardrail[^.\n]{0,40} (?:failed|blocked|intervened)|blocked (?:input|output)|content\b[^.\n]{0,60} (?:is|was|been) (?:blocked|filtered|flagged)/,
  /blocked by (?:the |our )?(?:safety|moderation|content)|rejected by (?:the |our )?(?:safety|moderation|content)|contain sensitive/,
  /敏感|违规|不安全|内容安全|审核(?:未|不)通过/
)

/** The key is missing or wrong, is no longer good, or may not do this. */
export const saysKey = matches(
  /(?:invalid|incorrect|missing|no|wrong|expired|bad|malformed) (?:x-)?(?:api|auth(?:entication|orization)?|access|bearer)?[ _-]?(?:key|token|credentials?)\b/,
  /(?:api|access|auth\w*|bearer|security)[ _-]?(?:key|token)[^.\n]{0,60}(?:invalid|expired|not valid|missing|revoked|incorrect|leaked|not found|required|disabled|suspended|blocked)/,
  /authentication[_ ](?:error|fail|required)|authentication fails|unauthori[sz]ed|not authenticated|organization has been disabled|not authorized|permission[_ ](?:error|denied)|no auth credentials/,
  /(?:didn't|did not) provide an api key|login fail|invalid username or password|bad credentials|access denied/,
  /(?:invalid|missing|no|malformed) authorization header|authorization header (?:is |was )?(?:badly|not|missing|malformed)|\btoken (?:is |was |has )?(?:been )?(?:expired|revoked)|credential is only authorized/,
  /身份验证失败|鉴权失败|认证失败|令牌|密钥(?:无效|错误)|未授权|token已过期|无权/
)

/** Nothing was asked: the credentials that a package looks for by itself are not there. */
export const saysNoCredentials = matches(
  /could not load (?:the default )?credentials|unable to find credentials in current/
)

/** The model is unknown, retired or not served there; one that is away for a moment is not meant. */
export const saysNoModel = matches(
  /model_not_found|no such \w*model|not a valid model|invalid model\b|unknown model|model identifier is invalid|model is not supported/,
  /\bmodels?\b[^\n]{0,120}(?:not found|not exist|doesn't exist|(?<!currently |temporarily )not available(?! in your (?:region|country|location))|no longer available|(?:has been|was) (?:decommissioned|removed|retired|deprecated|deactivated)|end of its life)/,
  /\bmodel:? ['"`]?[\w./:@-]+['"`]? is (?:not supported|deprecated)|no endpoints found for \S/,
  /not found the model|unable to access model|could not resolve the foundation model|invalid model name|not supported by (?:any )?provider/,
  // Anthropic says nothing else.
  /^model: \S+$/m,
  /模型不存在|模型代码/
)

/** A call or its JSON came out broken. */
export const saysGarbledCall = matches(
  /(?:error parsing|failed to (?:parse|generate)|could not parse) (?:the )?(?:tool|function)[ _]calls?\b(?! arguments)/,
  /model produced invalid content|failed to parse input at pos \d/
)

/** There is too much to do, or what does it broke: no fault of the request, whatever the status. */
export const saysOverloaded = matches(
  /overloaded|over capacity|at (?:maximum |full )?capacity|no capacity|(?<!tier )capacity (?:temporarily )?exceeded|server overload/,
  /(?:model|server|service|engine|system)(?: is)?(?: too| currently)? busy|high (?:traffic|demand|load)|currently loading/,
  /model (?:has |is |was )?(?:crashed|unloaded)|访问量过大|负载已?饱和/
)

const saysUnavailable = matches(
  /server_error|api_error|service unavailable|unavailable|internal (?:server )?error|capacity temporarily|not ready/,
  /bad gateway|gateway time-?out|upstream (?:connect )?error|provider disconnected|no healthy upstream/,
  /(?:服务|系统)(?:器)?(?:繁忙|过载|不可用|内部错误)|稍后(?:再试|重试)|网络错误/
)

/** There is too much to do, or something broke behind the server: wider than `saysOverloaded`. */
export const saysBusy = (text: string): boolean => saysOverloaded(text) || saysUnavailable(text)

/** No more than that the request is bad, so it is looked for after all other sentences. */
export const saysInvalid = matches(
  /not_found_error|invalid_request_error|invalid_argument|bad request/,
  /参数(?:有误|错误|非法)/
)

/** A server that will never do it, though it says so with 5xx. */
export const saysUnsupported = matches(
  /requires? (?:the )?--[a-z-]+|jinja|prompt ?template|is not supported\b(?! by)|does not support|unsupported (?:param|content|parameter)|unexpected endpoint/
)
