// What holds for any line and any rules.
import { assert, describe, it } from "@effect/vitest"
import { Arity, Judge, type Action, type Layer, type Rule } from "@rein/permission"
import { NodeReader } from "@rein/permission/node"
import { Arbitrary, Effect, Schema } from "effect"
import { readOnly } from "../../src/judge/ReadOnly.ts"
import { contextIn, makeProject } from "./fixture.ts"

const runs = process.env["REIN_TEST_FULL"] === "1" ? 5_000 : 40

const read = await NodeReader.load()
const project = makeProject(false)
const builtIn: Layer = { origin: "built-in", rules: readOnly }

const oneOf = <const Values extends ReadonlyArray<string>>(values: Values) => Arbitrary.schema(Schema.Literals(values))

const command = oneOf([
  "ls src",
  "rm x",
  "rm -r -f src",
  "git status",
  "git -C src push -f",
  "git push origin",
  "npm test",
  "timeout 5 npm test",
  "sudo rm x",
  "find . -name x -exec rm {} ;",
  "ls | xargs rm",
  "sh -c 'rm x; ls'",
  "echo $(npm test)",
  "/bin/rm x",
  "A=1 npm test",
  "cat src/a.ts > out",
  "cd src",
  "eval 'rm x'"
])
const between = oneOf([" && ", " || ", "; ", " | ", "\n", " & "])
const lines = Arbitrary.array(Arbitrary.all({ between, command }), { minLength: 1, maxLength: 4 })
const lineOf = (parts: ReadonlyArray<{ readonly between: string; readonly command: string }>): string =>
  parts.map((part, at) => (at === 0 ? part.command : part.between + part.command)).join("")

const patterns = [
  "*",
  "rm *",
  "rm -rf *",
  "git *",
  "git push *",
  "git push --force *",
  "npm *",
  "npm test",
  "timeout *",
  "sudo *",
  "sh *",
  "find *",
  "ls *",
  "*src*",
  "*; *",
  "cat *",
  "r? x"
] as const
const rule = Arbitrary.map(
  Arbitrary.all({ pattern: oneOf(patterns), action: oneOf(["allow", "ask", "deny"]) }),
  ({ action, pattern }): Rule => ({ permission: "bash", pattern, action })
)
const rules = Arbitrary.array(rule, { maxLength: 5 })
const place = Arbitrary.schema(Schema.Literals([0, 1, 2, 3, 4, 5]))

const order: ReadonlyArray<Action> = ["allow", "ask", "deny"]
const judge = (line: string, layers: ReadonlyArray<Layer>) =>
  Judge.judge(line, { ...contextIn(project, layers), savable: Arity.savable }, read)

describe("for any line", () => {
  it.effect.prop(
    "one more rule that denies never makes the decision softer",
    { parts: lines, rules, pattern: oneOf(patterns), place },
    ({ parts, pattern, place, rules }) =>
      Effect.sync(() => {
        const line = lineOf(parts)
        const deny: Rule = { permission: "bash", pattern, action: "deny" }
        const before = judge(line, [builtIn, { origin: "user", rules }]).action
        const after = judge(line, [builtIn, { origin: "user", rules: rules.toSpliced(place, 0, deny) }]).action
        assert.isAtLeast(order.indexOf(after), order.indexOf(before), `${line} with ${pattern}`)
      }),
    { arbitrary: { runs } }
  )

  it.effect.prop(
    "an answer turns an ask into an allow and nothing else",
    { parts: lines, rules, saved: Arbitrary.array(oneOf(patterns), { maxLength: 3 }) },
    ({ parts, rules, saved }) =>
      Effect.sync(() => {
        const line = lineOf(parts)
        const layers: ReadonlyArray<Layer> = [builtIn, { origin: "user", rules }]
        const before = judge(line, layers)
        const answers = [...saved, ...before.offers].map((pattern): Rule => ({
          permission: "bash",
          pattern,
          action: "allow"
        }))
        const after = judge(line, [...layers, { origin: "answers", onlyAsks: "asked", rules: answers }]).action
        if (before.action === "ask") assert.notStrictEqual(after, "deny", line)
        else assert.strictEqual(after, before.action, line)
      }),
    { arbitrary: { runs } }
  )

  it.effect.prop(
    "the order of commands that do not depend on each other does not matter",
    { parts: Arbitrary.array(command, { minLength: 1, maxLength: 4 }), rules },
    ({ parts, rules }) =>
      Effect.sync(() => {
        // A command in brackets moves nobody else.
        const lineFor = (commands: ReadonlyArray<string>) => commands.map((one) => `(${one})`).join("\n")
        const layers: ReadonlyArray<Layer> = [
          builtIn,
          // A pattern with what stands between commands speaks of their order.
          { origin: "user", rules: rules.filter(({ pattern }) => pattern !== "*; *") }
        ]
        const [one, other] = [parts, parts.toReversed()].map((commands) => judge(lineFor(commands), layers).action)
        assert.strictEqual(one, other, parts.join(" and "))
      }),
    { arbitrary: { runs } }
  )
})
