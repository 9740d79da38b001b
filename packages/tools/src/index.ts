/** The coding tools. */
import type { Agents } from "@rein/core/agent/Agents"
import type { Jobs as JobsService } from "@rein/core/process/Jobs"
import type { Processes } from "@rein/core/process/Processes"
import type { Settings } from "@rein/core/settings/Settings"
import type { Tool } from "@rein/core/tool/Tool"
import { Effect } from "effect"
import * as Bash from "./Bash.ts"
import * as Edit from "./Edit.ts"
import * as Glob from "./Glob.ts"
import * as Grep from "./Grep.ts"
import * as Jobs from "./Jobs.ts"
import * as Read from "./Read.ts"
import * as Write from "./Write.ts"

export { Bash, Edit, Glob, Grep, Jobs, Read, Write }

/** Options of `codingTools`; only `bash` has any. */
export interface Options extends Bash.Options {}

/** All of the tools. Settings and agents tell `grep` which files the rules keep from it. */
export const codingTools = (
  options: Options
): Effect.Effect<ReadonlyArray<Tool>, never, Processes | JobsService | Settings | Agents> =>
  Effect.gen(function* () {
    const [glob, grep, bash, jobs] = [yield* Glob.make, yield* Grep.make, yield* Bash.make(options), yield* Jobs.make]
    return [Read.make(), Write.make(), Edit.make(), glob, grep, bash, jobs]
  })
