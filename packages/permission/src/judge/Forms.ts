/** Other ways to write a command: a rule that forbids one of them forbids it, however it is written. */
import { expand } from "../Pattern.ts"
import * as Rules from "../Rules.ts"
import { baseName } from "./Locations.ts"
import { runsItsWords } from "./Wrappers.ts"

/** Words of one command that are tried one by one, as the beginning of a command or of what follows its options. */
export const maximumTried = 32

const permutations = (letters: ReadonlyArray<string>): ReadonlyArray<string> =>
  letters.length === 0
    ? [""]
    : letters.flatMap((letter, at) => permutations(letters.toSpliced(at, 1)).map((rest) => letter + rest))

const longNames: Readonly<Record<string, string>> = { "--recursive": "r", "--force": "f", "--dir": "d", "-R": "r" }

/** All the ways to write the options of `rm`: `-r -f`, `-fr` and `--force -R` are what a rule about `rm -rf` means. */
const spellingsOfRemove = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const options = words.slice(1).filter((word) => word.startsWith("-"))
  const others = words.slice(1).filter((word) => !word.startsWith("-"))
  const letters = new Set(
    options.flatMap(
      (option) => longNames[option] ?? (option.startsWith("--") ? [] : option.slice(1).replaceAll("R", "r").split(""))
    )
  )
  const chosen = ["r", "f"].filter((letter) => letters.has(letter))
  return [...new Set([...permutations(chosen), ...chosen])].flatMap((group) => {
    const separate = group.split("").map((letter) => `-${letter}`)
    return [["rm", `-${group}`, ...others].join(" "), ["rm", ...separate, ...others].join(" ")]
  })
}

/** The options of `git push` in front, and those that force by their long name. */
const spellingsOfPush = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const options = words.slice(2).filter((word) => word.startsWith("-") || word.startsWith("+"))
  const others = words.slice(2).filter((word) => !word.startsWith("-"))
  const forces = options.some((option) => /^(?:-[a-z]*f|--force|\+)/.test(option))
  return forces
    ? ["-f", "--force"].flatMap((one) => [
        ["git push", one, ...others].join(" "),
        ["git push", ...others, one].join(" ")
      ])
    : []
}

/** Words, from the first that may be tried on to the last. */
type Words = ReadonlyArray<string>

/** The command without the options that stand before its own command, whether they take a value or not. */
const withoutLeadingOptions = (words: Words, maximum: number): ReadonlyArray<Words> => {
  const isOption = (at: number) => /^[-+]/.test(words[at] ?? "")
  if (!isOption(1)) return []
  const found: Array<Words> = []
  for (let at = 1; at < Math.min(words.length, maximum); at++) {
    if (!isOption(at)) found.push([words[0] ?? "", ...words.slice(at)])
    if (found.length > 0 && !isOption(at) && !isOption(at - 1)) break
  }
  return found
}

/** The name of a program, also without its path. */
const namesOf = (word: string): Words => (word.includes("/") ? [word, baseName(word)] : [word])

/** A word may hold a whole command, as in `eval 'rm x'`. */
const firstOf = (word: string): string => word.split(/\s/, 1)[0] ?? ""

const spellings = (form: Words): Words => {
  const others =
    form[0] === "rm" ? spellingsOfRemove(form) : form[0] === "git" && form[1] === "push" ? spellingsOfPush(form) : []
  return [form.join(" "), ...others]
}

/** Are there no more words to be tried than this? */
export const isTriedWhole = (words: Words, maximum: number): boolean =>
  words.length <= maximum || !(runsItsWords(baseName(words[0] ?? "")) || /^[-+]/.test(words[1] ?? ""))

/** All ways to write the command, and the commands that stand behind it where it runs them, whose name may matter. */
export function* textsOf(words: Words, mayMatter: (name: string) => boolean, maximum: number): Generator<string> {
  const tried = runsItsWords(baseName(words[0] ?? "")) ? Math.min(words.length, maximum) : 1
  for (let at = 0; at < tried; at++)
    for (const name of namesOf(words[at] ?? "").filter((one) => mayMatter(firstOf(one)))) {
      const form = [name, ...words.slice(at + 1)]
      yield* spellings(form)
      for (const shorter of withoutLeadingOptions(form, maximum)) yield* spellings(shorter)
    }
}

/** A pattern without its options, which may be written in many ways, and with room for others before its own command. */
const loosely = (pattern: string): ReadonlyArray<string> => {
  const [name = "", ...words] = pattern.split(" ")
  const end = words.findIndex((word) => /^[-+]/.test(word))
  const kept = end === -1 ? words : [...words.slice(0, end), "*"]
  return [[name, ...kept].join(" "), [name, "*", ...kept].join(" ")]
}

/** Could the pattern speak of a command that stands somewhere in the text? The text begins with a blank. */
export const standsIn = (
  pattern: string,
  text: string,
  names: ReadonlySet<string>,
  options: Rules.Options | undefined
): boolean => {
  const expanded = expand("bash", pattern, options ?? {})
  const name = expanded.split(" ", 1)[0] ?? ""
  if (options?.platform !== "win32" && !/[*?]/.test(name) && !names.has(name)) return false
  return loosely(expanded).some((one) =>
    // A name may have its path before it.
    [`* ${one}`, `*/${one}`].some((wanted) => Rules.evaluate([deny(wanted)], "bash", text, options) === "deny")
  )
}

const deny = (pattern: string): Rules.Rule => ({ permission: "bash", pattern, action: "deny" })
