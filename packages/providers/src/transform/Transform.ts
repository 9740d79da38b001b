/**
 * Applies the rules to a request.
 *
 * What was made of a message is kept with it, and counts again only behind the same messages: a step costs what is new.
 */
import type { SharedV4ProviderOptions } from "@ai-sdk/provider"
import type { ModelMessage, ModelRequest, ToolDefinition } from "@rein/core/model/ModelRequest"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import { HashMap, Option } from "effect"
import type { Rule, Settings, Target, ToolSpec } from "./Rule.ts"
import { isSame } from "./Rule.ts"
import { rules as all } from "./Rules.ts"

/** A request as its model wants it. */
export interface Transformed {
  readonly system: ReadonlyArray<string>
  readonly tools: ReadonlyArray<ToolSpec>
  /** For each message of the request those that go out instead. */
  readonly messages: ReadonlyArray<ReadonlyArray<ModelMessage>>
  readonly settings: Settings
  readonly mark: SharedV4ProviderOptions | undefined
  /** Messages of the user in a row are sent as one. */
  readonly joinsUsers: boolean
  /** The rules that have changed anything, in the order of the table. */
  readonly changedBy: () => ReadonlyArray<Rule>
}

/** What stands before a message, as far as rules may know it. */
interface Before {
  /** For each rule the last message that it has met. */
  readonly previous: ReadonlyArray<ModelMessage | undefined>
  readonly ids: Ids
}

/** Ids of calls and what they have become; `taken` is the other way round. */
interface Ids {
  readonly made: HashMap.HashMap<string, string>
  readonly taken: HashMap.HashMap<string, string>
}

interface Made {
  readonly before: Before
  readonly after: Before
  readonly messages: ReadonlyArray<ModelMessage>
  readonly changedBy: ReadonlyArray<Rule>
}

const noIds: Ids = { made: HashMap.empty(), taken: HashMap.empty() }

const hasId = (part: ModelMessage["content"][number]): part is Extract<typeof part, { readonly id: string }> =>
  part.type === "call" || part.type === "result"

/** Finds an id for each call that has none yet. No two calls get the same one. */
const named = (message: ModelMessage, ids: Ids, wanted: NonNullable<Rule["callId"]>): Ids => {
  let { made, taken } = ids
  for (const part of message.content) {
    if (!hasId(part) || HashMap.has(made, part.id)) continue
    let attempt = 0
    while (HashMap.has(taken, wanted(part.id, attempt))) attempt++
    made = HashMap.set(made, part.id, wanted(part.id, attempt))
    taken = HashMap.set(taken, wanted(part.id, attempt), part.id) // guard: I2 providers/test/transform/Transform.test.ts #collide
  }
  return { made, taken }
}

const renamed = (message: ModelMessage, { made }: Ids): ModelMessage => {
  const content = message.content.map((part) => {
    const id = hasId(part) ? Option.getOrUndefined(HashMap.get(made, part.id)) : undefined
    return id === undefined || !hasId(part) || id === part.id ? part : { ...part, id }
  })
  // Each part has only got another id, so they are of the role that they were of.
  return isSame<unknown>(message.content, content) ? message : ({ ...message, content } as ModelMessage)
}

const hasUsersInARow = (made: ReadonlyArray<Made>): boolean =>
  made
    .flatMap(({ messages }) => messages)
    .some(({ role }, index, all) => role === "user" && all[index + 1]?.role === "user")

/** Makes what is asked of each request of one model. */
export const make = (
  target: Target,
  asked: ModelRef,
  table: ReadonlyArray<Rule> = all
): ((request: ModelRequest) => Transformed) => {
  const rules = table.filter((rule) => rule.applies(target))
  const messageRules = rules.filter(({ callId, message }) => message !== undefined || callId !== undefined)
  const made = new WeakMap<ModelMessage, Made>()
  const toolLists = new WeakMap<
    ReadonlyArray<ToolDefinition>,
    ReadonlyArray<readonly [Rule, ReadonlyArray<ToolSpec>]>
  >()
  const start: Before = { previous: messageRules.map(() => undefined), ids: noIds }

  const convert = (message: ModelMessage, before: Before): Made => {
    const previous = [...before.previous]
    const changedBy: Array<Rule> = []
    let { ids } = before
    let messages: ReadonlyArray<ModelMessage> = [message]
    messageRules.forEach((rule, index) => {
      const next = messages.flatMap((one) => {
        if (rule.callId !== undefined) ids = named(one, ids, rule.callId)
        const place = { previous: previous[index], asked, target }
        const out = rule.callId === undefined ? (rule.message?.(one, place) ?? one) : renamed(one, ids)
        previous[index] = one
        return out
      })
      if (!isSame(messages, next)) changedBy.push(rule)
      messages = next
    })
    return { before, after: { previous, ids }, messages, changedBy }
  }

  const messagesOf = (request: ModelRequest): ReadonlyArray<Made> => {
    let before = start
    return request.messages.map((message) => {
      const known = made.get(message)
      const one = known?.before === before ? known : convert(message, before)
      if (one !== known) made.set(message, one)
      before = one.after // guard: I2 providers/test/transform/rules.test.ts #mistral-answer-between
      return one
    })
  }

  /** The list after each rule that changes it. */
  const toolsOf = (tools: ReadonlyArray<ToolDefinition>) => {
    const known = toolLists.get(tools)
    if (known !== undefined) return known
    const lists: Array<readonly [Rule, ReadonlyArray<ToolSpec>]> = []
    let list: ReadonlyArray<ToolSpec> = tools
    for (const rule of rules) {
      const next = rule.tools?.(list) ?? list
      if (next !== list) lists.push([rule, next])
      list = next
    }
    toolLists.set(tools, lists)
    return lists
  }

  const systemOf = (request: ModelRequest): readonly [ReadonlyArray<string>, ReadonlyArray<Rule>] => {
    let texts = request.system
    const changedBy = rules.filter((rule) => {
      const next = rule.system?.(texts) ?? texts
      const isChanged = next !== texts
      texts = next
      return isChanged
    })
    return [texts, changedBy]
  }

  const settingsOf = (request: ModelRequest): readonly [Settings, ReadonlyArray<Rule>] => {
    let settings: Settings = { call: {}, options: request.model.options ?? {} }
    const changedBy = rules.filter((rule) => {
      const next = rule.settings?.(settings, request, target) ?? settings
      const isChanged = next !== settings
      settings = next
      return isChanged
    })
    return [settings, changedBy]
  }

  return (request) => {
    const messages = messagesOf(request)
    const tools = toolsOf(request.tools)
    const [system, systemRules] = systemOf(request)
    const [settings, settingsRules] = settingsOf(request)
    const marking = rules.find((rule) => rule.mark !== undefined)
    const joining = rules.find((rule) => rule.joinsUsers)
    const isMarked = request.cache.tools || request.cache.system || request.cache.messages.length > 0
    return {
      system,
      tools: tools.at(-1)?.[1] ?? request.tools,
      messages: messages.map((one) => one.messages),
      settings,
      mark: marking?.mark?.(target),
      joinsUsers: joining !== undefined,
      changedBy: () => {
        const changed = new Set([
          ...messages.flatMap((one) => one.changedBy),
          ...tools.map(([rule]) => rule),
          ...systemRules,
          ...settingsRules,
          ...(joining !== undefined && hasUsersInARow(messages) ? [joining] : []),
          ...(marking !== undefined && isMarked ? [marking] : [])
        ])
        return rules.filter((rule) => changed.has(rule))
      }
    }
  }
}
