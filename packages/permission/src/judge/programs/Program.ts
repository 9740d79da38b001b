/**
 * What a program does with its words, by a table of the options it is known to have.
 *
 * A table lists what is allowed, not what is dangerous: programs take abbreviations, bundled letters and glued values,
 * so what is not in the table is not certain.
 */
import { behind, known, mayBeOption, notKnown, type Value } from "../words/Value.ts"

/** What becomes of a path: `look` tells its name and size and not what is in it; `write` is a side effect that its name does not tell, `act` is what the program is there for. */
export type Access = "look" | "read" | "write" | "act"

/** What operands are, by their place. */
export type Operands =
  | "none"
  | "text"
  | "look"
  | "read"
  | "act"
  /** What to write to, as its name says: it still has to be allowed as a write. */
  | "write"
  /** The first is text, the others are read; all are read when an option has given the text. */
  | "pattern"
  /** At most one is read. A further one would be written. */
  | "one"
  /** The last is changed, the others are read. */
  | "copy"

/** A table. Options are listed with blanks between them, with their dashes. */
export interface Table {
  /** Without a value. */
  readonly flags?: string
  /** With a value that names no file. */
  readonly texts?: string
  /** With a value that may be left out and names no file: `--color`, `--color=always`, `-U3`. */
  readonly optional?: string
  /** With two values that name no file: `--arg name value`. */
  readonly pairs?: string
  /** With a path that is read. */
  readonly reads?: string
  /** With a path that is written. */
  readonly writes?: string
  /** A number is an option too: `head -5`. */
  readonly numbers?: true
  /** For it `--` is a name like any other. */
  readonly takesDashes?: true
  /** Letters may not be bundled, and long options have one dash. */
  readonly unbundled?: true
  /** Options that take the place of the first operand, for `pattern`. */
  readonly patterns?: string
  /** Options that make it read whole directories; `always` where it does so anyway. */
  readonly deep?: string
  /** Options that make it follow links below directories. */
  readonly follows?: string
  /** Options that make it look at hidden files too; without the list it always does. */
  readonly hidden?: string
  /** Options that make it change what it reads. */
  readonly inPlace?: string
  /** What comes out are the names of files below its operands: with these options, or `always`. */
  readonly names?: string
  /** Options after which something else comes out too. */
  readonly mixed?: string
  /** Options after which these names end with a NUL. */
  readonly separators?: string
  /** Default `none`. */
  readonly operands?: Operands
  /** More that must hold. Gives the reason why the use is not certain. */
  readonly check?: (parsed: Parsed) => string | undefined
  /** By the first operand; with it, the options above are those that stand before it. */
  readonly commands?: Readonly<Record<string, Program>>
}

/** A table, or a way of reading words that no table can tell. */
export type Program = Table | ((words: ReadonlyArray<Value>) => Use)

/** The words as a table divides them, for its own `check`; an option has a value only where it takes one. */
export interface Parsed {
  readonly options: ReadonlyArray<{ readonly name: string; readonly value?: Value }>
  readonly operands: ReadonlyArray<Value>
}

/** What a program does with the words it was given. */
export interface Use {
  /** Why it is not certain. */
  readonly why?: string
  /** Not even the command of the program is known. */
  readonly isUnknown?: true
  readonly paths: ReadonlyArray<{ readonly value: Value; readonly access: Access }>
  /** Whole directories are read: all files in them but for hidden ones, or those that one of the patterns matches. */
  readonly deep?: {
    readonly hidden: boolean
    readonly follows?: boolean
    readonly patterns?: ReadonlyArray<string>
    /** Of git: also files that it knows nothing of. */
    readonly untracked?: boolean
  }
  /** What comes out are names of files that were found below these paths. */
  readonly names?: {
    readonly roots: ReadonlyArray<Value>
    readonly separated: boolean
    readonly untracked?: boolean
    readonly isFiles?: boolean
    readonly hidden?: boolean
    /** They are for what it runs, and not all that comes out. */
    readonly isInner?: boolean
    readonly patterns?: ReadonlyArray<string>
  }
  /** It deletes what it finds, as `rm` does. */
  readonly deletes?: boolean
  /** Commands that it runs, with `{}` for names of files below its paths. */
  readonly runs?: ReadonlyArray<ReadonlyArray<Value>>
}

