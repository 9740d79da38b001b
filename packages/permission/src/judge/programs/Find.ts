/** `find` and `fd`: what they search, test and run. */
import { type Table, uncertain, type Use } from "./Program.ts"
import { known, mayBeOption, plain, type Value } from "../words/Value.ts"

const list = (names: string): ReadonlySet<string> => new Set(names.split(" "))

const alone = list(
  "-a -and -o -or -not ! ( ) , -true -false -print -print0 -ls -prune -quit -depth -d -mount -xdev -empty -readable -writable -executable -nouser -nogroup -daystart -noleaf -ignore_readdir_race -warn -nowarn -E -P -H -X -s"
)
const withText = list(
  "-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -size -mtime -mmin -atime -amin -ctime -cmin -maxdepth -mindepth -perm -user -group -uid -gid -links -inum -lname -ilname -newermt -printf -fstype -used"
)
const withPath = list("-newer -anewer -cnewer -samefile")
const running = list("-exec")

interface Reading {
  readonly paths: Array<Use["paths"][number]>
  readonly roots: Array<Value>
  readonly runs: Array<ReadonlyArray<Value>>
  /** Each file has a name that one of each of these matches. */
  readonly patterns: Array<ReadonlyArray<string>>
  separated: boolean
  isFiles: boolean
  combined: boolean
  /** Something was done already: what is tested after it does not matter to it. */
  acted: boolean
  deletes: boolean
  mixed: boolean
}

/** Where the command behind `-exec` ends. */
const endOfRun = (words: ReadonlyArray<Value>, from: number): number =>
  words.findIndex(
    (word, at) => at >= from && (known(word) === ";" || (known(word) === "+" && known(words[at - 1]) === "{}"))
  )

const acts = /^-(?:print|print0|ls|printf|exec|delete)$/

/** How many words a bracket takes in which nothing stands but names, one of which it must be: `( -name A -o -name B )`. */
const anyOfNames = (words: ReadonlyArray<Value>, at: number, { patterns }: Reading): number | undefined => {
  const texts = words.map((word) => (word.single ? known(word) : undefined))
  const end = texts.indexOf(")", at)
  if (texts[at] !== "(" || end === -1 || /^(?:!|-not)$/.test(texts[at - 1] ?? "")) return undefined
  const names = texts.slice(at + 1, end)
  const isPlain = names.every((text, place) =>
    place % 3 === 0 ? text === "-name" : place % 3 === 2 ? text === "-o" || text === "-or" : isPattern(text)
  )
  if (!isPlain || names.length % 3 !== 2) return undefined
  patterns.push(names.flatMap((text, place) => (place % 3 === 1 && text !== undefined ? [text] : [])))
  return end - at + 1
}

/** How many words are about what is left out and does nothing else: `-path ./dist -prune -o`. */
const leftOut = (words: ReadonlyArray<Value>, from: number): number => {
  let at = from
  while (/^-(?:path|name|wholename|type)$/.test(known(words[at]) ?? "") && words[at + 1]?.single === true) at += 2
  return at > from && known(words[at]) === "-prune" && /^-or?$/.test(known(words[at + 1]) ?? "") ? at + 2 - from : 0
}

const isPattern = (text: string | undefined): boolean => text !== undefined && !text.includes("\\")

/** One word of the expression. Gives how many words it took, or why it is not certain. */
const readTest = (words: ReadonlyArray<Value>, at: number, reading: Reading): number | string => {
  const name = words[at]?.literal === true ? known(words[at]) : undefined
  const next = words[at + 1]
  if (name === undefined) return `what ${words[at]?.text} becomes is not known before it runs`
  if (acts.test(name)) reading.acted = true
  else if (reading.acted) reading.combined = true
  const names = anyOfNames(words, at, reading)
  if (names !== undefined) return names
  if (alone.has(name)) {
    if (name === "-ls") reading.mixed = true
    if (name === "-print0") reading.separated = true
    if (/^(?:-o|-or|,|\()$/.test(name)) reading.combined = true
    return 1
  }
  if (next?.single === true && withText.has(name)) {
    const pattern = known(next)
    if (name === "-printf") reading.mixed = true
    const isNegated = /^(?:!|-not)$/.test(known(words[at - 1]) ?? "")
    if (name === "-type" && pattern === "f" && !isNegated) reading.isFiles = true
    if (name === "-name" && pattern !== undefined && !isNegated && isPattern(pattern)) reading.patterns.push([pattern])
    return 2
  }
  if (next?.single === true && withPath.has(name)) {
    reading.paths.push({ value: next, access: "read" })
    return 2
  }
  if (running.has(name)) {
    const end = endOfRun(words, at + 1)
    if (end === -1) return "the end of its command is missing"
    reading.runs.push(words.slice(at + 1, end))
    return end - at + 1
  }
  if (name === "-delete") {
    reading.deletes = true
    return 1
  }
  return `${name} is not one of its tests that are known to be harmless`
}

/** Options of where links lead to stand first, then the places, then the tests. */
export const find = (words: ReadonlyArray<Value>): Use => {
  const reading: Reading = {
    paths: [],
    roots: [],
    runs: [],
    patterns: [],
    separated: false,
    isFiles: false,
    combined: false,
    acted: false,
    deletes: false,
    mixed: false
  }
  let at = 0
  while (/^-[PH]$/.test(known(words[at]) ?? "")) at++
  for (; at < words.length; at++) {
    const word = words[at] ?? plain("")
    if (mayBeOption(word) || /^[(!,]/.test(known(word) ?? "")) break
    reading.roots.push(word)
  }
  const tests = at
  for (let skipped = leftOut(words, at); skipped > 0; skipped = leftOut(words, at)) at += skipped
  const leavesOut = at > tests
  while (at < words.length) {
    const taken = readTest(words, at, reading)
    if (typeof taken === "string") return uncertain(taken)
    at += taken
  }
  // Without a `-print` it prints what is left out too.
  if (leavesOut && !reading.acted) reading.combined = true
  const roots = reading.roots.length === 0 ? [plain(".")] : reading.roots
  const only = !reading.combined && reading.patterns.length === 1 ? reading.patterns[0] : undefined
  const patterns = only === undefined ? {} : { patterns: only }
  return {
    paths: [...roots.map((value) => ({ value, access: "read" as const })), ...reading.paths],
    names: {
      roots,
      separated: reading.separated,
      isInner: reading.mixed || reading.runs.length > 0,
      isFiles: reading.isFiles && !reading.combined,
      ...patterns
    },
    ...(reading.deletes ? { deletes: true } : {}),
    ...(reading.runs.length === 0 ? {} : { runs: reading.runs })
  }
}

/** Without `-x`, `-X` and `-L`. */
export const fd: Table = {
  flags:
    "-H -I -u -s -i -g -F -a -l -p -0 -1 -q --hidden --no-ignore --case-sensitive --ignore-case --glob --fixed-strings --absolute-path --list-details --full-path --print0 --no-ignore-vcs --relative-path",
  texts:
    "-d -t -e -E -c -j -S --max-depth --min-depth --exact-depth --type --extension --exclude --color --threads --size --changed-within --changed-before --max-results",
  optional: "--strip-cwd-prefix",
  names: "always",
  hidden: "-H -u --hidden --unrestricted",
  mixed: "-l --list-details",
  separators: "-0 --print0",
  operands: "pattern"
}
