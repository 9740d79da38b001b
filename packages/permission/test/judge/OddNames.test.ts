/** Names of files that are other words, or other lines, when a command divides them. */
import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { NodeReader } from "@rein/permission/node"
import { assert, describe, it } from "@effect/vitest"
import { judgeIn, makeProject } from "./fixture.ts"

const read = await NodeReader.load()
const project = makeProject(false)
for (const path of ["a /etc/passwd", "nl\n/etc/passwd", "lib/.en\\v", "below/.env", "other/a.ts"]) {
  const file = join(project.directory, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, "x\n")
}
execFileSync("git", ["init", "-q", join(project.directory, "below")], { stdio: "ignore" })
execFileSync("git", ["-C", join(project.directory, "below"), "add", "-f", ".env"], { stdio: "ignore" })
const judge = judgeIn(read, project)

describe("names with blanks, ends of lines and backslashes", () => {
  for (const line of [
    "find . -name passwd | xargs cat",
    "find 'a /etc' -name passwd | xargs cat",
    "find 'a ' -type f | xargs cat",
    "cat $(find 'a ' -type f)",
    "grep -rl x 'a ' | xargs cat",
    'find . -name passwd -type f | while read -r f; do cat "$f"; done',
    'find nl* -type f | while read -r f; do cat "$f"; done',
    'find lib -type f | while read f; do cat "$f"; done',
    "cd below && git ls-files | xargs cat"
  ])
    it(`ask: ${line}`, () => {
      assert.strictEqual(judge(line).action, "ask")
    })

  it("do not matter elsewhere", () => {
    assert.strictEqual(judge("find other -type f | xargs cat").action, "allow")
  })
})
