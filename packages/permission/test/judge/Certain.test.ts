// What rules cannot make certain by themselves.
import { assert, it } from "@effect/vitest"
import { Judge, type Rule } from "@rein/permission"
import { NodeReader } from "@rein/permission/node"
import { contextIn, makeProject } from "./fixture.ts"

const read = await NodeReader.load()
const project = makeProject(false)

const rule = (action: Rule["action"], pattern: string, permission = "bash"): Rule => ({ action, pattern, permission })

const judge = (line: string, rules: ReadonlyArray<Rule>) =>
  Judge.judge(line, contextIn(project, [{ origin: "user", rules }]), read).action

it("is asked for a line that only moves, as no rule allows any of it", () => {
  assert.strictEqual(judge("cd src", []), "ask")
  assert.strictEqual(judge("cd src", [rule("allow", "cd *")]), "allow")
  assert.strictEqual(judge("cd src && make", [rule("allow", "make")]), "allow")
})

it("is denied by a rule about what stands between its commands", () => {
  const rules = [rule("allow", "make *"), rule("deny", "* | make*")]
  assert.strictEqual(judge("make x | make", rules), "deny")
  assert.strictEqual(judge("make x; make", rules), "allow")
})

it("is asked outside of the project unless a rule names the permission, or everything", () => {
  const line = `cat ${project.outside}/secret`
  const rules = (permission: string) => [rule("allow", "cat *"), rule("allow", "*", permission)]
  assert.strictEqual(judge(line, rules("external_directory")), "allow")
  assert.strictEqual(judge(line, rules("*")), "allow")
  assert.strictEqual(judge(line, rules("external*")), "ask")
})

it("is denied by a rule for everything, also where it is not understood", () => {
  const all = rule("deny", "*")
  for (const line of ["x &", "ls; x=1", "$x y", "echo `", "(", "$(true) &", "\u0007"])
    assert.strictEqual(judge(line, [all]), "deny", line)
  assert.strictEqual(judge("make &", [rule("ask", "make *"), all]), "deny")
  assert.strictEqual(judge("make &", [all, rule("allow", "make *")]), "ask")
  assert.strictEqual(judge("make & rm x", [all, rule("allow", "make *")]), "deny")
  assert.strictEqual(judge("timeout 5 make", [all, rule("allow", "make *"), rule("allow", "timeout *")]), "allow")
  assert.strictEqual(judge("sudo rm x", [rule("deny", "rm *"), all, rule("allow", "sudo *")]), "deny")
})
