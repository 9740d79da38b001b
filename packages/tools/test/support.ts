// What the tests of the tools share: a directory, a context, and the use of a tool as its runner uses it.
import { mkdtempSync, realpathSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Ids from "@rein/core/schema/Ids"
import type { ToolError } from "@rein/core/schema/ToolError"
import type { PermissionNeed, Tool, ToolContext, ToolResult } from "@rein/core/tool/Tool"
import { Effect, type Schema } from "effect"

/** A new directory, as a real path. */
export const newDirectory = () => realpathSync(mkdtempSync(join(tmpdir(), "rein-tools-")))

export const contextIn = (directory: string, progress: (text: string) => void = () => undefined): ToolContext => {
  const call = Ids.make.call()
  return {
    session: Ids.make.session(),
    call,
    key: call,
    agent: "build",
    directory,
    progress: (text) => Effect.sync(() => progress(text))
  }
}

/** Judges and runs a call. */
export const use = (tool: Tool, input: Schema.Json, context: ToolContext): Effect.Effect<ToolResult, ToolError> =>
  Effect.gen(function* () {
    const call = yield* tool.prepare(input)
    yield* call.permissions(context)
    return yield* call.execute(context)
  })

/** The message that the model gets instead of a result. */
export const refusal = (tool: Tool, input: Schema.Json, context: ToolContext): Effect.Effect<string, ToolResult> =>
  Effect.map(Effect.flip(use(tool, input, context)), ({ message }) => message)

export const needs = (
  tool: Tool,
  input: Schema.Json,
  context: ToolContext
): Effect.Effect<ReadonlyArray<PermissionNeed>, ToolError> =>
  Effect.flatMap(tool.prepare(input), (call) => call.permissions(context))
