/** Helps with a path that does not exist: names beside it that look like it. */
import { readdir } from "node:fs/promises"
import { basename, dirname } from "node:path"
import { ToolError } from "@rein/core/schema/ToolError"
import type { ToolContext } from "@rein/core/tool/Tool"
import { Effect } from "effect"
import { nearest } from "./nearest.ts"
import { shortPath } from "./RealPath.ts"

const namesIn = (directory: string): Effect.Effect<ReadonlyArray<string> | undefined> =>
  Effect.promise(() =>
    readdir(directory).then(
      (names) => names,
      () => undefined
    )
  )

/** The refusal of a path where nothing is. */
export const missing = Effect.fnUntraced(function* (context: ToolContext, path: string, what = "file") {
  let parent = dirname(path)
  let names = yield* namesIn(parent)
  let wanted = basename(path)
  while (names === undefined && parent !== dirname(parent)) {
    wanted = basename(parent)
    parent = dirname(parent)
    names = yield* namesIn(parent)
  }
  const place = parent === dirname(path) ? "" : `, nor a directory ${dirname(path)}`
  const near = nearest(wanted, names ?? [], 5)
  const help =
    near.length === 0
      ? `Read ${parent} to see what is there.`
      : `${shortPath(context.directory, parent)} holds: ${near.join(", ")}. Use one of these, or list the directory with read.`
  return new ToolError({ message: `There is no ${what} ${path}${place}. ${help}` })
})
