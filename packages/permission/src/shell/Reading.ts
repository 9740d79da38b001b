/** What reading a line of shell gives. */
import type { Script } from "./Script.ts"
import type { Sighting } from "./Sightings.ts"

/** Understood is what two parsers read alike, as nothing but plain forms. */
export type Reading =
  | { readonly _tag: "Understood"; readonly script: Script }
  | {
      readonly _tag: "NotUnderstood"
      /** What is not understood, in a few words for people. */
      readonly why: string
      /** What could be seen of commands, with their words: for rules that deny, which no unusual spelling may escape. */
      readonly commands: ReadonlyArray<Sighting>
    }

/** Reads a line. */
export type Reader = (text: string) => Reading
