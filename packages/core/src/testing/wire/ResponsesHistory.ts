/** The rules of OpenAI's Responses API for a history. */
import { array, type Fields, fields, isBlank, repeated, text, wrongNames } from "./json.ts"

const roles = new Set(["system", "developer", "user", "assistant"])

const isMessage = (item: Fields): boolean => item["type"] === undefined || item["type"] === "message"

const ids = (items: ReadonlyArray<Fields>, type: string): ReadonlyArray<string> =>
  items.filter((item) => item["type"] === type).map((item) => text(item["call_id"]))

const checkMessage = (item: Fields, at: string): ReadonlyArray<string> => {
  const { content, role: given } = item
  const role = text(given)
  const blanks = array(content)
    .map(fields)
    .filter((part) => "text" in part && isBlank(part["text"]))
  const isEmpty = Array.isArray(content) ? content.length === 0 : isBlank(content)
  return [
    ...(roles.has(role) ? [] : [`${at}: role "${role}" is not valid`]),
    ...(isEmpty ? [`${at}: the message is empty`] : []),
    ...blanks.map(() => `${at}: a text is empty`)
  ]
}

/** Without storage the API has nothing that an id could name, and reads reasoning only if it is sent along. */
const checkReference = (item: Fields, at: string, isStored: boolean): ReadonlyArray<string> => {
  if (isStored) return []
  if (item["type"] === "item_reference") return [`${at}: refers to ${text(item["id"])}, which is not stored`]
  return item["type"] === "reasoning" && isBlank(item["encrypted_content"])
    ? [`${at}: reasoning without its encrypted content`]
    : []
}

/** Calls that stand together are answered together, in their order, before anything else is said. */
const checkOrder = (items: ReadonlyArray<Fields>): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  let open: Array<string> = []
  items.forEach((item, index) => {
    if (item["type"] === "function_call") open.push(text(item["call_id"]))
    else if (item["type"] === "function_call_output") {
      const id = text(item["call_id"])
      if (open.includes(id) && open[0] !== id)
        wrong.push(`item ${index}: the results are not in the order of the calls`)
      open = open.filter((one) => one !== id)
    } else if (isMessage(item) && item["role"] === "user" && open.length > 0) {
      wrong.push(...open.map((id) => `item ${index}: call ${id} has no result before the next message`))
      open = []
    }
  })
  return wrong
}

/** What the API would refuse. `isStored`: may items refer to what an earlier answer left there? */
export const check = (items: ReadonlyArray<Fields>, isStored: boolean): ReadonlyArray<string> => {
  const calls = ids(items, "function_call")
  const results = ids(items, "function_call_output")
  const known = new Set(calls)
  const answered = new Set(results)
  return [
    ...repeated(calls).map((id) => `call id ${id} is used more than once`),
    ...repeated(results).map((id) => `call ${id} has more than one result`),
    ...calls.filter((id) => !answered.has(id)).map((id) => `call ${id} has no result`),
    ...results.filter((id) => !known.has(id)).map((id) => `the result for ${id} has no call before it`),
    ...wrongNames(items.filter((item) => item["type"] === "function_call").map((item) => text(item["name"]))),
    ...checkOrder(items),
    ...items.flatMap((item, index) => [
      ...(isMessage(item) ? checkMessage(item, `item ${index}`) : []),
      ...checkReference(item, `item ${index}`, isStored)
    ])
  ]
}
