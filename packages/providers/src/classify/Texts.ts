/** What servers write when they refuse a request. All matching of texts is here. */

const matches =
  (...patterns: ReadonlyArray<RegExp>) =>
  (text: string): boolean =>
    patterns.some((pattern) => pattern.test(text))

export const saysCut = matches(/without a finish reason/, /no output generated/, /empty response body/)

/** One request above the limit of a minute. */
export const saysMinuteLimit = matches(
  /request too large[^]*(tokens per min|tpm)/,
  /(tokens per min|tpm)[^]*request too large/
)

export const saysOverflow = matches(
  /prompt is too long/,
  /input is too long/,
  /context[ _-]?length[ _-]?exceeded/,
  /context_window_exceeded|exceeds? (the |this model's |your )?(maximum |available )?context (length|window|size|limit)/,
  /maximum context length/,
  /maximum (input|prompt) (length|size)/,
  /input token count[^]*exceeds the maximum/,
  /too many (input |total )?tokens|tokens? exceed/,
  /(prompt|input|request)[^.]{0,60} (exceeds|larger than|longer than)[^.]{0,40}(context|maximum|limit|tokens)/,
  /initial prompt is greater than the context length/,
  /reduce the length of (the|your) (messages|input|prompt)/,
  /request_too_large|exceed_context_size_error|model_context_window_exceeded/
)

export const saysOutputLimit = matches(
  /max_(completion_|output_)?tokens[^.]*(too large|exceeds?|must be (less|at most)|greater than|maximum allowed)/,
  /maximum allowed number of output tokens/
)

export const saysQuota = matches(
  /insufficient[_ ]?(quota|balance|funds|credits?)/,
  /exceeded your current quota/,
  /credit balance is too low|(out of|no|not enough) credits?\b|add (more )?credits/,
  /billing_(error|hard_limit|not_active)|check your plan and billing|payment required/,
  /usage limit (has been )?reached|usage_limit_reached|quota[^.]*per ?day|limit: 0\b/,
  /余额不足|欠费/
)

export const saysRate = matches(/rate[_ ]?limit|too many requests/)

export const saysFiltered = matches(
  /content[_ ]?(filter|policy|management policy)/,
  /responsibleaipolicyviolation|flagged (by|as)|safety (system|filter|policy)/
)

export const saysKey = matches(
  /(invalid|incorrect|missing|no|expired) (x-)?api[ _-]?key/,
  /authentication_error|invalid_api_key|unauthorized|permission_error/
)

export const saysNoModel = matches(
  /model_not_found|no such model|not a valid model/,
  /\bmodel\b[^\n]{0,120}(not found|not exist|doesn't exist)/,
  // Anthropic says nothing else.
  /^model: \S+$/m
)

export const saysBusy = matches(/overloaded|server_error|api_error|service unavailable|internal server error/)

export const saysInvalid = matches(/not_found_error|invalid_request_error/)

/**
 * Servers that count the wanted output into the window speak of the window also when only `max_tokens` is too large;
 * compacting the history would never help there.
 */
export const outputIsTheProblem = (text: string): boolean => {
  const sum = /(\d+) \+ (\d+) > (\d+)/.exec(text)
  if (sum !== null && text.includes("max_tokens")) return Number(sum[1]) < Number(sum[3])
  const limit = /maximum context length (?:is|of) (\d+)/.exec(text)
  const input = /(\d+) (?:tokens )?(?:in|from|of) (?:the |your |text )?(?:messages|input|prompt)/.exec(text)
  return limit !== null && input !== null && Number(input[1]) < Number(limit[1])
}

/** The size of the window, where the text names it. */
export const windowOf = (text: string): { readonly limit?: number } => {
  const found =
    /(?:maximum context length (?:is|of)|context size \(|maximum of|>|limit:?|exceeds the maximum number of tokens allowed \() ?(\d{3,})/.exec(
      text
    )
  return found === null ? {} : { limit: Number(found[1]) }
}
