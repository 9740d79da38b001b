// The import check: right imports pass, and each kind of wrong one fails with a message that says where and why.
import { expect, it } from "vitest"
import { checkImports } from "../check-imports.ts"
import { findImports } from "../lib/imports.ts"
import { writeTree } from "./fixture.ts"

const check = (file: string, specifier: string) => checkImports(writeTree({ [file]: `\nimport "${specifier}"\n` }))

it.each([
  ["core/src/loop/Turn.ts", "../schema/Ids.ts"],
  ["core/src/loop/Turn.ts", "./Step.ts"],
  ["core/src/loop/Turn.ts", "@rein/permission"],
  ["core/src/loop/Turn.ts", "effect"],
  ["core/src/tool/Tool.ts", "../process/Processes.ts"],
  ["core/src/Runtime.ts", "./loop/Turn.ts"],
  ["core/src/index.ts", "./promise.ts"],
  ["core/src/node/NodeSqlite.ts", "node:sqlite"],
  ["core/src/node/NodeSqlite.ts", "../session/SessionStore.ts"],
  ["core/src/testing/nodeHost.ts", "node:fs"],
  ["core/src/testing/ScriptedModel.ts", "../Runtime.ts"],
  ["core/src/schema/Ids.ts", "./internal/hash.ts"],
  ["core/test/loop/Turn.test.ts", "@rein/core/testing"],
  ["core/test/loop/Turn.test.ts", "../../src/loop/internal/join.ts"],
  ["tools/src/read.ts", "@rein/core/tool/Tool"],
  ["cli/src/main.ts", "@rein/core/node"],
  ["cli/src/main.ts", "@rein/tools"],
  ["permission/src/node/NodeReader.ts", "node:fs"],
  ["core/src/node/NodeSqlite.ts", "@rein/permission/node"],
  ["cli/src/main.ts", "@rein/core/testing"]
])("%s may import %s", (file, specifier) => {
  expect(check(file, specifier)).toEqual([])
})

it.each([
  ["core/src/schema/Ids.ts", "../loop/Turn.ts", "core/schema may not import core/loop"],
  ["core/src/schema/Ids.ts", "@rein/core/loop/Turn", "core/schema may not import core/loop"],
  ["core/src/schema/Ids.ts", "@rein/core", "core/schema may not import core/index.ts"],
  ["core/src/loop/Turn.ts", "../Runtime.ts", "core/loop may not import core/Runtime.ts"],
  ["core/src/process/Processes.ts", "../tool/Tool.ts", "core/process may not import core/tool"],
  ["core/src/model/Model.ts", "../question/Questions.ts", "core/model may not import core/question"],
  ["core/src/tool/Tool.ts", "../model/Model.ts", "core/tool may not import core/model"],
  ["core/src/Runtime.ts", "./node/NodeSqlite.ts", "core/Runtime.ts may not import core/node"],
  ["core/src/loop/Turn.ts", "../testing/index.ts", "core/loop may not import core/testing"],
  ["core/src/node/NodeSqlite.ts", "../loop/Turn.ts", "core/node may not import core/loop"],
  ["core/src/loop/Turn.ts", "../schema/internal/hash.ts", "core/src/schema/internal is closed to core/src/loop"],
  ["core/src/loop/Turn.ts", "node:fs", "core/src has to run outside Node"],
  ["core/src/loop/Turn.ts", "fs", "core/src has to run outside Node"],
  ["permission/src/Rules.ts", "node:path", "permission/src has to run outside Node"],
  ["permission/src/Rules.ts", "./node/NodeReader.ts", "permission/src has to run outside Node"],
  ["core/src/loop/Turn.ts", "@rein/permission/node", "core/src has to run outside Node"],
  ["permission/src/Rules.ts", "@rein/core", "permission may not import core"],
  ["core/src/loop/Turn.ts", "@rein/tools", "core may not import tools"],
  ["core/test/loop/Turn.test.ts", "@rein/cli", "core may not import cli"],
  ["tools/src/read.ts", "@rein/providers", "tools may not import providers"],
  ["tools/src/read.ts", "@rein/core/node", "tools/src may not import core/node"],
  ["tools/src/read.ts", "../../core/src/tool/Tool.ts", "another package is imported by its name"]
])("%s may not import %s", (file, specifier, why) => {
  const wrong = check(file, specifier)
  expect(wrong).toHaveLength(1)
  expect(wrong[0]).toContain(`packages/${file}:2 imports ${specifier}: `)
  expect(wrong[0]).toContain(why)
})

it("knows every folder of core", () => {
  expect(checkImports(writeTree({ "core/src/misc/Thing.ts": "" }))).toEqual([
    "packages/core/src/misc/Thing.ts: core/misc is not in the table of scripts/check-imports.ts"
  ])
})

it("finds imports in all their forms and none in comments, texts and templates", () => {
  const source = [
    'import type { A } from "a"',
    "import {",
    "  b",
    "} from 'b'",
    'export * from "c"; export { d } from "d"',
    'const e = await import("e")',
    'type F = import("f").F',
    '// import "no"',
    '/* from "no" */ const quote = /["\'`]/, text = "import \'no\'"',
    'const half = 4 / 2 // "',
    'const g = `import "no" ${await import("g")} from "no"`',
    'import "h"'
  ].join("\n")
  expect(findImports(source)).toEqual([
    { specifier: "a", line: 1 },
    { specifier: "b", line: 4 },
    { specifier: "c", line: 5 },
    { specifier: "d", line: 5 },
    { specifier: "e", line: 6 },
    { specifier: "f", line: 7 },
    { specifier: "g", line: 11 },
    { specifier: "h", line: 12 }
  ])
})
