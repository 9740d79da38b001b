/** Thrown by whoever reads a line and finds something that is not understood, and caught by the one who began to read. */
export class Unclear extends Error {
  override readonly name = "Unclear"
}

/** Ends the reading. The reason completes the sentence "This is not understood: ...". */
export const unclear = (why: string): never => {
  throw new Unclear(why)
}

/** A part of a line in a reason, short enough to be read. */
export const shown = (text: string): string => (text.length <= 60 ? `\`${text}\`` : `\`${text.slice(0, 50)}...\``)
