import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, it, onTestFinished } from "vitest"
import { place, rein } from "../support.ts"

const lines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>) // each line of --format json is an object

/** Gives JSON at some paths, and nothing elsewhere. */
const json = async (answers: Readonly<Record<string, unknown>>): Promise<string> => {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ""]
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" })
    response.end(JSON.stringify(answer ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void server.close())
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it("lists models with their limits, prices and whether there is a key, and takes newer facts when it is told to", async () => {
  const here = await place()
  const environment = { ANTHROPIC_API_KEY: "a-key-of-somebody" }
  const text = await rein(here, ["models", "anthropic"], { environment })
  expect(text.stdout).toMatch(/^anthropic\/claude-haiku-4-5 +200k +64k +key +\$1 in, \$5 out, \$0\.1 cached +tools/m)

  const all = lines((await rein(here, ["models", "--format", "json"], { environment })).stdout)
  expect(all[0]).toMatchObject({ provider: "anthropic", key: true })
  expect(all.at(-1)).toMatchObject({ key: false })
  expect(all.find(({ id }) => id === "google/gemini-2.5-pro")).toMatchObject({
    contextTokens: 1_048_576,
    prices: { above: [{ tokens: 200_000 }] },
    capabilities: { tools: true }
  })

  const model = { limit: { context: 5_000, output: 50 }, cost: { input: 7, output: 8 } }
  const url = await json({ "/api.json": { anthropic: { models: { "claude-next": model } } } })
  const fresh = { ...environment, REIN_MODELS_URL: `${url}/api.json` }
  const refreshed = await rein(here, ["models", "anthropic", "--refresh"], { environment: fresh })
  expect(refreshed.stderr).toContain("1 models")
  const later = await rein(here, ["models", "anthropic"], { environment })
  expect(later.stdout).toMatch(/^anthropic\/claude-next +5k +50 +key +\$7 in, \$8 out/m)
  expect(later.stdout).toContain("anthropic/claude-haiku-4-5")
})

it("finds the servers on this machine when asked, and names them to somebody who has nothing else", async () => {
  const here = await place()
  const nowhere = "http://127.0.0.1:1"
  const environment = {
    VLLM_BASE_URL: await json({ "/v1/models": { data: [{ id: "meta/llama", max_model_len: 8_000 }] } }),
    OLLAMA_BASE_URL: nowhere,
    LMSTUDIO_BASE_URL: nowhere,
    LLAMACPP_BASE_URL: nowhere
  }
  const local = await rein(here, ["models", "--local", "--format", "json"], { environment })
  expect(lines(local.stdout)).toMatchObject([
    { id: "vllm/meta/llama", contextTokens: 8_000, prices: "unknown", key: true }
  ])
  expect(local.stderr).toContain(environment.VLLM_BASE_URL)

  const without = await rein(here, ["run", "hi"], { environment })
  expect(without).toMatchObject({ code: 2, stdout: "" })
  expect(without.stderr).toContain("On this machine there are: vllm/meta/llama.")
  const withKey = await rein(here, ["run", "hi"], { environment: { ...environment, GROQ_API_KEY: "a-key" } })
  expect(withKey.stderr).not.toContain("vllm/meta/llama")
})

it("says which provider or model may be meant", async () => {
  const here = await place()
  const provider = await rein(here, ["models", "antropic"])
  expect(provider).toMatchObject({ code: 2, stdout: "" })
  expect(provider.stderr).toContain("Did you mean anthropic?")
  const model = await rein(here, ["run", "hi", "--model", "claude-haiku-4.5"])
  expect(model.stderr).toMatch(/Did you mean anthropic\/claude-haiku-4-5\b/)
})
