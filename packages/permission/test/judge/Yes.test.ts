import { assert, describe, it } from "@effect/vitest"
import { Judge, type Layer, type Rule } from "@rein/permission"
import { NodeReader } from "@rein/permission/node"
import { contextIn, makeProject } from "./fixture.ts"

const read = await NodeReader.load()
const project = makeProject(true)

const yes: Layer = { origin: "yes", onlyAsks: true, rules: [{ permission: "*", pattern: "*", action: "allow" }] }

const rule = (action: Rule["action"], pattern: string, permission = "bash"): Rule => ({ action, pattern, permission })

/** As with `--yes`: rules before it, and rules behind it. */
const judge = (line: string, before: ReadonlyArray<Rule>, behind: ReadonlyArray<Rule> = []) =>
  Judge.judge(
    line,
    contextIn(project, [{ origin: "user", rules: before }, yes, { origin: "flags", rules: behind }]),
    read
  ).action

describe("a yes to all that is asked", () => {
  const unclear = "echo $$ > pid; sleep 300 &"

  it("allows what would be asked, also what is not understood", () => {
    for (const line of ["mkdir x", "cat /etc/hostname", "echo a > src/a.ts", "eval ls", "node -e 1", unclear]) {
      assert.strictEqual(judge(line, []), "allow", line)
    }
  })

  it("is said to be what has decided", () => {
    const judged = (line: string) => Judge.judge(line, contextIn(project, [yes]), read)
    assert.deepStrictEqual([judged("mkdir x").origins, judged(unclear).origins], [["yes"], ["yes"]])
  })

  it("leaves denied what a rule denies, and asked what a rule asks for", () => {
    for (const line of ["rm x", "ls && rm x", "echo $(rm x) &", "sudo rm x"]) {
      assert.strictEqual(judge(line, [rule("deny", "rm *")]), "deny", line)
      assert.strictEqual(judge(line, [], [rule("deny", "rm *")]), "deny", line)
    }
    assert.strictEqual(judge("git push && ls", [], [rule("ask", "git push *")]), "ask")
    assert.strictEqual(judge("cat < .env", [], [rule("ask", "*/.env*", "read")]), "ask")
  })

  it("does not reach what is not understood while it could hide something denied", () => {
    assert.strictEqual(judge(unclear, [rule("deny", "rm *")]), "ask")
    assert.strictEqual(judge(unclear, [], [rule("deny", "*/other", "edit")]), "ask")
  })
})
