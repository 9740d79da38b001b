/** The rules that would be in force in a directory. */
import { homedir } from "node:os"
import { build } from "@rein/core/agent/Agents"
import { SavedAnswers } from "@rein/core/settings/SavedAnswers"
import { answers } from "@rein/core/permission/Judgement"
import type { Layer } from "@rein/permission"
import { Effect } from "effect"
import { builtIn } from "../BuiltInRules.ts"
import { dataFolder, realDirectory } from "../Folders.ts"
import * as Harness from "../Harness.ts"
import * as RuleFile from "./RuleFile.ts"

/** Where, and by which rules. */
export interface Given {
  readonly dir: string
  /** A file whose rules replace all others. */
  readonly rules: string | undefined
}

/** What a decision there looks at; of the layers, the last with a match counts. */
export interface InForce {
  readonly directory: string
  readonly home: string
  readonly layers: ReadonlyArray<Layer>
}

const configured = Effect.fnUntraced(function* (directory: string) {
  const answersLayer = Harness.layerAnswers(yield* dataFolder)
  const saved = yield* Effect.provide(
    Effect.flatMap(SavedAnswers, (one) => one.of(directory)),
    answersLayer
  )
  return [
    builtIn(directory),
    { origin: `agent ${build.name}`, rules: build.rules },
    answers("an answer for this project", saved)
  ]
})

/** Built-in rules, those of the agent and what was answered for the project; or those of a file alone. */
export const inForce = Effect.fnUntraced(function* ({ dir, rules }: Given) {
  const directory = yield* realDirectory(dir)
  const layers = rules === undefined ? yield* configured(directory) : [yield* RuleFile.load(rules, directory)]
  return { directory, home: homedir(), layers } satisfies InForce
})