type Kind = "flag" | "text" | "optional" | "pair" | "read" | "write"

const lists = (names: string | undefined, name: string): boolean =>
  names !== undefined && !name.includes(" ") && ` ${names} `.includes(` ${name} `)

const kindOf = (table: Table, name: string): Kind | undefined => {
  if (lists(table.flags, name)) return "flag"
  if (lists(table.texts, name)) return "text"
  if (lists(table.optional, name)) return "optional"
  if (lists(table.pairs, name)) return "pair"
  if (lists(table.reads, name)) return "read"
  if (lists(table.writes, name)) return "write"
  return undefined
}

/** Nobody can say what it does, for this reason; it tells of no path. */
export const uncertain = (why: string): Use => ({ why, paths: [] })

/** Texts of these may begin with a dash: every version of every program takes the next word for them, whatever it is. */
const anyText = /^(?:-[emSGk]|--(?:regexp|expression|message|grep|author|arg|argjson))$/

/** A value that looks like an option may be one, where a version of the program takes no value or only one behind `=`. */
const looksLikeOption = (name: string, value: Value): boolean =>
  !anyText.test(name) && /^-(?:-|[A-Za-z]\S*$)/.test(known(value) ?? value.beginning)

interface Found {
  readonly options: Array<{ readonly name: string; readonly kind: Kind; readonly value?: Value }>
  readonly operands: Array<Value>
  why?: string
}

/** A short option, perhaps with others in the same word. Gives how many more words it takes. */
const readShort = (table: Table, word: Value, next: Value | undefined, found: Found): number => {
  const text = known(word) ?? word.beginning
  for (let at = 1; at < text.length; at++) {
    const name = `-${text.charAt(at)}`
    const kind = kindOf(table, name)
    if (kind === undefined) {
      found.why = `the option ${text.length > 2 ? `${name} in ${text}` : name} is not one that is known to be harmless`
      return 0
    }
    if (kind === "flag") {
      found.options.push({ name, kind })
      continue
    }
    const isGlued = at + 1 < text.length || known(word) === undefined
    if (isGlued) found.options.push({ name, kind, value: behind(word, at + 1) })
    else if (kind === "optional") found.options.push({ name, kind })
    else if (next === undefined || !next.single || looksLikeOption(name, next))
      found.why = `it is not certain which value ${name} gets`
    else found.options.push({ name, kind, value: next })
    return isGlued || kind === "optional" ? 0 : 1
  }
  if (known(word) === undefined) found.why = notKnown(word)
  return 0
}

const readLong = (
  table: Table,
  word: Value,
  [next, second]: ReadonlyArray<Value | undefined>,
  found: Found
): number => {
  const text = known(word) ?? word.beginning
  const equals = text.indexOf("=")
  const name = equals === -1 ? text : text.slice(0, equals)
  const kind = equals === -1 && known(word) === undefined ? undefined : kindOf(table, name)
  if (kind === undefined || ((kind === "flag" || kind === "pair") && equals !== -1)) {
    found.why = `the option ${name} is not one that is known to be harmless`
    return 0
  }
  if (equals !== -1) {
    if (!word.single) found.why = notKnown(word)
    found.options.push({ name, kind, value: behind(word, equals + 1) })
    return 0
  }
  if (kind === "flag" || kind === "optional") {
    found.options.push({ name, kind })
    return 0
  }
  if (next === undefined || !next.single || looksLikeOption(name, next))
    found.why = `it is not certain which value ${name} gets`
  else if (kind === "pair" && second?.single !== true) found.why = `it is not certain which values ${name} gets`
  else found.options.push({ name, kind, value: next })
  return kind === "pair" ? 2 : 1
}

const isLong = (table: Table, text: string): boolean => text.startsWith("--") || table.unbundled === true

