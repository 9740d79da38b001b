/** Shows what changes between two texts. */
import { TextDiff } from "effect"

/** A diff that needs more edits is shown coarser: it is for reading. */
const maximumEdits = 1_000

/** The unified diff of two texts of one file. */
export const diffOf = (name: string, before: string, after: string): string =>
  TextDiff.unified(TextDiff.lines(before, after, { maxEdits: maximumEdits }), { fromFile: name, toFile: name })
