/** Loads the parsers of the shell from files, on Node. */
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { setFlagsFromString } from "node:v8"
import { loadReader } from "../shell/Load.ts"
import type { Reader } from "../shell/Reading.ts"

/** Turned on while the parser is compiled, in this order, and back to what Node starts with in the other. */
const tiers = [
  { during: "--no-wasm-tier-up", after: "--wasm-tier-up" },
  { during: "--liftoff-only", after: "--no-liftoff-only" },
  { during: "--no-wasm-dynamic-tiering", after: "--wasm-dynamic-tiering" }
]

/**
 * Loads the reader. It is for keeps: load one in a process.
 *
 * V8 would go on to optimise the grammar in the background, and hold up the end of the process by most of a second for it.
 * What is compiled under these flags stays as it is after them, so they are on only while it is loaded and used once.
 */
export const load = async (): Promise<Reader> => {
  const engine = await readFile(engineFile())
  const grammar = await readFile(new URL("./tree-sitter-bash.wasm", import.meta.url))
  for (const { during } of tiers) setFlagsFromString(during)
  try {
    return await loadReader({ engine, grammar })
  } finally {
    for (const { after } of tiers.toReversed()) setFlagsFromString(after)
  }
}

/** In a bundle it lies beside the code, else in the package it comes with. */
const engineFile = (): URL | string => {
  const beside = new URL("./web-tree-sitter.wasm", import.meta.url)
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve("web-tree-sitter/web-tree-sitter.wasm")
}
