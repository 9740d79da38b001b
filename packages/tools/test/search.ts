// What the tests of glob and grep share: the tools over real processes, and a project to search.
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Agents from "@rein/core/agent/Agents"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import * as Settings from "@rein/core/settings/Settings"
import type { Rule } from "@rein/permission"
import { Layer } from "effect"
import { newDirectory } from "./support.ts"

export const layerWith = (rules: ReadonlyArray<Rule>, last: ReadonlyArray<Rule> = []) =>
  Layer.mergeAll(
    NodeProcesses.layerWith({ graceMillis: 300 }),
    Settings.layerValues({
      rules: [{ origin: "user", rules }],
      lastRules: [{ origin: "the command line", rules: last }]
    }),
    Agents.layer
  )

/** A new directory with these files. */
export const project = (files: Readonly<Record<string, string | Uint8Array>>): string => {
  const directory = newDirectory()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), content)
  }
  return directory
}
