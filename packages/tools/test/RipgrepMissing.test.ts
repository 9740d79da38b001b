import { assert, it } from "@effect/vitest"
import * as Agents from "@rein/core/agent/Agents"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import * as Jobs from "@rein/core/process/Jobs"
import * as Settings from "@rein/core/settings/Settings"
import { codingTools } from "@rein/tools"
import { Effect } from "effect"
import { vi } from "vitest"
import { contextIn, newDirectory, refusal, use } from "./support.ts"

// As the package does where no program for the platform is installed.
vi.mock("@vscode/ripgrep", () => {
  throw new Error("Could not find the program")
})

it.effect("without ripgrep the other tools work, and a search says what is missing", () =>
  Effect.gen(function* () {
    const context = contextIn(newDirectory())
    const tools = yield* codingTools({ environment: {} })
    const of = (name: string) => tools.filter((tool) => tool.name === name)
    for (const tool of [...of("glob"), ...of("grep")]) {
      assert.include(yield* refusal(tool, { pattern: "x" }, context), "optional dependencies")
    }
    for (const tool of of("write")) yield* use(tool, { path: "a", content: "x" }, context)
    for (const tool of of("read")) assert.strictEqual((yield* use(tool, { path: "a" }, context)).output, "    1\tx")
  }).pipe(Effect.provide([NodeProcesses.layer, Jobs.layerNone, Settings.layer, Agents.layer]))
)
