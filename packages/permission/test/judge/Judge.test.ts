import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Arity } from "@rein/permission"
import { NodeReader } from "@rein/permission/node"
import { attacks, type Group } from "./attacks.ts"
import { everyday as everydayCommands } from "./everyday.ts"
import { askedAnyway, everydayScripts } from "./everydayScripts.ts"
import { forbidden } from "./forbidden.ts"
import { judgeIn, makeProject } from "./fixture.ts"
import { followedAttacks } from "./followedAttacks.ts"
import { besideLetThrough, letThrough } from "./letThrough.ts"
import { nearAttacks } from "./nearAttacks.ts"
import { otherWays } from "./otherWays.ts"

/** Of everyday lines, no more than this part may be asked. */
const mayBeAsked = 0.02

const read = await NodeReader.load()
const withLinks = makeProject(true)
const inProject = judgeIn(read, withLinks)
const inPlainProject = judgeIn(read, makeProject(false))

const everyday = [...everydayCommands, ...everydayScripts, ...letThrough]

const count = (groups: ReadonlyArray<Group>): number => groups.reduce((sum, { lines }) => sum + lines.length, 0)

describe("a line of shell", () => {
  it("is not allowed when it does more than rules allow", () => {
    const all = [
      ...attacks,
      ...nearAttacks,
      ...followedAttacks,
      ...besideLetThrough,
      ...askedAnyway,
      ...forbidden,
      ...otherWays
    ]
    const wrong = all.flatMap(({ denied, lines, rules }) =>
      lines
        .map((line) => ({ line, action: inProject(line, rules).action }))
        .filter(({ action }) => action === "allow" || (denied === true && action !== "deny"))
    )
    console.log(`attacks: ${count(all)}, of which ${wrong.length} came through`)
    assert.deepStrictEqual(wrong, [])
  })

  it("is not asked when it is an everyday one", () => {
    const asked = everyday.flatMap(({ lines, rules }) =>
      lines.map((line) => ({ line, ...inPlainProject(line, rules) })).filter(({ action }) => action !== "allow")
    )
    console.log(`everyday lines: ${count(everyday)}, of which ${asked.length} are asked`)
    assert.isAtMost(
      asked.length / count(everyday),
      mayBeAsked,
      asked.map(({ line, why }) => `${line}: ${why}`).join("\n")
    )
  })

  it("tells its commands and paths, and why", () => {
    const { action, commands, paths, why } = inProject("cd src && cat a.ts ../passwd | head -5 > out", ["edit:*"])
    assert.strictEqual(action, "ask")
    assert.match(why, /outside of the project/)
    assert.deepStrictEqual(
      commands.map(({ argv }) => argv.join(" ")),
      ["cd src", "cat a.ts ../passwd", "head -5"]
    )
    const inside = (path: string) => join(withLinks.directory, path)
    assert.deepStrictEqual(
      paths.map(({ access, outside, path }) => [path, access, outside]),
      [
        [inside("src"), "read", false],
        [inside("src/a.ts"), "read", false],
        ["/etc/passwd", "read", true],
        [inside("src/out"), "write", false]
      ]
    )
  })

  it("leaves the project where a rule says so by name, and not otherwise", () => {
    const line = `cat ${withLinks.outside}/secret`
    assert.strictEqual(inProject(line).action, "ask")
    assert.strictEqual(inProject(line, [`external_directory:${withLinks.outside}/*`]).action, "allow")
    assert.strictEqual(inProject("cat outside/secret", [`external_directory:${withLinks.outside}/*`]).action, "allow")
    assert.strictEqual(inProject(line, ["!external_directory:*"]).action, "deny")
    assert.strictEqual(inProject(line, ["*"]).action, "ask")
    assert.strictEqual(inProject(line, ["*:*"]).action, "allow")
  })

  it("is taken as it stands when a rule names all of it", () => {
    assert.strictEqual(inProject("find . -name x -delete").action, "ask")
    assert.strictEqual(inProject("find . -name x -delete", ["find *"]).action, "ask")
    assert.strictEqual(inProject("find . -name x -delete", ["find . -name x -delete"]).action, "allow")
    assert.strictEqual(inProject("find . -name y -delete", ["find . -name x -delete"]).action, "ask")
  })

  it("offers for each asked command what may be saved, and only what would help", () => {
    const offers = (line: string, rules: ReadonlyArray<string> = []) => inProject(line, rules, Arity.savable).offers
    assert.deepStrictEqual(offers("npm run build"), ["npm run build *"])
    assert.deepStrictEqual(offers("rm -rf ./tmp"), [])
    assert.deepStrictEqual(offers("git status && rm -rf ./tmp"), [])
    assert.deepStrictEqual(offers("npm test && rm -rf ./tmp"), ["npm test *"])
    assert.deepStrictEqual(offers("docker compose up -d | head"), ["docker compose up *"])
    for (const line of [
      "ls",
      "sudo ls",
      "bash -c ls",
      "eval ls",
      "node x.js",
      "find . -delete",
      "cat /etc/passwd",
      "npm test > x > $y",
      "X=1",
      "x &"
    ])
      assert.deepStrictEqual(
        offers(line).filter((offer) => !offer.startsWith("npm")),
        [],
        line
      )
    assert.deepStrictEqual(offers("npm test", ["!npm test *"]), [])
  })

  it("is asked again when what was saved does not cover it", () => {
    const saved = ["npm run build *", "rm *", "sort *"]
    assert.strictEqual(inProject("npm run build && rm -rf tmp", saved).action, "allow")
    for (const line of ["npm run test", "rm -rf /", "rm -rf .git", "rm -rf ../x", "sudo rm x", "sort -o x y", "rm $x"])
      assert.strictEqual(inProject(line, saved).action, "ask", line)
  })

  it("is never decided more softly by one more rule that denies", () => {
    const order = ["allow", "ask", "deny"]
    for (const { lines, rules = [] } of everyday.slice(2))
      for (const line of lines) {
        const before = inPlainProject(line, rules).action
        const after = inPlainProject(line, [...rules, "!npm *", "!git *", "!ls *"]).action
        assert.isAtLeast(order.indexOf(after), order.indexOf(before), line)
      }
  })
})

