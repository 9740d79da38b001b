// What the packages export: `internal/` folders are closed, and all manifests agree on what they share.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { listFiles, listPackages } from "../lib/files.ts"

const root = join(import.meta.dirname, "../../packages")

it.each(listPackages(root))("%s closes its internal folders", (name) => {
  const manifest = JSON.parse(readFileSync(join(root, name, "package.json"), "utf8")) as {
    exports: Record<string, unknown>
  }
  // A key of `exports` may hold one star only, so each folder is named.
  const inner = listFiles(join(root, name, "src")).flatMap((file) => /^(?:.*\/)?internal\//.exec(file)?.[0] ?? [])
  for (const folder of ["internal/", ...inner]) expect(manifest.exports).toHaveProperty([`./${folder}*`], null)
})

it.each(listPackages(root))("%s has the fields that all packages share", (name) => {
  expect(JSON.parse(readFileSync(join(root, name, "package.json"), "utf8"))).toMatchObject({
    name: `@rein/${name}`,
    version: "0.1.0",
    license: "MIT",
    type: "module",
    sideEffects: false,
    engines: { node: ">=22.19" }
  })
})
