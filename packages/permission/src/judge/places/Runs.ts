/** Programs that run files, and what comes in through the pipe. */
import type { Working } from "../Judgement.ts"
import type { Ruling } from "../rules/Ruling.ts"
import { exists } from "../Disk.ts"
import { baseName, join, normalize } from "../Locations.ts"
import type { Scope } from "../Scope.ts"
import { readsBuildFile } from "./Traces.ts"
import { known, places, plain, type Value } from "../words/Value.ts"
import { isShell, runsCode, runsItsWords } from "../programs/Wrappers.ts"

/** They run their first file. */
const interpreters =
  /^(?:python|node|nodejs|deno|bun|perl|ruby|php|lua|luajit|Rscript|osascript|tclsh|swift|groovy|julia|elixir|tsx|ts-node|ts-node-esm|babel-node|coffee|guile|racket|pwsh|powershell|java|go|uv|pypy|ipython|irb|jruby|zx|vite-node|esno)$/

/** They run the files of tests that they are given. */
const testers = /^(?:pytest|py\.test|jest|vitest|mocha|ava|playwright|cypress|rspec|phpunit|bats|nox|tox)$/

/** A name by which a file says that it is a program. */
const isCode =
  /\.(?:py|[cm]?[jt]sx?|sh|bash|zsh|fish|rb|pl|php|lua|go|java|jl|swift|groovy|R|ps1|exs?|coffee|tcl|scm|rkt|bats)$/i

/** Without the version, of which Python and others are called. */
const nameOf = (word: Value | undefined): string => baseName(known(word) ?? "").replace(/-?[\d.]+$/, "")

const isInterpreter = (word: Value | undefined): boolean => interpreters.test(nameOf(word)) || isShell(nameOf(word))

/** Short options that take the next word. */
const takesNext = /^-[XWIdrQC]$/

const isCommand = /^(?:run|exec|test|eval)$/

const operandsOf = (words: ReadonlyArray<Value>): ReadonlyArray<Value> =>
  words.filter(
    (word, at) =>
      at > 0 &&
      (!word.beginning.startsWith("-") || known(word) === "-") &&
      !takesNext.test(known(words[at - 1]) ?? "") &&
      !(at === 1 && isCommand.test(known(word) ?? ""))
  )

/** The words from each program on that the command may run. */
const programsIn = (words: ReadonlyArray<Value>): ReadonlyArray<ReadonlyArray<Value>> => [
  words,
  ...words.flatMap((word, at) =>
    at > 0 && at < 16 && (isInterpreter(word) || testers.test(nameOf(word))) ? [words.slice(at)] : []
  )
]

/** The file of a module: `python3 -m a.b` runs `a/b.py`. */
const moduleOf = (words: ReadonlyArray<Value>): ReadonlyArray<Value> => {
  const at = words.findIndex((word) => known(word) === "-m")
  const name = at === -1 ? undefined : known(words[at + 1])
  const place = name?.replaceAll(".", "/")
  return place === undefined ? [] : [plain(`${place}.py`), plain(`${place}/__main__.py`)]
}

/** A file of code, which may be the value of an option: `--require=./x.js`. */
const codeIn = (word: Value): ReadonlyArray<Value> =>
  (word.values ?? [])
    .map((text) => (text.startsWith("-") ? text.slice(text.indexOf("=") + 1) : text))
    .filter((text) => isCode.test(text))
    .map(plain)

/** Node completes names. */
const completed = (word: Value): ReadonlyArray<Value> => {
  const text = known(word)
  return text === undefined || isCode.test(text)
    ? []
    : [".js", ".cjs", "/index.js"].map((end) => plain(text.replace(/\/$/, "") + end))
}

/** The files that the command runs, as far as its words name them. */
const filesOf = (words: ReadonlyArray<Value>): ReadonlyArray<Value> => {
  const own = (known(words[0]) ?? "").includes("/") ? words.slice(0, 1) : []
  return programsIn(words).reduce<ReadonlyArray<Value>>((all, program) => {
    if (!isInterpreter(program[0]) && !testers.test(nameOf(program[0]))) return all
    const operands = operandsOf(program)
    const code = program.slice(1).flatMap(codeIn)
    const first = isInterpreter(program[0]) ? operands.slice(0, 1) : []
    return [...all, ...first, ...first.flatMap(completed), ...code, ...moduleOf(program)]
  }, own)
}

const realPlaces = (values: ReadonlyArray<Value>, scope: Scope, { facts }: Working): ReadonlyArray<string> =>
  values
    .flatMap((value) => value.values ?? [])
    .flatMap((text) => places(text, scope) ?? [])
    .map((place) => facts.realPath(place) ?? normalize(place))

