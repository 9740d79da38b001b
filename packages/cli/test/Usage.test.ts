import { join } from "node:path"
import { writeFile } from "node:fs/promises"
import { expect, it } from "vitest"
import { place, rein } from "./support.ts"

const model = ["--model", "anthropic/some-model"]

const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
  [["run", "hi", "--nope"], /Unrecognized flag: --nope/],
  [["frob"], /Unknown subcommand "frob"/],
  [["run", "hi"], /No model is chosen/],
  [["run", ...model], /There is no prompt/],
  [["run", "hi", "--model", "gpt"], /"gpt" is no model id: write provider\/model.*Did you mean openai\/gpt\?/],
  [["run", "hi", "--model", "acme/x"], /no provider "acme".*Known providers: anthropic/],
  [["run", "hi", "--model", "antropic/x"], /Did you mean anthropic\/x\?/],
  [["run", "hi", ...model, "--dir", "nowhere"], /nowhere does not exist/],
  [["run", "hi", ...model, "--dir", "file"], /file is a file/],
  [["run", "hi", ...model, "--continue"], /There is no session in/],
  [["run", "hi", ...model, "--session", "ses_x"], /There is no session ses_x/],
  [["session", "show", "x"], /There is no session x/]
]

// All at once: most of the time is the start of each process.
it("a wrong command line ends with 2 and one sentence", { timeout: 30_000 }, async () => {
  const here = await place()
  await writeFile(join(here.project, "file"), "")
  const ends = await Promise.all(wrong.map(([args]) => rein(here, args)))
  for (const [index, [args, message]] of wrong.entries()) {
    const { code, stderr, stdout } = ends[index] ?? { code: null, stderr: "", stdout: "" }
    const line = args.join(" ")
    expect(stderr, line).toMatch(message)
    expect(stderr.trimEnd().split("\n"), line).toHaveLength(1)
    expect(stderr, line).not.toMatch(/\bat .*:\d+:\d+/)
    expect({ code, stdout }, line).toEqual({ code: 2, stdout: "" })
  }
})

it("--version", async () => {
  expect(await rein(await place(), ["--version"])).toMatchObject({ code: 0, stdout: "rein v0.1.0\n" })
})