/** Divides words into options and operands. `untilOperand`: the first operand ends it. */
const divide = (
  table: Table,
  words: ReadonlyArray<Value>,
  untilOperand: boolean
): Found & { readonly rest: number } => {
  const found: Found = { options: [], operands: [] }
  for (let at = 0; at < words.length && found.why === undefined; at++) {
    const word = words[at] ?? missing
    const text = known(word)
    if (text === "--" && table.takesDashes === true) found.why = "-- is the name of a file to it"
    if (text === "--" && !untilOperand) {
      found.operands.push(...words.slice(at + 1))
      return { ...found, rest: words.length }
    }
    if (text === "-" || !mayBeOption(word)) {
      if (untilOperand) return { ...found, rest: at }
      found.operands.push(word)
      continue
    }
    if (table.numbers === true && text !== undefined && /^-\d+$/.test(text)) continue
    if (word.values !== undefined && text === undefined)
      found.why = `${word.text} stands for a name that begins with a dash`
    else if (!word.single && !word.beginning.startsWith("--")) found.why = notKnown(word)
    else if (!/^-[^-]|^--./.test(text ?? word.beginning))
      found.why = word.values === undefined ? notKnown(word) : `${word.text} may be an option`
    else
      at += isLong(table, text ?? word.beginning)
        ? readLong(table, word, words.slice(at + 1, at + 3), found)
        : readShort(table, word, words[at + 1], found)
  }
  return { ...found, rest: words.length }
}

const missing: Value = { text: "", beginning: "", values: [""], single: true, literal: true }

type Path = Use["paths"][number]

const pathsOfOperands = (table: Table, { operands, options }: Found): ReadonlyArray<Path> | string => {
  const as = (access: Access) => (value: Value) => ({ value, access })
  const isMany = operands.some((operand) => !operand.single)
  switch (table.operands ?? "none") {
    case "none":
      return operands.length === 0 ? [] : `it takes no ${operands[0]?.text}`
    case "text":
      return operands.some((operand) => !operand.single && operand.values === undefined)
        ? "it is not certain how many words it gets"
        : []
    case "look":
      return operands.map(as("look"))
    case "read":
      return operands.map(as("read"))
    case "act":
      return operands.map(as("act"))
    case "write":
      return operands.map(as("write"))
    case "pattern": {
      const first = options.some(({ name }) => lists(table.patterns, name)) ? 0 : 1
      if (first === 1 && operands[0] !== undefined && !operands[0].single)
        return operands[0].values === undefined
          ? "it is not certain which word is the pattern"
          : operands.map(as("read"))
      return operands.slice(first).map(as("read"))
    }
    case "one":
      return operands.length > 1 || isMany ? "a second file would be written to" : operands.map(as("read"))
    case "copy":
      return isMany && operands.at(-1)?.single !== true
        ? "it is not certain where it writes to"
        : operands.map((value, at) => ({ value, access: at === operands.length - 1 ? "act" : "read" }))
  }
}

const here = [{ text: ".", beginning: ".", values: ["."], single: true, literal: true }]

const isOn = (names: string | undefined, { options }: Found): boolean =>
  names === "always" || options.some(({ name }) => lists(names, name))

/** The options and operands, when each is known to the table. */
export const parsedBy = (table: Table, words: ReadonlyArray<Value>): Parsed | undefined => {
  const found = divide(table, words, false)
  return found.why === undefined ? found : undefined
}

/** Options of git by which it looks at other files than those in its index. */
const withUntracked =
  "-o --others --untracked -k --killed --with-tree --recurse-submodules --no-index --include-untracked --only-untracked"