/** Programs that bring files here, to the places that their words name. */
const brings = /^(?:scp|sftp|rsync|rclone|gsutil|s3cmd|azcopy|aria2c|axel|install|patch|openssl|gpg|xxd|dd|base64)$/

/** The same, with a command of theirs. */
const copies = /^(?:docker|podman|nerdctl|kubectl|oc|aws|gcloud|gh|az)$/

/** Keeps in mind what the command runs, and which files a program without a table may have brought. */
export const noteRun = (words: ReadonlyArray<Value>, isTabled: boolean, scope: Scope, context: Working): void => {
  const { traces } = context.effort
  const name = known(words[0]) ?? ""
  if (!isTabled) for (const place of realPlaces(filesOf(words), scope, context)) traces.ran.add(place)
  const isCopy =
    copies.test(name) && words.slice(1, 8).some((word) => /^(?:cp|mv|sync|download)$/.test(known(word) ?? ""))
  if (!isTabled && (brings.test(name) || isCopy))
    for (const place of realPlaces(words.slice(1), scope, context)) traces.written.add(place)
  for (const word of words.slice(0, 4))
    if (readsBuildFile(baseName(known(word) ?? ""))) traces.builders.add(known(word) ?? "")
}

/** Options behind which stands where a program works, or what it is told. */
const leadsElsewhere = /^(?:-C|-f|-p|--(?:prefix|cwd|directory|dir|manifest-path|file|project|config))$/

/**
 * Does the line run it in another directory than where it starts, where what the rule names is another file? Only where
 * it starts with none can the rule mean the other.
 */
export const runsAnother = (words: ReadonlyArray<Value>, { rule }: Ruling, scope: Scope, context: Working): boolean => {
  const { directory: start } = context
  const elsewhere = scope.directories?.filter((directory) => directory !== start) ?? []
  if (rule === undefined || elsewhere.length === 0) return false
  const named = new Set(rule.pattern.split(" ").map((word) => word.replace(/[*?].*$/s, "")))
  const isNamed = (text: string) =>
    rule.pattern.split(" ").includes(text) ||
    [...named].some((word) => /[\w.-]/.test(word) && /[./]/.test(word) && text.startsWith(word))
  const chosen = words.filter((_, at) => leadsElsewhere.test(known(words[at - 1]) ?? ""))
  return [...filesOf(words), ...chosen]
    .flatMap(({ values = [] }) => values)
    .filter((text) => !text.startsWith("/") && isNamed(text))
    .some(
      (text) =>
        exists(context.facts, normalize(join(start, text))) ||
        !elsewhere.every((directory) => exists(context.facts, normalize(join(directory, text))))
    )
}

/** With these a program goes on with what comes in, whatever it has run. */
const asksOn = /^(?:-[bBdEIOPqsuv]*i|--interactive|--repl)$/
const isPrompt = /^(?:code|pdb|IPython|asyncio|ptpython|bpython)$/

/** The command, and those behind it where it runs others. */
const allPrograms = (words: ReadonlyArray<Value>): ReadonlyArray<ReadonlyArray<Value>> =>
  programsIn(words).slice(
    0,
    runsItsWords(nameOf(words[0])) || words.some((word) => /^(?:exec|run|--)$/.test(known(word) ?? "")) ? 8 : 1
  )

/** Does the command, or one behind it, run code that stands in the line, or whatever a shell is told? */
export const runsAnyCode = (words: ReadonlyArray<Value>): boolean =>
  allPrograms(words).some((program) => runsCode(program) || isShell(nameOf(program[0])))

/** Is a program in it that runs what comes in, as it has no other code? */
export const runsInput = (words: ReadonlyArray<Value>): boolean =>
  allPrograms(words).some((program) => {
    if (!isInterpreter(program[0]) || /^(?:go|java)$/.test(nameOf(program[0]))) return false
    const texts = program.map((word) => known(word) ?? "")
    if (texts.some((text, at) => asksOn.test(text) || (texts[at - 1] === "-m" && isPrompt.test(text)))) return true
    const [first] = operandsOf(program)
    const hasCode = program
      .slice(1)
      .some((word) =>
        /^(?:-[A-Za-z]*[ceEnprRm].*|--(?:eval|print|test|version|help|check)(?:=.*)?|-[vVh])$/.test(known(word) ?? "-c")
      )
    return first === undefined
      ? !hasCode
      : /^(?:-|\/dev\/(?:stdin|fd\/0)|\/proc\/self\/fd\/0)$/.test(known(first) ?? "")
  })
