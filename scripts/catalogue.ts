// Writes the catalogue of models that the providers package brings: node scripts/catalogue.ts
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Where the facts come from. Its licence is MIT; `docs/decisions` says why this one. */
const origin = { package: "@earendil-works/pi-ai", version: "1.5.2", licence: "MIT", author: "Mario Zechner" }

/** Our providers, and how the package calls them. */
const providers: Readonly<Record<string, string>> = {
  anthropic: "anthropic",
  openai: "openai",
  google: "google",
  "google-vertex": "google-vertex",
  "amazon-bedrock": "amazon-bedrock",
  azure: "azure",
  mistral: "mistral",
  groq: "groq",
  xai: "xai",
  deepseek: "deepseek",
  togetherai: "together",
  fireworks: "fireworks",
  cerebras: "cerebras",
  openrouter: "openrouter",
  vercel: "vercel-ai-gateway",
  moonshotai: "moonshotai"
}

interface Rates {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

/** An entry of the package, as far as it is used. */
interface Entry {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly reasoning: boolean
  readonly input: ReadonlyArray<string>
  readonly cost?: Rates & { readonly tiers?: ReadonlyArray<Rates & { readonly inputTokensAbove: number }> }
  readonly contextWindow?: number
  readonly maxTokens?: number
}

/** Dollars as micro-dollars. The package writes zero for cached input without a price of its own, which is then the price of input. */
const rates = ({ cacheRead, cacheWrite, input, output }: Rates): Rates => {
  const micro = (dollars: number) => Math.round(dollars * 1_000_000)
  const own = (dollars: number) => micro(dollars === 0 ? input : dollars)
  return { input: micro(input), output: micro(output), cacheRead: own(cacheRead), cacheWrite: own(cacheWrite) }
}

/** Zero is a price only where the name says so; elsewhere it means that nobody knows it. */
const prices = ({ cost, id }: Entry): unknown => {
  // A router that chooses the model later has a price below zero.
  if (cost === undefined || cost.input < 0) return "unknown"
  if (cost.input === 0 && cost.output === 0 && !id.endsWith(":free")) return "unknown"
  const { tiers = [], ...base } = cost
  const above = tiers.map(({ inputTokensAbove, ...tier }) => ({ tokens: inputTokensAbove, ...rates(tier) }))
  return { ...rates(base), ...(above.length === 0 ? {} : { above }) }
}

const positive = (tokens: number | undefined): unknown => (tokens !== undefined && tokens > 0 ? tokens : "unknown")

const facts = (entry: Entry): unknown => ({
  name: entry.name,
  contextTokens: positive(entry.contextWindow),
  outputTokens: positive(entry.maxTokens),
  prices: prices(entry),
  // Only models that call tools are listed there.
  capabilities: { tools: true, reasoning: entry.reasoning, input: entry.input }
})

const folder = mkdtempSync(join(tmpdir(), "rein-catalogue-"))
const target = join(import.meta.dirname, "../packages/providers/src/catalogue/data")
try {
  const [packed = ""] = execFileSync("npm", ["pack", "--silent", `${origin.package}@${origin.version}`], {
    cwd: folder
  })
    .toString()
    .trim()
    .split("\n")
  execFileSync("tar", ["xzf", packed], { cwd: folder })
  const data = join(folder, "package/dist/providers/data")
  // The package's own files; what is in them is looked at below, and again by the tests.
  const read = (name: string) => JSON.parse(readFileSync(join(data, name), "utf8"))
  for (const [id, theirs] of Object.entries(providers)) {
    const groups = read(`${theirs}.json`) as Readonly<Record<string, Readonly<Record<string, Entry>>>>
    const entries = Object.values(groups)
      .flatMap((group) => Object.values(group))
      .filter(({ type }) => type === "chat")
    // A model that is offered through two APIs is one model.
    const lines = [...new Map(entries.map((entry) => [entry.id, entry])).values()]
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((entry) => `${JSON.stringify(entry.id)}:${JSON.stringify(facts(entry))}`)
    writeFileSync(join(target, `${id}.json`), `{\n${lines.join(",\n")}\n}\n`)
    console.log(`${id}: ${lines.length}`)
  }
  const { generatedAt } = read(".manifest.json") as { readonly generatedAt: string }
  writeFileSync(join(target, "origin.json"), `${JSON.stringify({ ...origin, generatedAt })}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
