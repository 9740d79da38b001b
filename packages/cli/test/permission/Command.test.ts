import { mkdir, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, it } from "vitest"
import { place, rein } from "../support.ts"

const lines = 1_000

it("answers many lines in their order, and each bad one with an error", async () => {
  const here = await place()
  const file = join(here.folder, "rules.json")
  await writeFile(file, JSON.stringify([{ permission: "bash", pattern: "git status *", action: "allow" }]))
  const asked = Array.from({ length: lines }, (_, id) =>
    id % 100 === 7
      ? "no JSON"
      : JSON.stringify({ id, permission: "bash", value: id % 2 === 0 ? "git status -s" : `make \u2028 ${id}` })
  )
  const { code, stderr, stdout } = await rein(here, ["permission", "check", "--stdin", "--rules", file], {
    input: asked.join("\n")
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  const answers = stdout
    .trimEnd()
    .split("\n")
    // Each line is an answer with these fields.
    .map((line) => JSON.parse(line) as { id: number | null; decision: string; commands: unknown; error?: string })
  expect(answers.map(({ id }) => id)).toEqual(asked.map((_, id) => (id % 100 === 7 ? null : id)))
  expect(answers[0]).toMatchObject({ decision: "allow", commands: [["git", "status", "-s"]], paths: [] })
  expect(answers[1]).toMatchObject({ decision: "ask" })
  expect(answers[7]?.decision).toBe("ask")
  expect(answers[7]?.error).toBeTruthy()
})

it("answers what is large or nested without end as any other line, and the lines after it", async () => {
  const here = await place()
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
  const asked = [
    `{"id":${deep},"permission":"bash","value":"ls"}`,
    `{"id":"path","permission":"read","value":"${"a/".repeat(500_000)}"}`,
    `{"id":"line","permission":"bash","value":"${"ls; ".repeat(400_000)}"}`,
    `{"id":"open","permission":"bash","value":"echo 'a"}`,
    `{"id":"last","permission":"bash","value":"ls"}`
  ]
  const { code, stdout } = await rein(here, ["permission", "check", "--stdin"], { input: asked.join("\r\n") })
  expect(code).toBe(0)
  const answers = stdout
    .trimEnd()
    .split("\n")
    // Each line is an answer with these fields.
    .map(
      (line) => JSON.parse(line) as { id: unknown; decision: string; commands: ReadonlyArray<ReadonlyArray<string>> }
    )
  expect(answers.map(({ decision, id }) => [id, decision])).toEqual([
    [null, "ask"],
    ["path", "ask"],
    ["line", "ask"],
    ["open", "ask"],
    ["last", "allow"]
  ])
  expect(answers.flatMap(({ commands }) => commands.filter(({ length }) => length === 0))).toEqual([])
})

it("tells the value as it was given, reads relative paths as those of the project, and warns of rules that do nothing", async () => {
  const here = await place()
  const file = join(here.folder, "rules.json")
  const rules = [
    { permission: "edit", pattern: "*", action: "allow" },
    { permission: "edit", pattern: "src/*", action: "deny" },
    { permission: "edit", pattern: "link/*", action: "deny" },
    { permission: "write", pattern: "*", action: "deny" }
  ]
  await mkdir(join(here.project, "docs"))
  await symlink("docs", join(here.project, "link"))
  await writeFile(file, JSON.stringify(rules))
  const asked = ["permission", "check", "--rules", file, "--permission", "edit"]
  const told = await rein(here, [...asked, "../a", "--format", "json"])
  expect(JSON.parse(told.stdout)).toMatchObject({ permission: "edit", value: "../a", decision: "ask" })
  expect(JSON.parse(told.stdout)).not.toHaveProperty("rule")
  expect(told.stderr).toMatch(/warning: deny write \* .* never matches/)
  const lines = ["src/a", "docs/a", "link/a", "other/a"].map(
    (value) => `${JSON.stringify({ permission: "edit", value })}\n`
  )
  const many = await rein(here, [...asked, "--stdin"], { input: lines.join("") })
  const decisions = many.stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { decision: string }).decision) // an answer
  expect(decisions).toEqual(["deny", "deny", "deny", "allow"])
})

it("tells the decision by the exit code when that is wanted, and what rules do nothing", async () => {
  const here = await place()
  const file = join(here.folder, "rules.json")
  const rules = [
    { permission: "bash", pattern: "rm *", action: "deny" },
    { permission: "bash", pattern: "*", action: "allow" },
    { permission: "write", pattern: "*", action: "deny" }
  ]
  await writeFile(file, JSON.stringify(rules))
  const asked = await rein(here, ["permission", "check", "make all", "--exit-code"])
  expect(asked.code).toBe(3)
  const listed = await rein(here, ["permission", "rules", "--rules", file, "--format", "json"])
  // The answer of this command.
  const { warnings } = JSON.parse(listed.stdout) as { warnings: ReadonlyArray<{ kind: string; rule: unknown }> }
  expect(warnings.map(({ kind, rule }) => [kind, rule])).toEqual([
    ["shadowed", rules[0]],
    ["never-matches", rules[2]]
  ])
})
