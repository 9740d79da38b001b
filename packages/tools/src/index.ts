/** The coding tools. */
import type { Processes } from "@rein/core/process/Processes"
import type { Tool } from "@rein/core/tool/Tool"
import { Effect } from "effect"
import * as Bash from "./Bash.ts"
import * as Edit from "./Edit.ts"
import * as Read from "./Read.ts"

export { Bash, Edit, Read }

export interface Options extends Bash.Options {}

/** All of the tools. */
export const codingTools = (options: Options): Effect.Effect<ReadonlyArray<Tool>, never, Processes> =>
  Effect.gen(function* () {
    return [Read.make(), Edit.make(), yield* Bash.make(options)]
  })
