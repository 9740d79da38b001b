// The dependency check: unused and undeclared packages are both found.
import { expect, it } from "vitest"
import { checkDependencies } from "../check-dependencies.ts"
import { writeTree } from "./fixture.ts"

const tree = (dependencies: Readonly<Record<string, string>>, source: string) =>
  writeTree({
    "package.json": JSON.stringify({ name: "root" }),
    "packages/a/package.json": JSON.stringify({ name: "@rein/a", dependencies }),
    "packages/a/src/index.ts": source
  })

it("is content with what is declared and imported", () => {
  const source = 'import "effect/Schema"\nimport "@scope/x/y"\nimport "node:fs"\nimport "./b.ts"\nimport "@rein/a/c"'
  expect(checkDependencies(tree({ effect: "1.0.0", "@scope/x": "1.0.0" }, source))).toEqual([])
})

it("finds what is unused and what is undeclared", () => {
  expect(checkDependencies(tree({ effect: "1.0.0" }, 'import type { Z } from "zod"'))).toEqual([
    "packages/a imports zod and does not declare it in dependencies",
    "packages/a declares effect in dependencies and does not import it"
  ])
})

it("finds programs that nothing brings", () => {
  const root = writeTree({
    "package.json": JSON.stringify({ name: "root", scripts: { x: "A=1 absent --flag && npm run y" } })
  })
  expect(checkDependencies(root)).toEqual(["a root script runs absent, which no dependency brings"])
})
