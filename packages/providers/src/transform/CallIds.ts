/** Ids and names of calls as a provider takes them. Ids come back with the results and mean nothing to the model. */
import { isClaude, isMistral } from "./Models.ts"
import { mapAssistant, mapEach, type Rule } from "./Rule.ts"

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/** FNV-1a with 64 bits: the same on every machine and in every version. */
const hash = (text: string): bigint => {
  let value = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n)
  return value
}

/** Nine letters and digits that follow from the text. */
export const nine = (text: string): string => {
  let rest = hash(text)
  let made = ""
  while (made.length < 9) {
    made += alphabet[Number(rest % 62n)] ?? ""
    rest /= 62n
  }
  return made
}

const mistral: Rule = {
  name: "mistral-call-ids",
  what: "Gives each call an id of nine letters and digits.",
  why: "Mistral refuses every other id, also those of calls that another model has made.",
  source: "https://github.com/mistralai/mistral-common/blob/main/src/mistral_common/protocol/instruct/validator.py",
  applies: isMistral,
  callId: (id, attempt) => (attempt === 0 && /^[a-zA-Z0-9]{9}$/.test(id) ? id : nine(`${id} ${attempt}`))
}

const claudeLength = 64

const claude: Rule = {
  name: "claude-call-ids",
  what: "Replaces what is no letter, digit, _ or - in the id of a call, and cuts it to 64 characters.",
  why: "Claude refuses the request, with every provider that serves it.",
  source: "https://docs.claude.com/en/api/messages",
  applies: (target) => target.dialect.plainIds || isClaude(target),
  callId: (id, attempt) => {
    const suffix = attempt === 0 ? "" : `_${attempt}`
    const plain = id === "" ? "call" : id.replace(/[^a-zA-Z0-9_-]/g, "_")
    return `${plain.slice(0, claudeLength - suffix.length)}${suffix}`
  }
}

/** With this name a tool may be called. */
const plainName = (name: string): string => name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64) || "unnamed"

const withPlainName = <A extends { readonly tool: string }>(part: A): A => {
  const tool = plainName(part.tool)
  return tool === part.tool ? part : { ...part, tool }
}

const names: Rule = {
  name: "call-names",
  what: "Replaces what is no letter, digit, _ or - in the name of a called tool, and cuts it to 64 characters.",
  why: "Models make up names, with tokens of their own format in them, too; every later request would be refused for one.",
  source: "https://platform.openai.com/docs/api-reference/responses/create#responses-create-input",
  applies: () => true,
  message: (message) => {
    if (message.role === "user") return message
    if (message.role === "assistant") {
      return mapAssistant(message, (part) => [part.type === "call" ? withPlainName(part) : part])
    }
    const content = mapEach(message.content, withPlainName)
    return content === message.content ? message : { ...message, content }
  }
}

/** In this order. */
export const rules: ReadonlyArray<Rule> = [names, mistral, claude]