/** What the program of this table does with these words. */
const useTable = (table: Table, words: ReadonlyArray<Value>): Use => {
  const found = divide(table, words, false)
  if (found.why !== undefined) return uncertain(found.why)
  const paths = pathsOfOperands(table, found)
  if (typeof paths === "string") return uncertain(paths)
  const why = table.check?.({ operands: found.operands, options: found.options })
  if (why !== undefined) return uncertain(why)
  const fromOptions = found.options.flatMap(({ kind, value }): ReadonlyArray<Path> =>
    value !== undefined && (kind === "read" || kind === "write") ? [{ value, access: kind }] : []
  )
  const vague = found.options.find(({ value }) => value !== undefined && !value.single)
  if (vague !== undefined) return uncertain(`it is not certain which value ${vague.name} gets`)
  const isChanging = isOn(table.inPlace, found)
  const operands = isChanging ? paths.map((path) => ({ ...path, access: "write" as const })) : paths
  const roots = paths.length === 0 ? here : paths.map(({ value }) => value)
  const isDeep = isOn(table.deep, found)
  return {
    paths: [
      ...fromOptions,
      ...(isDeep && paths.length === 0 ? here.map((value) => ({ value, access: "read" as const })) : operands)
    ],
    ...(isDeep
      ? {
          deep: {
            hidden: isHidden(table, found),
            follows: isOn(table.follows, found),
            untracked: isOn(withUntracked, found),
            ...patternsOf(found)
          }
        }
      : {}),
    ...(isOn(table.names, found) && !isOn(table.mixed, found)
      ? {
          names: {
            roots,
            separated: isOn(table.separators, found),
            isFiles: table.follows !== undefined,
            hidden: isHidden(table, found),
            ...patternsOf(found),
            untracked:
              isOn(withUntracked, found) ||
              found.options.some(({ name, value }) => name === "--diff-filter" && /D/.test(known(value) ?? "D"))
          }
        }
      : {})
  }
}

const globsOf = ({ options }: Found): ReadonlyArray<string | undefined> =>
  options.flatMap(({ name, value }) => (["--include", "-g", "--glob", "--iglob"].includes(name) ? [known(value)] : []))

/** A hidden file is also looked at when a glob names it. */
const isHidden = (table: Table, found: Found): boolean =>
  table.hidden === undefined ||
  isOn(table.hidden, found) ||
  globsOf(found).some((glob) => glob?.startsWith("!") !== true)

/**
 * The patterns for which `*.{ts,tsx}` stands with ripgrep; elsewhere it is a name as it is written. Others, as with a
 * blank or a `#` that ripgrep leaves out, are not looked into.
 */
const alternatives = (glob: string): ReadonlyArray<string> | undefined => {
  if (/^[\w.*?[\]^@+-]+$/.test(glob)) return [glob]
  const [, before, list, after] = /^([\w.*?-]*)\{([\w.*?,-]+)\}([\w.*?-]*)$/.exec(glob) ?? []
  return list === undefined ? undefined : [glob, ...list.split(",").map((one) => `${before}${one}${after}`)]
}

/**
 * With `--include=*.ts` nothing else is read, unless an `--exclude` stands before it: then grep reads what neither
 * speaks of. What a glob of ripgrep only leaves out does not matter.
 */
const patternsOf = (found: Found): { readonly patterns?: ReadonlyArray<string> } => {
  const { options } = found
  if (options.some(({ name }) => /^--(?:iglob|glob-case-insensitive)$/.test(name))) return {}
  if (options.find(({ name }) => /^--(?:include|exclude|exclude-from)$/.test(name))?.name.startsWith("--exclude"))
    return {}
  const isInclude = options.some(({ name }) => name === "--include")
  const globs = globsOf(found).filter((glob) => isInclude || glob?.startsWith("!") !== true)
  const patterns = globs.map((glob) => (glob === undefined ? undefined : alternatives(glob)))
  return globs.length === 0 || patterns.includes(undefined) ? {} : { patterns: patterns.flatMap((one) => one ?? []) }
}

/** What a program does with the words behind its name. */
export const use = (program: Program, words: ReadonlyArray<Value>): Use => {
  if (typeof program === "function") return program(words)
  if (program.commands === undefined) return useTable(program, words)
  const found = divide(program, words, true)
  if (found.why !== undefined) return uncertain(found.why)
  if (found.rest === words.length) return useTable({ ...program, operands: "none" }, words)
  const name = known(words[found.rest])
  const command = name === undefined || !Object.hasOwn(program.commands, name) ? undefined : program.commands[name]
  if (command === undefined)
    return { ...uncertain(`${words[found.rest]?.text} is not one of its commands that are known`), isUnknown: true }
  return use(command, words.slice(found.rest + 1))
}
