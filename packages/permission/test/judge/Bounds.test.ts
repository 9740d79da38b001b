// Hostile lines of any length are decided with work in proportion to their length, and what is denied is found in them.
import { assert, describe, it } from "@effect/vitest"
import { Arity, type Facts, Judge, type Layer, type Rule } from "@rein/permission"
import { NodeReader } from "@rein/permission/node"
import { readOnly } from "../../src/judge/ReadOnly.ts"
import { contextIn, makeProject } from "./fixture.ts"

const isFull = process.env["REIN_TEST_FULL"] === "1"

/** Characters: what is read at most, and about what Linux starts at most. */
const lengths = { read: 8_000, started: isFull ? 131_000 : 64_000 }

/** How much more work a text may be that is this many times longer. */
const growth = { times: 4, work: 6 }

const read = await NodeReader.load()
const project = makeProject(false)

/** What is repeated, between its beginning and its end. */
const hostile: Readonly<Record<string, readonly [first: string, repeated: string, last?: string]>> = {
  "a program that runs its words": ["", "sudo "],
  "two of them": ["", "sudo env "],
  "with options": ["", "sudo -u a "],
  "options of git": ["git ", "-c a=b "],
  "options of rm": ["rm ", "-r -f "],
  frames: ["", "timeout 5 "],
  "xargs in xargs": ["", "xargs "],
  "actions of find": ["find . ", "-exec ls {} + "],
  "searches below a directory": ["", "grep -r x .\n"],
  globs: ["ls ", "src/* "],
  "globs of all": ["ls ", "*/* "],
  moves: ["", "cd src\n"],
  substitutions: ["ls ", "$(ls) "],
  variables: ["ls ", "$x"],
  "quoted variables": ["ls ", '"$x"'],
  paths: ["npm x ", "/a=/b,/c "],
  "a long path": ["ls a", "/b"],
  redirections: ["ls ", "> a "],
  targets: ["make ", "a "],
  words: ["ls ", '"a" '],
  braces: ["ls ", "{a,b} "],
  blanks: ["x ", " \t"],
  "commands in the background": ["", "ls a & "]
}

const fill = ([first, repeated, last = ""]: readonly [string, string, string?], length: number): string =>
  first + repeated.repeat(Math.floor((length - first.length - last.length) / repeated.length)) + last

/** Judges a line, and counts how often a rule or the disk is looked at. */
const counting = (line: string, ...denied: ReadonlyArray<string>) => {
  let work = 0
  const count = <Value>(value: Value): Value => {
    work++
    return value
  }
  const rule = (pattern: string, action: Rule["action"]): Rule => ({
    permission: "bash",
    action,
    get pattern() {
      return count(pattern)
    }
  })
  const layers: ReadonlyArray<Layer> = [
    { origin: "built-in", rules: readOnly },
    {
      origin: "user",
      rules: [rule("sudo *", "ask"), rule("git push *", "ask"), ...denied.map((one) => rule(one, "deny"))]
    }
  ]
  const context = contextIn(project, layers)
  const facts: Facts = {
    entries: (path) => count(context.facts.entries(path)),
    program: (name) => count(context.facts.program(name)),
    realPath: (path) => count(context.facts.realPath(path)),
    text: (path) => count(context.facts.text(path))
  }
  const began = process.cpuUsage()
  const judgement = Judge.judge(line, { ...context, facts, savable: Arity.savable }, read)
  const { system, user } = process.cpuUsage(began)
  return { judgement, work, millis: (system + user) / 1_000 }
}

describe("thousands of rules", () => {
  it("are each looked at a few times, however many commands a line has", () => {
    const rules = Array.from({ length: 2_000 }, (_, at) => `${at % 2 === 0 ? "npm" : `tool${at}`} run x${at} -f *`)
    const line = (commands: number) => Array.from({ length: commands }, (_, at) => `ls a${at}`).join("; ")
    assert.isAtMost(counting(line(50), ...rules).work - counting(line(1), ...rules).work, rules.length)
    assert.strictEqual(counting(`${line(50)}; npm --silent run-script x1998 a -f`, ...rules).judgement.action, "deny")
  })
})

