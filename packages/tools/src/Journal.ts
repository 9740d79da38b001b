/**
 * What a call that changes a file notes before it starts, and what that tells
 * after a crash. A file is replaced all at once, so it holds one text or the other.
 */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { pipeline } from "node:stream/promises"
import type { CallId } from "@rein/core/schema/Ids"
import { ToolError } from "@rein/core/schema/ToolError"
import type { Recovery, ToolResult } from "@rein/core/tool/Tool"
import { Effect } from "effect"
import { z } from "zod"
import * as TextFile from "./TextFile.ts"

/** The real path, and the hashes of what it holds before and after the call; before a new file there is none. */
const entry = z.object({ path: z.string(), before: z.string().nullable(), after: z.string() })

/** The hash that a file with this text has, in UTF-8. */
export const hashOf = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex")

/** The hash of the file at a real path, or undefined where there is none. */
export const hashAt = Effect.fnUntraced(function* (path: string) {
  // A pipe that took the name would be read for ever.
  const found = yield* TextFile.lookAt(path)
  if (found === undefined) return undefined
  return yield* Effect.tryPromise({
    try: async () => {
      const hash = createHash("sha256")
      await pipeline(createReadStream(path), hash)
      return hash.digest("hex")
    },
    catch: (cause) => new ToolError({ message: `${path} cannot be read: ${String(cause)}` })
  })
})

/** Compares the file with what was noted, and clears away what was not finished. Where it is neither of the two texts, somebody else was there: unknown. */
export const recover = Effect.fnUntraced(function* (
  noted: unknown,
  call: CallId,
  happened: (path: string) => ToolResult
): Effect.fn.Return<Recovery, ToolError> {
  const parsed = entry.safeParse(noted)
  if (!parsed.success) return { _tag: "unknown" }
  const { after, before, path } = parsed.data
  yield* TextFile.removeTemporary(path, call) // guard: I5 tools/test/Edit.test.ts #clears away
  const now = (yield* hashAt(path)) ?? null
  if (now === after) return { _tag: "happened", result: happened(path) }
  return { _tag: now === before ? "did-not-happen" : "unknown" }
})
