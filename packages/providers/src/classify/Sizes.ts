/** Numbers in what servers say of requests that are too large: the window, the input, the wanted output. */

const number = (found: RegExpExecArray | null): number | undefined =>
  found === null ? undefined : Number((found[1] ?? "").replaceAll(",", ""))

const digits = "(\\d[\\d,]{2,14})"

const windowPatterns = [
  `context length is only ${digits}`,
  `(?:maximum|max) (?:model |context |prompt |input |sequence )*(?:length|size|window|limit) ?(?:is|of|:)? ?(?:only )?${digits}`,
  `context (?:length|window|size)(?: is| of| =|:)? ?(?:only )?\\(?${digits}`,
  `too large for model with ${digits}`,
  `model token limit: ${digits}`,
  `exceeds? the (?:maximum number of tokens allowed \\(|limit of )${digits}`,
  `must (?:be <=|have less than) ${digits}`,
  `range of input length should be \\[\\d+, ?${digits}\\]`,
  `must not exceed ${digits}`,
  `> ${digits}`,
  `\\blimit(?: is)?:? ${digits}`,
  `max(?:imum)? size:? ${digits}`
].map((pattern) => new RegExp(pattern))

const inputPatterns = [
  `(?:prompt|input|messages?|request) (?:has|have|contains?|resulted in|of) (?:at least )?${digits} (?:input )?tokens`,
  `passed ${digits} input tokens`,
  `given: ${digits} \`inputs\` tokens`,
  `${digits} tokens from the input`,
  `${digits} (?:tokens )?(?:in|from|of) (?:the |your )?(?:messages|prompt|text input|input)`
].map((pattern) => new RegExp(pattern))

/** The share of a window from which on an input has filled it. */
const nearlyFull = 0.99

const toolInput = new RegExp(`${digits} of tool input`)

const first = (patterns: ReadonlyArray<RegExp>, text: string): number | undefined => {
  for (const pattern of patterns) {
    const found = number(pattern.exec(text))
    if (found !== undefined) return found
  }
  return undefined
}

const inputOf = (text: string): number | undefined => {
  const found = first(inputPatterns, text)
  return found === undefined ? undefined : found + (number(toolInput.exec(text)) ?? 0)
}

/** The size of the window, where the text names it. */
export const windowOf = (text: string): { readonly limit?: number } => {
  const limit = first(windowPatterns, text)
  return limit === undefined ? {} : { limit }
}

/**
 * What is too large, where the numbers tell: the input, or only the input with the wanted output. Servers that count the
 * output into the window speak of the window in both cases; compacting the history would never help in the second. Where the
 * input leaves next to nothing of the window, no answer would fit there.
 */
export const tooLargeIs = (text: string): "input" | "output" | undefined => {
  const sum = text.includes("max_tokens") ? /\b(\d{1,12}) \+ \d{1,12} > (\d{1,12})/.exec(text) : null
  const input = sum === null ? inputOf(text) : Number(sum[1])
  const limit = sum === null ? windowOf(text).limit : Number(sum[2])
  if (input === undefined || limit === undefined) return undefined
  return input < limit * nearlyFull ? "output" : "input"
}

/** One request above the limit of a minute: it never gets through, however long one waits. */
export const neverFitsMinute = (text: string): boolean => {
  if (/request too large[^]*(tokens per min|\btpm\b)/.test(text)) return true
  const limit = number(new RegExp(`\\blimit:? ${digits}`).exec(text))
  const wanted = number(new RegExp(`\\brequested:? ~?${digits}`).exec(text))
  return /tokens per|\btpm\b/.test(text) && limit !== undefined && wanted !== undefined && wanted > limit
}
