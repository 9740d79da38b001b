/** What somebody can do who has no key: one sentence, with the local servers that answer right now. */
import { type ModelList, modelsWithin } from "./ModelList.ts"

/** A server on this machine that may run. */
export interface LocalServer extends ModelList {
  readonly id: string
}

/** Somebody waits for an error here. A server on the same machine answers at once, unless the machine is very busy. */
const probeMillis = 1_500

const origin = (address: string): string => address.replace(/\/v\d+$/, "")

interface Answering {
  readonly server: LocalServer
  readonly models: ReadonlyArray<string>
}

const asked = async (server: LocalServer): Promise<ReadonlyArray<Answering>> => {
  const models = await modelsWithin(server, probeMillis)
  return models === undefined ? [] : [{ server, models }]
}

const named = ({ models: [first], server }: Answering): string =>
  `${server.id} at ${origin(server.address)}${first === undefined ? "" : ` (e.g. ${server.id}/${first})`}`

/** Asks the servers, in bounded time and without OpenAI's or Anthropic's key. */
export const withoutKey = async (problem: string, servers: ReadonlyArray<LocalServer>): Promise<string> => {
  const answering = (await Promise.all(servers.map(asked))).flat()
  const found =
    answering.length === 0
      ? `no local server (${servers.map(({ id }) => id).join(", ")}) answers on its usual port`
      : `local servers that answer right now: ${answering.map(named).join(", ")}`
  return `${problem}; \`npm run demo\` needs no key, and ${found}.`
}