describe("a hostile line", () => {
  it("is decided with work in proportion to its length, and is not allowed", () => {
    const rows: Array<{ readonly millis: number; readonly name: string }> = []
    const [short, long] = [lengths.started / growth.times, lengths.started]
    for (const [name, parts] of Object.entries(hostile)) {
      const atMost = counting(fill(parts, lengths.read), "shutdown *")
      const [before, after] = [short, long].map((length) => counting(fill(parts, length), "shutdown *"))
      for (const [at, one] of [atMost, before, after].entries()) {
        assert.strictEqual(one?.judgement.action, "ask", name)
        rows.push({ name: `${name}, ${[lengths.read, short, long][at]}`, millis: one?.millis ?? Number.NaN })
      }
      assert.isAtMost(after?.work ?? Infinity, (before?.work ?? 0) * growth.work + 100, name)
      assert.isAtMost(after?.judgement.commands.length ?? Infinity, 200, name)
    }
    const slowest = rows.toSorted((a, b) => b.millis - a.millis).slice(0, 5)
    console.log(
      `${rows.length} hostile lines; the slowest in ms of CPU: ${slowest.map(({ millis, name }) => `${millis.toFixed(1)} (${name})`).join(", ")}`
    )
  })

  it("is denied for what a rule denies at its end, however long it is", () => {
    const endings: Readonly<Record<string, string>> = {
      "shutdown *": "; shutdown now",
      "rm -rf *": "\nrm -f -r x",
      "git push --force *": " || git -C d push -f"
    }
    for (const [name, parts] of Object.entries(hostile))
      for (const [denied, ending] of Object.entries(endings))
        for (const length of isFull ? [400, 2_000, lengths.read, 20_000, lengths.started] : [10_000]) {
          const [first, repeated] = parts
          const { judgement } = counting(fill([first, repeated, ending], length), denied)
          assert.strictEqual(judgement.action, "deny", `${name}, ${length} characters, ${denied}`)
        }
  })

  it("is denied for what stands behind any number of words that run others", () => {
    for (const [name, count] of [
      ["sudo", 10],
      ["sudo", 31],
      ["env", 32],
      ["env", 33],
      ["timeout 5", 100],
      ["sudo", 500],
      ["sudo -u a", 20_000]
    ] as const)
      for (const [denied, command] of [
        ["rm *", "rm x"],
        ["rm *", "/bin/rm x"],
        ["rm -rf *", "rm -r --force x"],
        ["git push *", "git -C d -c a=b push"],
        ["git push", "git push"],
        ["shut?own *", "shutdown now"]
      ] as const) {
        const line = `${`${name} `.repeat(count)}${command}`
        assert.strictEqual(counting(line, denied).judgement.action, "deny", `${count} times ${name}, then ${command}`)
      }
  })

  it("is denied where the name stands behind many options", () => {
    for (const count of [10, 31, 32, 300, 9_000])
      assert.strictEqual(counting(`git ${"-c a=b ".repeat(count)}push x`, "git push *").judgement.action, "deny")
  })

  it("is denied where its words do not fit, and asked where none is denied", () => {
    const many = Array.from({ length: 700 }, (_, at) => `f${at}`).join(" ")
    assert.strictEqual(counting(`rm ${many}`, "rm *").judgement.action, "deny")
    assert.strictEqual(counting(`ls ${many}`, "rm *").judgement.action, "ask")
    assert.match(counting(`ls ${many}`, "rm *").judgement.why, /more than 600 words/)
    const half = Array.from({ length: 350 }, (_, at) => `f${at}`).join(" ")
    assert.match(counting(`ls ${half}; ls ${half}`, "rm *").judgement.why, /more than 600 words/)
    const commands = Array.from({ length: 120 }, (_, at) => `ls f${at}`).join("\n")
    assert.match(counting(commands, "rm *").judgement.why, /more than 100 commands/)
    assert.strictEqual(counting(`${commands}\nrm x`, "rm *").judgement.action, "deny")
  })
})
