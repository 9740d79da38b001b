/** `sed` and `awk`: only scripts that can neither write, run nor read anything else. */
import { type Parsed, type Table, use, type Use } from "./Program.ts"
import { known, type Value } from "../words/Value.ts"

/** What may stand one after the other in a script of sed; each is found at one place, so nothing is tried twice. */
const blanks = /[ \t;\n]*/y
/** A line, the last line, or an expression whose brackets are closed and hold no slash. */
const address = /\d+(?:~\d+)?|\$|\/(?:[^/\\\n[]|\\[^\n]|\[\^?\]?[^\]\n/]*\])*\/I?/y
const range = /[ \t]*,[ \t]*(?:[+~]\d+|(?=[\d$/]))/y
const negation = /[ \t]*!?[ \t]*/y
/** One letter that prints, deletes or moves lines; a group, a jump, or a text that is printed; none that reads, writes or runs. */
const letter =
  /[pdDPhHgGxnNlqQz=](?=[ \t;\n}]|$)|[qQ]\d+(?=[ \t;\n}]|$)|y\/[^/\\\n]*\/[^/\\\n]*\/(?=[ \t;\n}]|$)|[{}]|(?::[ ]?[A-Za-z]\w*|[btT](?:[ ]?[A-Za-z]\w*)?)(?=[ \t;\n}]|$)|[aic](?:[ \t]+|[ \t]*\\\n?)[^\\\n]+(?=\n|$)/y

const marks = ["/", "|", "#", ",", "@", "%", ":", "~"]

/** Replacements by their mark. Their flags are letters that neither write nor run. */
const replacements: ReadonlyMap<string, RegExp> = new Map(
  marks.map((mark) => {
    const one = mark === "|" ? "\\|" : mark
    const pattern = `(?:[^\\\\\\n\\[${one}]|\\\\[^\\n]|\\[\\^?\\]?[^\\]\\n${one}]*\\])*`
    return [
      mark,
      new RegExp(`s${one}${pattern}${one}(?:[^\\\\\\n${one}]|\\\\[^\\n])*${one}[gpiI0-9]*(?=[ \\t;\\n}]|$)`, "y")
    ]
  })
)

/** Where the expression ends when it stands at this place, else undefined. */
const endOf = (expression: RegExp | undefined, text: string, at: number): number | undefined => {
  if (expression === undefined) return undefined
  expression.lastIndex = at
  return expression.test(text) ? expression.lastIndex : undefined
}

/** The place behind the addresses of a command. */
const behindAddresses = (text: string, at: number): number | undefined => {
  const first = endOf(address, text, at)
  if (first === undefined) return at
  const comma = endOf(range, text, first)
  // Behind `+5` nothing more belongs to the range.
  const second =
    comma === undefined ? first : /[\d]$/.test(text.slice(first, comma)) ? comma : endOf(address, text, comma)
  return second === undefined ? undefined : endOf(negation, text, second)
}

const isHarmlessScript = (text: string): boolean => {
  let at: number | undefined = endOf(blanks, text, 0) ?? 0
  while (at < text.length) {
    const command = behindAddresses(text, at)
    if (command === undefined) return false
    at = endOf(letter, text, command) ?? endOf(replacements.get(text.charAt(command + 1)), text, command)
    if (at === undefined) return false
    at = endOf(blanks, text, at) ?? at
  }
  return true
}

const scripts = (names: ReadonlyArray<string>, { operands, options }: Parsed): ReadonlyArray<Value> => {
  const given = options.flatMap(({ name, value }) => (names.includes(name) && value !== undefined ? [value] : []))
  return given.length > 0 ? given : operands.slice(0, 1)
}

const isHarmlessSed = (script: Value): boolean => {
  const text = known(script)
  return text !== undefined && text.length <= 2_000 && isHarmlessScript(text)
}

const inPlace = ["-i", "--in-place"]

