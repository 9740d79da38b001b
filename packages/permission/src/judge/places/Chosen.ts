/** Programs of which a file of the project may say which one it is: even to tell its version, what the project brings runs. */
import type { Facts, Working } from "../Judgement.ts"
import { join, parent } from "../Locations.ts"
import type { Scope } from "../Scope.ts"
import { known, type Value } from "../words/Value.ts"

/** By name: files, in the directory or above it, and what they say when they choose a file, or an address, themselves. */
const choices: ReadonlyArray<readonly [program: RegExp, files: ReadonlyArray<string>, says: RegExp]> = [
  [/^yarn(?:pkg)?$/, [".yarnrc", ".yarnrc.yml"], /yarn-?path/i],
  [/^(?:yarn(?:pkg)?|p?npm)$/, ["package.json"], /"packageManager"\s*:\s*"[^"]*:/],
  [/^(?:cargo|rustc)$/, ["rust-toolchain", "rust-toolchain.toml"], /\bpath["']?\s*=/]
]

const asksVersion = /^(?:--version|-[vV])$/

const above = (directory: string): ReadonlyArray<string> =>
  directory === "/" ? ["/"] : [directory, ...above(parent(directory))]

const chooser = (name: string, directory: string, facts: Facts): string | undefined => {
  const found = choices.filter(([program]) => program.test(name))
  if (found.length === 0) return undefined
  return found
    .flatMap(([, files, says]) =>
      above(directory).flatMap((one) => files.map((file) => ({ path: join(one, file), says })))
    )
    .find(({ path, says }) => says.test(facts.text(path) ?? ""))?.path
}

/** The reason to ask before a program tells its version; undefined when there is none. */
export const riskOfVersion = (words: ReadonlyArray<Value>, scope: Scope, { facts }: Working): string | undefined => {
  const [name = "", option = "", ...more] = words.map((word) => known(word) ?? word.text)
  if (more.length > 0 || !asksVersion.test(option)) return undefined
  const [path] = (scope.directories ?? []).flatMap((directory) => chooser(name, directory, facts) ?? [])
  return path === undefined ? undefined : `${path} says which ${name} runs`
}
