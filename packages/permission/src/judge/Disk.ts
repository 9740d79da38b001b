/** Questions about the disk that its facts answer. */
import type { Facts } from "./Judgement.ts"
import { baseName, parent } from "./Locations.ts"

/** Is there something of just this name in the directory? Not in one that cannot be read. */
export const has = (facts: Facts, directory: string, name: string): boolean =>
  facts.entries(directory)?.some((entry) => entry.name === name) === true

/** Is there something of this name? A link counts, wherever it leads. */
export const exists = (facts: Facts, path: string): boolean => has(facts, parent(path), baseName(path))
