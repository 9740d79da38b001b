import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { expect, it } from "vitest"
import { type Ended, type Place, place, rein, serve, ways } from "../support.ts"

type Fields = Readonly<Record<string, unknown>>

const events = ({ stdout }: Ended): ReadonlyArray<Fields> =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Fields) // each line of --format json is an object

/** What of a session has to be the same, whenever and wherever it runs. */
const told = (ended: Ended, { project }: Place) => {
  // A call starts and ends while the model still speaks, which a recording does faster.
  const runsBeside = ({ type }: Fields) => type === "CallStarted" || type === "CallSettled"
  const all = events(ended)
  const said = all
    .filter((event) => !runsBeside(event))
    .map(({ exitCode, outcome, text, type }) => ({ type, outcome, exitCode, text }))
  const results = all
    .filter(({ type }) => type === "CallSettled")
    .map(({ data }) => {
      const { result } = data as { readonly result: { readonly output: string; readonly status: string } } // as CallSettled has it
      return { output: result.output, status: result.status }
    })
  return [...said, ...results].map((one) =>
    JSON.stringify(one)
      .replaceAll(project, "PROJECT")
      .replaceAll(/\d{4}-\d\d-\d\d/g, "DATE")
  )
}

/** Runs as if it were 400 days later. */
const later = ({ folder }: Place): NodeJS.ProcessEnv => {
  const file = join(folder, "later.mjs")
  writeFileSync(
    file,
    "const now = Date.now; Date.now = () => now() + 400 * 864e5\n" +
      "globalThis.Date = class extends Date { constructor(...of) { super(...(of.length > 0 ? of : [Date.now()])) } }\n"
  )
  return { NODE_OPTIONS: `--import=${pathToFileURL(file).href}` }
}

it("a recorded session runs again elsewhere, on another day and without a model; its tools really run", async () => {
  const [there, here] = [await place(), await place()]
  for (const { project } of [there, here]) writeFileSync(join(project, "a.txt"), "content\n")
  const key = "another-key-0123456789"
  const server = await serve(
    [
      [
        { text: ["I look in ", there.project.slice(0, 9), there.project.slice(9), "."] },
        { call: { tool: "read", input: { path: join(there.project, "a.txt") } } }
      ],
      [{ error: { status: 529, headers: { "retry-after-ms": "10" } } }],
      [
        {
          call: {
            tool: "bash",
            input: { command: `cp ${there.project}/a.txt b.txt; pwd; date +%F; echo $PPID > c.txt` }
          }
        }
      ],
      [{ text: `Done in ${there.project}.` }, { usage: { input: 12, output: 3 } }]
    ],
    7
  )
  const cassette = join(there.folder, "session.jsonl")
  const work = ["run", "Copy a.txt", "--yes", "--format", "json"]
  const recorded = await rein(there, [...work, "--model", ways.anthropic.model, "--record", cassette], {
    environment: { ...ways.anthropic.environment(server.url), OTHER_API_KEY: key }
  })
  expect(recorded).toMatchObject({ code: 0, stderr: "" })
  const written = readFileSync(cassette, "utf8")
  expect(statSync(cassette).mode & 0o777).toBe(0o600)
  for (const hidden of [there.project, "test-key"]) expect(written).not.toContain(hidden)

  const replayed = await rein(here, [...work, "--model", `replay:${cassette}`], { environment: later(here) })
  expect(replayed.stderr).toBe("")
  expect(told(replayed, here)).toEqual(told(recorded, there))
  expect(replayed.stdout).not.toContain(there.project)
  expect(readFileSync(join(here.project, "b.txt"), "utf8")).toBe("content\n")
  expect(server.requests).toHaveLength(4)
})

it("what was not recorded fails and says where it differs; a recording is not written over", async () => {
  const here = await place()
  const server = await serve([[{ text: "first" }], [{ text: "second" }]])
  const environment = ways.anthropic.environment(server.url)
  const record = ["--model", ways.anthropic.model, "--record", "session.jsonl"]
  await rein(here, ["run", "one", ...record], { environment })
  const [again, missed, broken, misspelt] = await Promise.all([
    rein(here, ["run", "one", ...record], { environment }),
    rein(here, ["run", "two", "--model", "replay:session.jsonl"]),
    rein(here, ["run", "one", "--model", "replay:missing.jsonl"]),
    rein(here, ["run", "one", "--model", "reply:session.jsonl"])
  ])
  expect(again).toMatchObject({ code: 2, stdout: "" })
  expect(again.stderr).toContain("session.jsonl is there already")
  expect(missed?.code).toBe(1)
  expect(missed?.stderr).toContain("1 recorded answer of session.jsonl was not asked for")
  expect(missed?.stderr).toContain(`messages[1].content[0].text: recorded "one", asked "two"`)
  expect(broken?.code).toBe(2)
  expect(broken?.stderr).toContain("missing.jsonl cannot be read")
  expect(misspelt?.stderr).toContain("Did you mean replay:session.jsonl?")

  const goneOn = await rein(here, ["run", "more", "--continue", "--record", "session.jsonl"], { environment })
  expect(goneOn.stdout).toBe("second\n")
  expect(readFileSync(join(here.project, "session.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(3)
})
