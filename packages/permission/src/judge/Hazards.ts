/**
 * Options of programs without a table that give them something else to run, or another place for their settings. A rule
 * like `go test *` allows what the project says is to be tested, and not a program that stands in the line.
 */
import { use } from "./Program.ts"
import { versatile } from "./programs/Versatile.ts"
import { known, type Value } from "./Value.ts"

const packageManager =
  /^(?:--(?:scr|she|node-o|userc|globalc|onl|pnpmf)|-c$|explore$|--call|--?(?:script-shell|shell|node-options|userconfig|globalconfig|git|editor|init-module|viewer|browser|onload-script|config|use-yarnrc|rc-path|experimental-))/

const hazards: Readonly<Record<string, RegExp>> = {
  npm: packageManager,
  npx: packageManager,
  pnpm: packageManager,
  yarn: packageManager,
  bun: /^(?:--(?:preload|require|config|shell)|-r$)/,
  cargo: /^(?:--config|-Z|-C|\+.*\/)/,
  // What a linker of the toolchain is told may be another linker; `-s -w` and `-X` tell it what to write.
  go: /^--?(?:exec|toolexec|vettool|overlay|modfile|ldflags(?!=(?:(?:-[sw]|-X[ =][\w./-]+=[\w.+-]+)(?: +|$))+$)|gcflags|gccgoflags|asmflags|fixtool)/,
  pytest: /^(?:-p(?!=no:\w+$)|-c|-o|--rootdir|--confcutdir|--overr|--pdbcls|--config-file)/,
  tar: /^(?:--(?:keep-d|remove|recursive-u|unlink|to-c|chec|use|rsh|rmt|inf|new-v|abs|files|exclude-f|transform|xform|sh)|-[A-Za-z]*[IFPTX]|[a-zA-Z]*[IFPT][a-zA-Z]*$)/,
  zip: /^(?:-T|-TT|--unzip-command|--test)/,
  rsync: /^(?:-e|--rs|--rsync-path|--files-from|--(?:include|exclude)-from|-[a-zA-Z]*e)/,
  scp: /^-(?:S|o|F|D)/,
  gradle: /^(?:-I|--init-script|-c|--settings-file|-g|--gradle-user-home|--include-build)/,
  mvn: /^(?:-f|--file|-s|--settings|-gs|-t|--toolchains|-Dexec\.)/,
  docker: /^(?:--privileged|--pid|--config|--host|-H)/,
  gh: /^(?:--pager|--editor|--browser)/,
  ruff: /^--config/,
  eslint: /^(?:--rulesdir|--resolve-plugins|-o|--output-file|--cache-file|--parser|--plugin|-f|--format)/,
  tsc: /^(?:--generate|--outFile=\/)/,
  uv: /^--(?:config-file|index-url|python)/,
  pip: /^(?:--(?:index|extra|find-l|trusted|global-option|target|prefix|root|config|log|proxy|python)|-t$|-i|-f)/
}

/** `--exec=`, `--exec x`, `--eval ...` and the like, of any program. */
const anywhere = /^--?(?:exec|eval|execute|run-command|command|pager|editor|browser|shell|rsh)(?:=|$)/

/** Commands that change settings for later runs: what a package manager runs is one of them. */
const settings =
  /^(?:(?:npm|pnpm|yarn) (?:(?:config|c) (?:set|edit|delete|unset)|set|edit|plugin)|pip3? config (?:set|edit)|go env -[wu]|bun exec|deno eval)\b/

/** The file that the program would take by itself: `npx vitest --config vitest.config.ts`. */
const isOwnConfiguration = (text: string, words: ReadonlyArray<string>): boolean => {
  const name = /^--config[= ](?:\.\/)?(vitest|vite|jest|eslint|prettier|playwright)\.config\.[cm]?[jt]s *$/.exec(
    text
  )?.[1]
  return name !== undefined && words.find((word) => !word.startsWith("-")) === name
}

/** Why the use of a program is uncertain by its options; undefined when it is not. */
export const hazardIn = (words: ReadonlyArray<Value>): string | undefined => {
  const name = (known(words[0]) ?? "").replace(/^.*\//, "")
  const found = Object.hasOwn(hazards, name) ? hazards[name] : undefined
  const table = Object.hasOwn(versatile, name) ? versatile[name] : undefined
  const why = table === undefined ? undefined : use(table, words.slice(1)).why
  if (why !== undefined) return why
  const start = [name, ...words.slice(1, 3).map(({ text }) => text)].join(" ")
  if (settings.test(start)) return `${start} is for later runs too`
  const texts = words.slice(1).map((word) => known(word) ?? word.text)
  const end = texts.indexOf("--")
  const own = end === -1 ? texts : texts.slice(0, end)
  const whole = own.map((text, at) => (/^--?(?:ldflags|p)$/.test(text) ? `${text}=${own[at + 1] ?? ""}` : text))
  const hazard = whole.find(
    (text, at) =>
      (anywhere.test(text) || found?.test(text) === true) &&
      !isOwnConfiguration(`${text} ${/=/.test(text) ? "" : (whole[at + 1] ?? "")}`, whole)
  )
  return hazard === undefined || table !== undefined
    ? undefined
    : `${hazard} may give ${name} something else to run or to read`
}
