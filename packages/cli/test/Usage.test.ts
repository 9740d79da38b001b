import { join } from "node:path"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { DatabaseSync } from "node:sqlite"
import { expect, it } from "vitest"
import { isFull } from "./size.ts"
import { type Ended, type Place, place, rein, serve, ways } from "./support.ts"

const model = ["--model", "anthropic/some-model"]

const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
  [["run", "hi", "--nope"], /Unrecognized flag: --nope/],
  [["frob"], /Unknown subcommand "frob"/],
  [["run", "hi"], /No model is chosen/],
  [["run", ...model], /There is no prompt/],
  [["run", "hi", "--model", "gpt"], /"gpt" is no model id: write provider\/model.*Did you mean openai\/gpt-/],
  [["run", "hi", "--model", "acme/x"], /no provider "acme".*Known providers: anthropic/],
  [["run", "hi", "--model", "antropic/x"], /Did you mean anthropic\/x\?/],
  [["run", "hi", ...model, "--dir", "nowhere"], /nowhere does not exist/],
  [["run", "hi", ...model, "--dir", "file"], /file is a file/],
  [["run", "hi", ...model, "--continue"], /There is no session in/],
  [["run", "hi", ...model, "--session", "ses_x"], /There is no session ses_x/],
  [["run", "hi", ...model, "--continue", "--session", "ses_x"], /Give one of them/],
  [["run", "hi", "--model"], /Missing value for flag --model/],
  [["run", "hi", ...model, "--agent", "biuld"], /no agent "biuld"\. Did you mean build\?/],
  [["run", "hi", ...model, "--max-steps", "0"], /--max-steps 0 is no number of steps/],
  [["run", "hi", ...model, "--max-steps", "abc"], /--max-steps abc is no number of steps/],
  [["run", "hi", ...model, "--format", "xml"], /"xml".*"text" \| "json"/],
  [["run", "hi", ...model, "--allow", "npm test"], /"npm test" \(in --allow\) is no rule/],
  [["run", "  ", ...model], /There is no prompt/],
  [["session", "show", "x"], /There is no session x/],
  [["session", "events", "x"], /There is no session x/],
  [["session", "events", "x", "--limit", "-1"], /-1/],
  [["session", "list", "--dir", "nowhere"], /nowhere does not exist/]
]

/** It was refused with one sentence, and nothing else. */
const expectRefused = ({ code, stderr, stdout }: Ended, message: RegExp, line: string) => {
  expect(stderr, line).toMatch(message)
  expect(stderr.trimEnd().split("\n"), line).toHaveLength(1)
  expect(stderr, line).not.toMatch(/\bat .*:\d+:\d+/)
  expect({ code, stdout }, line).toEqual({ code: 2, stdout: "" })
}

// All at once: most of the time is the start of each process.
it("a wrong command line ends with 2 and one sentence", async () => {
  const here = await place()
  await writeFile(join(here.project, "file"), "")
  const tried = wrong.filter((_, index) => isFull || index % 3 === 0)
  const ends = await Promise.all(tried.map(([args]) => rein(here, args)))
  for (const [index, [args, message]] of tried.entries()) {
    const ended = ends[index]
    if (ended !== undefined) expectRefused(ended, message, args.join(" "))
  }
})

it("refuses a prompt that is too long before anything is sent", async () => {
  const here = await place()
  const server = await serve(() => [{ text: "done" }])
  const environment = ways.anthropic.environment(server.url)
  const args = ["run", "--model", ways.anthropic.model]
  expectRefused(await rein(here, args, { environment, input: "x".repeat(10_000_000) }), /longer than 1 MiB/, "10 MB")
  const most = await rein(here, args, { environment, input: "x".repeat(1024 * 1024) })
  expect(most).toMatchObject({ code: 0, stdout: "done\n" })
  expect(server.requests).toHaveLength(1)
})

/** A store with one session, and how to open it. */
const withStore = async () => {
  const here = await place()
  const server = await serve(() => [{ text: "done" }])
  const environment = ways.anthropic.environment(server.url)
  const run = () => rein(here, ["run", "hi", "--model", ways.anthropic.model], { environment })
  await run()
  return { here, server, run, file: join(here.folder, "data/rein/rein.db") }
}

const change = (file: string, sql: string) => {
  const database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
}

it("a store that a newer version wrote is left alone", async () => {
  const { file, here, run, server } = await withStore()
  change(file, "PRAGMA user_version = 99")
  expectRefused(await run(), /rein\.db was made by a newer version\. Update/, "run")
  expectRefused(await rein(here, ["session", "list"]), /was made by a newer version/, "list")
  expect(server.requests).toHaveLength(1)
})

it("a session with an event that only a newer version knows can be read, and nothing is sent", async () => {
  const { file, here, server } = await withStore()
  change(file, "UPDATE event SET version = 99 WHERE type = 'TurnEnded'")
  const environment = ways.anthropic.environment(server.url)
  expectRefused(await rein(here, ["run", "hi", "--continue"], { environment }), /newer/, "run")
  const { stdout } = await rein(here, ["session", "list"])
  const shown = await rein(here, ["session", "show", /ses_\S+/.exec(stdout)?.[0] ?? ""])
  expect(shown).toMatchObject({ code: 0, stdout: "done\n" })
  expect(server.requests).toHaveLength(1)
})

const cannotOpen: ReadonlyArray<readonly [string, RegExp, (here: Place) => Promise<NodeJS.ProcessEnv>]> = [
  [
    "a store that is no database",
    /rein\.db is damaged or not a database/,
    async ({ folder }) => {
      await mkdir(join(folder, "data/rein"), { recursive: true })
      await writeFile(join(folder, "data/rein/rein.db"), "x".repeat(10_000))
      return {}
    }
  ],
  [
    "a data folder that is a file",
    /rein\.db cannot be opened/,
    async ({ folder }) => {
      await writeFile(join(folder, "file"), "")
      return { XDG_DATA_HOME: join(folder, "file") }
    }
  ],
  ["a data folder below /proc", /\/proc\/x\/rein\/rein\.db cannot be/, async () => ({ XDG_DATA_HOME: "/proc/x" })]
]

it.each(cannotOpen)("%s is told in one sentence", async (name, message, prepare) => {
  const here = await place()
  const environment = { ...ways.anthropic.environment("http://127.0.0.1:9"), ...(await prepare(here)) }
  expectRefused(await rein(here, ["run", "hi", "--model", ways.anthropic.model], { environment }), message, name)
})

it("a store with a damaged page is told in one sentence", async () => {
  const { file, here } = await withStore()
  change(file, "PRAGMA wal_checkpoint(TRUNCATE)")
  const bytes = await readFile(file)
  bytes.fill(0xff, 4096)
  await writeFile(file, bytes)
  expectRefused(await rein(here, ["session", "list"]), /rein\.db is damaged/, "list")
})

it("--version", async () => {
  expect(await rein(await place(), ["--version"])).toMatchObject({ code: 0, stdout: "rein v0.1.0\n" })
})
