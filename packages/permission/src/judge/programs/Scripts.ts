/** `sed` and `awk`: only scripts that can neither write, run nor read anything else. */
import type { Parsed, Table } from "../Program.ts"
import { known, type Value } from "../Value.ts"

/** One address of sed: a line, the last line, or a simple expression. */
const address = String.raw`(?:\d+(?:~\d+)?|\$|\/(?:[^\/\\\n\[]|\\[^\n]|\[\^?\]?[^\]\n\/]*\])*\/I?)`
const addresses = String.raw`(?:${address}(?:[ \t]*,[ \t]*(?:${address}|[+~]\d+))?[ \t]*!?[ \t]*)?`
/** A replacement; its flags are letters that neither write nor run. A bracket has its end, and no mark in it. */
const replacement = (mark: string): string => {
  const pattern = `(?:[^\\\\\\n\\[${mark}]|\\\\[^\\n]|\\[\\^?\\]?[^\\]\\n${mark}]*\\])*`
  return `s${mark}${pattern}${mark}(?:[^\\\\\\n${mark}]|\\\\[^\\n])*${mark}[gpiI0-9]*`
}
const marks = ["/", "|", "#", ",", "@", "%", ":", "~"].map((mark) => replacement(mark === "|" ? "\\|" : mark))
const command = `(?:[pdDPhHgGxnNlq=]|q\\d+|${marks.join("|")}|y/[^/\\\\\\n]*/[^/\\\\\\n]*/)`
const sedScript = new RegExp(`^[ \\t]*${addresses}${command}[ \\t]*(?:[;\\n][ \\t]*(?:${addresses}${command}[ \\t]*)?)*$`)

const scripts = (names: ReadonlyArray<string>, { operands, options }: Parsed): ReadonlyArray<Value> => {
  const given = options.flatMap(({ name, value }) => (names.includes(name) && value !== undefined ? [value] : []))
  return given.length > 0 ? given : operands.slice(0, 1)
}

const isHarmlessSed = (script: Value): boolean => {
  const text = known(script)
  return text !== undefined && text.length <= 1_000 && sedScript.test(text)
}

const inPlace = ["-i", "--in-place"]

export const sed: Table = {
  flags: "-n -E -r -s -u -z --quiet --silent --regexp-extended --separate --unbuffered --null-data --posix",
  texts: "-e -l --expression --line-length",
  optional: "-i --in-place",
  patterns: "-e --expression",
  inPlace: "-i --in-place",
  operands: "pattern",
  check: (parsed) => {
    if (parsed.options.some(({ name, value }) => inPlace.includes(name) && value !== undefined)) return "it also writes copies"
    return scripts(["-e", "--expression"], parsed).every(isHarmlessSed) ? undefined : "its script may do more than print and replace"
  }
}

/** Nothing that starts a command, opens a file, or reads what it was not given. */
const dangerousAwk = /[|>@`]|<|getline|system|close|fflush|ENVIRON|PROCINFO|ARGV|ARGC|ARGIND|FUNCTAB|SYMTAB|extension|INPLACE|inplace|load|include/

const isHarmlessAwk = (script: Value | undefined): boolean => {
  const text = known(script)
  return text !== undefined && text.length <= 2_000 && !dangerousAwk.test(withoutComparisons(text))
}

/** `NR>5` and `$1 < 3` compare; a redirection only follows `print` and `printf`. */
const withoutComparisons = (text: string): string =>
  /print/.test(text) ? text.replace(/^\s*(?:NR|NF|FNR|\$\d+)\s*[<>]=?\s*\d+\s*(?:&&\s*(?:NR|NF|FNR|\$\d+)\s*[<>]=?\s*\d+\s*)?(?=\{)/, "").replaceAll("||", "") : text.replace(/[<>]=?/g, "").replaceAll("||", "")

export const awk: Table = {
  texts: "-F -v --field-separator --assign",
  operands: "pattern",
  check: ({ operands }) =>
    isHarmlessAwk(operands[0]) && operands.slice(1).every((operand) => operand.values?.every((one) => !one.includes("=")) === true)
      ? undefined
      : "its script may run commands or open files"
}