const sedTable: Table = {
  flags: "-n -E -r -s -u -z --quiet --silent --regexp-extended --separate --unbuffered --null-data --posix",
  texts: "-e -l --expression --line-length",
  optional: "-i --in-place",
  patterns: "-e --expression",
  inPlace: "-i --in-place",
  operands: "pattern",
  check: (parsed) => {
    if (
      parsed.options.some(({ name, value }) => inPlace.includes(name) && value !== undefined && !isSuffix(known(value)))
    )
      return "it also writes copies"
    return scripts(["-e", "--expression"], parsed).every(isHarmlessSed)
      ? undefined
      : "its script may do more than print and replace"
  }
}

/** The end of the name of a copy, which lies beside its file. */
const isSuffix = (text: string | undefined): boolean => text !== undefined && /^\.\w+$/.test(text)

/** With `-i.bak` it writes a copy of each file too. */
export const sed = (words: ReadonlyArray<Value>): Use => {
  const found = use(sedTable, words)
  const suffixes = words.flatMap((word) => /^(?:-[nErsuz]*i|--in-place=)(\.\w+)$/.exec(known(word) ?? "")?.[1] ?? [])
  const copies = found.paths
    .filter(({ access }) => access === "write")
    .flatMap(({ access, value }) =>
      suffixes.map((suffix) => ({
        access,
        value: { ...value, text: `${value.text}${suffix}`, values: value.values?.map((one) => `${one}${suffix}`) }
      }))
    )
  return copies.length === 0 ? found : { ...found, paths: [...found.paths, ...copies] }
}

/** Nothing that starts a command, opens a file, or reads what it was not given. */
const dangerousAwk =
  /[|>@`]|<|getline|system|close|fflush|ENVIRON|PROCINFO|ARGV|ARGC|ARGIND|FUNCTAB|SYMTAB|extension|INPLACE|inplace|load|include/

const isHarmlessAwk = (script: Value | undefined): boolean => {
  const text = known(script)
  return text !== undefined && text.length <= 2_000 && !dangerousAwk.test(withoutComparisons(withoutGrouped(text)))
}

/** Between brackets `>` and `<` compare. Where a slash or `#` could begin something in which brackets mean nothing, it is not certain. */
const withoutGrouped = (text: string): string => {
  const parts = withoutDivision(text).split(/("(?:[^"\\\n]|\\[^\n])*")/)
  if (parts.some((part, at) => at % 2 === 0 && /[#/"]/.test(part))) return text
  let depth = 0
  return parts
    .map((part, at) =>
      at % 2 === 1
        ? part
        : part.replace(/[()]|[<>]=?/g, (sign) => {
            if (sign === "(") depth++
            if (sign === ")") depth = Math.max(0, depth - 1)
            return depth > 0 && /[<>]/.test(sign) ? "" : sign
          })
    )
    .join("")
}

/** A slash behind a name or a number divides; behind a word of the language it begins an expression. */
const withoutDivision = (text: string): string =>
  text.replace(
    /((?:^|[^\w$])\$?(?:(?!(?:print|printf|return|in|do|else|getline|case|delete|exit|next)\b)[A-Za-z_]\w*|\d+)) *\/ *(?=[\w$])/g,
    "$1 "
  )

const counted = String.raw`(?:NR|NF|FNR|\$\d+|length(?:\((?:\$\d+)?\))?)`
const firstComparison = new RegExp(
  String.raw`^\s*${counted}\s*[<>]=?\s*\d+\s*(?:&&\s*${counted}\s*[<>]=?\s*\d+\s*)?(?=\{)`
)

/** `NR>5` and `$1 < 3` compare; a redirection only follows `print` and `printf`. */
const withoutComparisons = (text: string): string =>
  /print/.test(text)
    ? text.replace(firstComparison, "").replaceAll("||", "")
    : text.replace(/[<>]=?/g, "").replaceAll("||", "")

/** For every awk; an operand with `=` in it would set a variable, so it is not certain. */
export const awk: Table = {
  texts: "-F -v --field-separator --assign",
  operands: "pattern",
  check: ({ operands }) =>
    isHarmlessAwk(operands[0]) &&
    operands.slice(1).every((operand) => operand.values?.every((one) => !one.includes("=")) === true)
      ? undefined
      : "its script may run commands or open files"
}
