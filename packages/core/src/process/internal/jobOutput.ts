/** The output of a job that nobody may read for long: the last of it in memory, what comes before in blobs. */
import { Effect } from "effect"
import type { Blobs } from "../../blob/Blobs.ts"
import type { BlobHash } from "../../schema/Ids.ts"

/** What was written since the last look. */
export interface Unread {
  readonly text: string
  /** Characters before the text that were too many to keep. */
  readonly skipped: number
  /** Where those are, in their order; not all of them, when it were too many for that, too. */
  readonly blobs: ReadonlyArray<BlobHash>
}

/** Takes both streams into one text, in the order in which they come. */
export interface JobOutput {
  /** Done when it was taken in: back pressure. */
  readonly add: (stream: "stdout" | "stderr", bytes: Uint8Array) => Effect.Effect<void>
  /** Nothing more will come. */
  readonly end: Effect.Effect<void>
  readonly take: () => Unread
  readonly hasUnread: () => boolean
}

/** Characters of one blob. */
const blobLength = 1024 * 1024
/** A job that writes more than this between two looks loses the rest. */
const blobLimit = 64

/** Makes an empty output that keeps about so many characters. */
export const makeJobOutput = (limit: number, blobs: Blobs["Service"]): JobOutput => {
  // One for each stream: a character may come in two pieces.
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  let text = ""
  let spilling = ""
  let skipped = 0
  let stored: ReadonlyArray<BlobHash> = []

  const store = Effect.suspend(() => {
    const value = spilling
    spilling = ""
    if (value === "" || stored.length >= blobLimit) return Effect.void
    // A blob that cannot be stored is as lost as one that is too much.
    return Effect.ignore(Effect.map(blobs.put(value), (hash) => void (stored = [...stored, hash])))
  })

  const keep = (piece: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      text += piece
      // Not at each piece: cutting costs as much as what is kept.
      if (text.length <= limit * 2) return Effect.void
      const end = text.length - limit
      spilling += text.slice(0, end)
      text = text.slice(end)
      skipped += end
      return spilling.length < blobLength ? Effect.void : store
    })

  return {
    add: (stream, bytes) => keep(decoders[stream].decode(bytes, { stream: true })),
    end: Effect.suspend(() => Effect.andThen(keep(decoders.stdout.decode() + decoders.stderr.decode()), store)),
    take: () => {
      // What is on its way to a blob is still here.
      const unread = { text: spilling + text, skipped: skipped - spilling.length, blobs: stored }
      text = ""
      spilling = ""
      skipped = 0
      stored = []
      return unread
    },
    hasUnread: () => text !== "" || spilling !== "" || skipped > 0
  }
}
