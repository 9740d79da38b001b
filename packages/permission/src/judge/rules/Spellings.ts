/**
 * Other ways to write the options that a rule forbids: wherever they stand, one by one or in one word, short or long, and
 * shortened. `rm -rf *` also means `rm x --force -R`.
 */

/** Short forms of long options that mean the same in every program in which people forbid them. */
const letters: Readonly<Record<string, string>> = {
  "--recursive": "r",
  "--force": "f",
  "--dir": "d",
  "--delete": "d",
  "--all": "a",
  "--global": "g",
  "--command": "c",
  "--yes": "y"
}

/** Two options in one letter, and one option under several names. */
const meanings = (letter: string, [name, command]: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (name === "git" && command === "branch" && /^[DMC]$/.test(letter)) return [letter.toLowerCase(), "f"]
  return [letter === "R" && /^(?:rm|cp|chmod|chown|chgrp)$/.test(name ?? "") ? "r" : letter]
}

/** The least letters of a long option that programs take for all of it, with the dashes. */
const shortest = 3

/** More words are not looked through. */
const maximumWords = 200

interface Wanted {
  /** The place of the option in the pattern. */
  readonly at: number
  readonly text: string
  readonly open: boolean
}

const wantedBy = (pattern: string): ReadonlyArray<Wanted> =>
  pattern.split(" ").flatMap((word, at): ReadonlyArray<Wanted> => {
    const text = word.replace(/^\*+|\*+$/g, "")
    return /^-[^*?]+$/.test(text) ? [{ at, text, open: word.endsWith("*") }] : []
  })

/** What an option of a command means: letters, or the name of a long one. */
const meant = (word: string, words: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (/^-[A-Za-z]{1,8}$/.test(word))
    return word
      .slice(1)
      .split("")
      .flatMap((letter) => meanings(letter, words))
  if (words[0] === "git" && words[1] === "push" && /^(?:\+.|--mirror$)/.test(word)) return ["f"]
  if (!word.startsWith("--")) return []
  const name = word.replace(/=.*$/s, "")
  if (words[0] === "git" && words[1] === "commit" && name.length > 5 && "--no-verify".startsWith(name)) return ["n"]
  return [letters[name] ?? name]
}

const isMeant = (wanted: string, has: ReadonlySet<string>): boolean =>
  has.has(wanted) ||
  (wanted.startsWith("--") && [...has].some((one) => one.length >= shortest && wanted.startsWith(one)))

/** A shortened long option may be one that is known by its letter. */
const withShortened = (found: ReadonlyArray<string>): ReadonlyArray<string> =>
  found.flatMap((one) =>
    one.startsWith("--") && one.length >= shortest
      ? [one, ...Object.keys(letters).flatMap((name) => (name.startsWith(one) ? [letters[name] ?? one] : []))]
      : [one]
  )

/** The command as the pattern writes it, when it has all the options that the pattern names; else nothing. */
export const asIn = (pattern: string, words: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (words.length > maximumWords) return []
  const wanted = wantedBy(pattern)
  if (wanted.length === 0) return []
  const has = new Set(withShortened(words.slice(1).flatMap((word) => meant(word, words))))
  const needed = wanted.map(({ open, text }) => ({ all: meant(text, words), text, open }))
  const isThere = ({ all, open, text }: (typeof needed)[number]): boolean =>
    (all.length > 0 && all.every((one) => isMeant(one, has))) || (open && words.some((word) => word.startsWith(text)))
  if (!needed.every(isThere)) return []
  const used = new Set(needed.flatMap(({ all }) => all))
  const rest = words.flatMap((word, at) => {
    const found = at === 0 ? [] : withShortened(meant(word, words))
    if (found.length === 0 || word.startsWith("+")) return [word]
    const left = found.filter((one) => !used.has(one))
    return left.length === found.length
      ? [word]
      : left.every((one) => one.length === 1) && left.length > 0
        ? [`-${left.join("")}`]
        : []
  })
  const bare = rest.filter((word, at) => at === 0 || !word.startsWith("-"))
  const inPlace = [rest, bare].map((all) =>
    wanted
      .reduce<ReadonlyArray<string>>(
        (before, { at, text }) => before.toSpliced(Math.min(at, before.length), 0, text),
        all
      )
      .join(" ")
  )
  return [...inPlace, ...atTheEnd(wanted, words)]
}

/** The option behind all others, with its value. */
const atTheEnd = ([wanted, ...others]: ReadonlyArray<Wanted>, words: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (wanted === undefined || others.length > 0) return []
  const at = words.findIndex(
    (word, place) => place > 0 && meant(word, words).some((one) => one === wanted.text.slice(1))
  )
  const option = words[at]
  if (option === undefined) return []
  const equals = option.indexOf("=")
  const value = equals === -1 ? (words[at + 1] ?? "") : option.slice(equals + 1)
  const rest = words.toSpliced(at, equals === -1 ? 2 : 1)
  return [[...rest, wanted.text, value].join(" ")]
}
