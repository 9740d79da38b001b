/** What people allowed for a project, for every session in its directory, now and later. */
import { Context, Effect } from "effect"
import type { Offer } from "../schema/Question.ts"

/** Reads and saves what people allowed. Neither fails: the worst is that a question is asked again. */
export interface SavedAnswers {
  /** What was saved for a directory (a real path). What cannot be read is not allowed. */
  readonly of: (directory: string) => Effect.Effect<ReadonlyArray<Offer>>
  /** Saves what is not saved yet. Saving the same twice is saving it once. */
  readonly save: (directory: string, offers: ReadonlyArray<Offer>) => Effect.Effect<void>
}

/** Where answers for a project are kept; provide a value to change it. By default nowhere: they hold for the session. */
export const SavedAnswers: Context.Reference<SavedAnswers> = Context.Reference<SavedAnswers>(
  "@rein/core/settings/SavedAnswers",
  { defaultValue: () => ({ of: () => Effect.succeed([]), save: () => Effect.void }) }
)

const key = ({ literal, pattern, permission }: Offer): string => JSON.stringify([permission, pattern, literal === true])

/** Those that are not among the known ones, each once. */
export const missingFrom = (known: ReadonlyArray<Offer>, offers: ReadonlyArray<Offer>): ReadonlyArray<Offer> => {
  const seen = new Set(known.map(key))
  return offers.filter((offer) => !seen.has(key(offer)) && seen.add(key(offer)))
}
