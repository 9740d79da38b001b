/** Programs of bash whose words no table can tell. */
import { type Program, type Table, uncertain, type Use } from "./Program.ts"
import { isFreeName } from "../Scope.ts"
import { known, mayBeOption, type Value } from "../words/Value.ts"

const nothing: Use = { paths: [] }

/** Prints whatever it gets; `-n`, `-e` and `-E` in front are options. */
const echo = (): Use => nothing

/** `%n` gives a value to a variable too. */
const assigns = (format: string): boolean => /%[^%a-zA-Z]*[hlLjzt]*n/.test(format.replaceAll("%%", ""))

/** Without an option, as `-v` gives a value to a variable and evaluates its index. */
const printf = (words: ReadonlyArray<Value>): Use => {
  const [first, ...rest] = known(words[0]) === "--" ? words.slice(1) : words
  if (first === undefined) return nothing
  if (mayBeOption(first) || !first.single) return uncertain("its first word may be an option")
  const format = known(first)
  if (format === undefined || assigns(format)) return uncertain("its format may change a variable")
  return rest.every(({ single, values }) => single || values !== undefined)
    ? nothing
    : uncertain("it is not certain how many words it gets")
}

const fileTests = /^-[bcdefghkprstuwxGLNOS]$/
const textTests = /^-[nz]$/
const comparisons = /^(?:==?|!=|<|>|=~)$/
const fileComparisons = /^-(?:nt|ot|ef)$/
const numberComparisons = /^-(?:eq|ne|lt|le|gt|ge)$/

const isNumber = (value: Value | undefined): boolean =>
  value?.single === true && value.values?.every((one) => /^-?\d{1,18}$/.test(one)) === true

/**
 * The tests of files, texts and numbers. `-v`, `-R` and `-o` evaluate what is in their word, and so do the comparisons
 * of numbers between `[[` and `]]`; with only dynamic words one of them could become an operator.
 */
const conditions =
  (closing: string | undefined, evaluates: boolean) =>
  (words: ReadonlyArray<Value>): Use => {
    const inner = closing === undefined ? words : words.slice(0, -1)
    if (closing !== undefined && known(words.at(-1)) !== closing) return uncertain(`there is no ${closing}`)
    const paths: Array<Use["paths"][number]> = []
    for (let at = 0; at < inner.length; at++) {
      const text = inner[at]?.literal === true ? known(inner[at]) : undefined
      const [left, operator, right] = [inner[at], known(inner[at + 1]) ?? "", inner[at + 2]]
      const isBinary = right !== undefined && inner[at + 1]?.literal === true
      if (text !== undefined && /^(?:!|\(|\)|-a|-o|&&|\|\|)$/.test(text) && !(isBinary && comparisons.test(operator)))
        continue
      if (!evaluates && left?.single !== true) return uncertain("it is not certain how many words it gets")
      if (isBinary && comparisons.test(operator)) at += 2
      else if (isBinary && numberComparisons.test(operator)) {
        if (evaluates && !(isNumber(left) && isNumber(right)))
          return uncertain("a comparison of numbers in [[ may run commands")
        at += 2
      } else if (isBinary && left !== undefined && fileComparisons.test(operator)) {
        paths.push({ value: left, access: "look" }, { value: right, access: "look" })
        at += 2
      } else if (text !== undefined && fileTests.test(text) && inner[at + 1] !== undefined) {
        if (text !== "-t")
          paths.push(...inner.slice(at + 1, at + 2).map((value) => ({ value, access: "look" as const })))
        at += 1
      } else if (text !== undefined && textTests.test(text) && inner[at + 1] !== undefined) at += 1
      else if (text === undefined || text.startsWith("-")) return uncertain("it is not certain what it tests")
    }
    return { paths }
  }

/** `read` may only set names that mean nothing to bash. */
const read: Table = {
  flags: "-r -s",
  texts: "-d -n -N -p -t -u",
  operands: "text",
  check: ({ operands }) =>
    operands.length > 0 &&
    operands.every((operand) => /^[A-Za-z_]\w*$/.test(known(operand) ?? "") && isFreeName(known(operand) ?? ""))
      ? undefined
      : "it may change a variable that bash uses"
}

/** The options that make a script stop at its first mistake. */
const set = (words: ReadonlyArray<Value>): Use => {
  const text = words.map((word) => known(word) ?? "?").join(" ")
  return /^(?:[-+][eufC]*[eufCo](?: pipefail)?(?: |$))+$/.test(text) && !/o(?! pipefail)(?= |$)/.test(text)
    ? nothing
    : uncertain("it changes how bash works")
}

const cd: Table = { flags: "-L", operands: "read" }

/** By name; a form that could set a variable of bash or evaluate a word is not certain. */
export const builtins: Readonly<Record<string, Program>> = {
  echo,
  printf,
  test: conditions(undefined, false),
  "[": conditions("]", false),
  "[[": conditions("]]", true),
  read,
  set,
  cd,
  pushd: cd,
  popd: {},
  // `jobs -x` runs a command, and `wait -p` sets a variable.
  jobs: { flags: "-l -p -n -r -s", operands: "text" },
  wait: { flags: "-n -f", operands: "text" },
  exit: { operands: "text", numbers: true },
  return: { operands: "text" },
  break: { operands: "text" },
  continue: { operands: "text" }
}