describe("a repository that names programs", () => {
  const project = makeProject(false)
  const judge = judgeIn(read, project)
  const git = (...words: ReadonlyArray<string>) =>
    execFileSync("git", ["-C", project.directory, ...words], { stdio: "ignore" })
  const marker = join(project.directory, "ran")
  const program = join(project.directory, "program.sh")
  writeFileSync(program, `#!/bin/sh\ntouch ${marker}\n`)
  chmodSync(program, 0o755)

  it("is asked before git looks at it", () => {
    const lines = ["git status", "git diff", "git log -p", "git show HEAD", "git blame src/a.ts"]
    for (const line of lines) assert.strictEqual(judge(line).action, "allow", line)
    for (const [name, value] of [
      ["core.fsmonitor", program],
      ["diff.external", program],
      ["diff.x.command", program],
      ["diff.x.textconv", program],
      ["filter.x.clean", program],
      ["filter.x.process", program],
      ["gpg.program", program],
      ["include.path", "other"]
    ] as const) {
      git("config", name, value)
      for (const line of lines) assert.strictEqual(judge(line).action, "ask", `${name}: ${line}`)
      git("config", "--unset", name)
    }
    for (const line of lines) assert.strictEqual(judge(line).action, "allow", line)
    assert.isFalse(existsSync(marker))
  })

  it("is not asked for what everybody has in it", () => {
    for (const [name, value] of [
      ["core.hooksPath", ".husky/_"],
      ["user.name", "x"],
      ["alias.st", "status"],
      ["remote.origin.url", "git@example.org:x/y.git"],
      ["branch.main.merge", "refs/heads/main"],
      ["filter.lfs.clean", "git-lfs clean -- %f"],
      ["filter.lfs.process", "git-lfs filter-process"],
      ["core.fsmonitor", "false"]
    ] as const)
      git("config", name, value)
    assert.strictEqual(judge("git status && git diff").action, "allow")
  })
})

it("says when a line only looks", () => {
  const looks = (line: string) => inPlainProject(line, ["*"]).onlyLooks
  for (const line of ["git status", "git log | head", "cd src && git diff", "timeout 5 git show"])
    assert.isTrue(looks(line), line)
  for (const line of ["git commit -m x", "git status && npm test", "git x", "make", "", "git status &"])
    assert.isFalse(looks(line), line)
})
