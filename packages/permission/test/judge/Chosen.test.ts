/** Files of a project that say which program runs, when only its version is asked for. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeReader } from "@rein/permission/node"
import { assert, describe, it } from "@effect/vitest"
import { judgeIn, makeProject } from "./fixture.ts"

const read = await NodeReader.load()
const project = makeProject(false)
const judge = judgeIn(read, project)
mkdirSync(join(project.directory, "sub"))

describe("the version of a program", () => {
  it.each([
    ["yarn --version", ".yarnrc.yml", "yarnPath: ./evil.cjs\n"],
    ["yarn -v", ".yarnrc", 'yarn-path "./evil.js"\n'],
    ["pnpm --version", "package.json", '{ "packageManager": "pnpm@https://other.example/pnpm.tgz" }'],
    ["cargo --version", "rust-toolchain.toml", '[toolchain]\npath = "./evil"\n'],
    ["cd sub && rustc --version", "rust-toolchain", '[toolchain]\npath="./evil"\n']
  ])("%s is asked where %s says which one runs", (line, file, text) => {
    const path = join(project.directory, file)
    writeFileSync(path, text)
    const { action, why } = judge(line)
    rmSync(path)
    assert.strictEqual(action, "ask")
    assert.include(why, path)
    assert.strictEqual(judge(line).action, "allow")
  })

  it("is told where the file only names a release", () => {
    writeFileSync(join(project.directory, "package.json"), '{ "packageManager": "yarn@4.5.0+sha512.abc" }')
    writeFileSync(join(project.directory, "rust-toolchain.toml"), '[toolchain]\nchannel = "1.80"\n')
    for (const line of ["yarn -v", "cargo --version", "node --version"])
      assert.strictEqual(judge(line).action, "allow", line)
  })
})
