/** Programs that run another one: which are only a frame around it, and which may run anything. */
import { behind, known, plain, type Value } from "../words/Value.ts"

/** What a command is, besides its own name. */
export type Unwrapped =
  | { readonly _tag: "Plain" }
  /** It runs this one, with these variables, and does nothing else. */
  | { readonly _tag: "Frame"; readonly inner: ReadonlyArray<Value>; readonly variables: ReadonlyArray<Value> }
  /** It runs this one with names that come in through the pipe. */
  | {
      readonly _tag: "Each"
      readonly inner: ReadonlyArray<Value>
      readonly separated: boolean
      readonly placeholder?: string
    }
  /** It runs this text as a script. */
  | { readonly _tag: "Script"; readonly text: string }
  /** It only names programs. */
  | { readonly _tag: "Names" }
  /** What it runs is not certain, or runs with other rights. */
  | { readonly _tag: "Open"; readonly why: string }

const open = (why: string): Unwrapped => ({ _tag: "Open", why })

/** Evaluators of bash: what they get becomes code, now or later. */
const evaluators = new Set(
  "eval source . exec trap alias unalias enable hash bind complete compgen compopt mapfile readarray let declare typeset local export readonly unset shopt coproc fc history jobs bg fg disown kill suspend ulimit umask wait getopts caller dirs popd logout times select function".split(
    " "
  )
)
/** Of these, some only look or end something that is one's own: a rule is enough. */
const harmlessEvaluators = new Set("kill jobs wait dirs times umask ulimit caller".split(" "))

/** They run what stands behind them, in ways that are not followed. */
const outsiders = new Set(
  "sudo doas su runuser pkexec chroot unshare nsenter setpriv setsid flock script ssh watch parallel rush strace ltrace gdb lldb valgrind perf busybox toybox systemd-run at batch expect unbuffer rlwrap ionice chrt taskset setarch linux32 linux64 caffeinate proot fakeroot firejail bwrap dbus-run-session xvfb-run entr vim vi view nvim emacs nano ed ex pico joe man reflex chronic ifne daemonize start-stop-daemon run-parts dtach screen tmux sg crontab sem gosu su-exec s6-setuidgid chpst proxychains proxychains4 torsocks tsocks tini dumb-init catchsegv cgexec numactl prlimit faketime eatmydata wsl winpty xterm gnome-terminal catatonit fakechroot uclampset ssh-agent pee dc m4 autossh mosh sshpass".split(
    " "
  )
)
const shells = new Set("sh bash dash zsh ksh mksh ash fish csh tcsh rbash".split(" "))

/** Is it a shell? By the name alone, whatever stands behind it. */
export const isShell = (name: string): boolean => shells.has(name)

/** Other programs of a project that run what stands behind them: a rule that names them is enough to allow it. */
const runners = new Set(
  "npx pnpx bunx uvx pipx cross-env dotenv concurrently hyperfine nodemon watchexec onchange chokidar npm-run-all run-s run-p start-server-and-test ip nix-shell c8 nyc ts choom cpulimit dotenvx op doppler chamber direnv aws-vault asdf mise rbenv pyenv nodenv rtx volta fnm corepack ansible fly flyctl nix".split(
    " "
  )
)

/** Is it a builtin whose words may become code? Also one of those for which a rule is enough. */
export const isEvaluator = (name: string): boolean => evaluators.has(name)

/** Must every word behind the name be looked at as a command too, where something is denied? */
export const runsItsWords = (name: string): boolean =>
  outsiders.has(name) ||
  runners.has(name) ||
  /^(?:env|timeout|nice|nohup|time|command|builtin|exec|xargs|stdbuf|find|fd|fdfind|eval)$/.test(name)

/** The value of an option, or the number of words to skip. */
interface Frame {
  readonly flags: ReadonlySet<string>
  readonly texts: ReadonlySet<string>
  readonly operands: number
}

const frame = (flags: string, texts: string, operands: number): Frame => ({
  flags: new Set(flags.split(" ")),
  texts: new Set(texts.split(" ")),
  operands
})

const frames: Readonly<Record<string, Frame>> = {
  timeout: frame("--foreground --preserve-status -v --verbose", "-s --signal -k --kill-after", 1),
  nice: frame("", "-n --adjustment", 0),
  nohup: frame("", "", 0),
  time: frame("-p", "", 0),
  builtin: frame("", "", 0),
  command: frame("", "", 0),
  stdbuf: frame("", "-i -o -e --input --output --error", 0)
}

/** Where the inner command begins, or undefined when it is not certain. */
const innerStart = ({ flags, operands, texts }: Frame, words: ReadonlyArray<Value>): number | undefined => {
  let at = 1
  for (let text = known(words[at]); text?.startsWith("-") === true; text = known(words[at])) {
    const name = text.replace(/=.*$/s, "")
    if (text === "--") {
      at++
      break
    }
    if (flags.has(text)) at++
    else if (texts.has(name) && text !== name) at++
    else if (texts.has(text)) at += 2
    else if (texts.has(text.slice(0, 2)) && !text.startsWith("--")) at++
    else return undefined
  }
  for (const word of words.slice(at, at + operands))
    if (!/^\d+(?:\.\d+)?[smhd]?$/.test(known(word) ?? "")) return undefined
  return at + operands
}

const isAssignment = (value: Value | undefined): boolean => /^[A-Za-z_]\w*=/.test(value?.beginning ?? "")

const env = (words: ReadonlyArray<Value>): Unwrapped => {
  const end = words.findIndex((word, at) => at > 0 && !isAssignment(word))
  if (end === -1) return open("it shows the environment, which may hold secrets")
  if (words[end]?.beginning.startsWith("-") === true || words[end]?.beginning === "") return open("it may run anything")
  return { _tag: "Frame", inner: words.slice(end), variables: words.slice(1, end) }
}

const each: Frame = frame(
  "-0 --null -r --no-run-if-empty -t --verbose -x --exit",
  "-n --max-args -P --max-procs -L --max-lines -I -d --delimiter -s --max-chars",
  0
)

/** At another sign a name would become parts of a path. */
const isLineEnd = (option: string, next: string | undefined): boolean =>
  (/^(?:-d|--delimiter)$/.test(option) ? next : option.replace(/^(?:-d|--delimiter=)/, "")) === "\\n"

const xargs = (words: ReadonlyArray<Value>): Unwrapped => {
  const start = innerStart(each, words)
  if (start === undefined) return open("it may run anything")
  const options = words.slice(1, start).map((word) => known(word) ?? "")
  const divider = options.findIndex((text) => /^(?:-d|--delimiter)/.test(text))
  if (divider !== -1 && !isLineEnd(options[divider] ?? "", options[divider + 1]))
    return open("what it makes of the names is not certain")
  const at = options.findIndex((text) => text.startsWith("-I"))
  const placeholder = at === -1 ? undefined : options[at] === "-I" ? options[at + 1] : options[at]?.slice(2)
  const separated = options.some((text) => text === "-0" || text === "--null")
  const inner = start >= words.length ? [plain("echo")] : words.slice(start)
  return { _tag: "Each", inner, separated, ...(placeholder === undefined ? {} : { placeholder }) }
}

const shell = (words: ReadonlyArray<Value>): Unwrapped => {
  const [flag, script] = [known(words[1]), known(words[2])]
  if (flag !== undefined && /^-[eux]*c$/.test(flag) && script !== undefined) return { _tag: "Script", text: script }
  if (words[1]?.literal === true && flag !== undefined && !/^[-+]/.test(flag)) return { _tag: "Plain" }
  if (flag === "-n" && script !== undefined && !/^[-+]/.test(script)) return { _tag: "Plain" }
  return open("what it runs is not certain")
}

/** Looks behind the name. */
export const unwrap = (words: ReadonlyArray<Value>): Unwrapped => {
  const name = known(words[0]) ?? ""
  if (outsiders.has(name)) return open(`${name} may run anything`)
  if (evaluators.has(name) && !harmlessEvaluators.has(name))
    return open(`${name} changes what bash does, or runs its words as code`)
  if (name === "env") return env(words)
  if (name === "xargs") return xargs(words)
  if (shells.has(name)) return shell(words)
  if (name === "command" && /^-[vV]$/.test(known(words[1]) ?? "")) return { _tag: "Names" }
  const found = Object.hasOwn(frames, name) ? frames[name] : undefined
  if (found === undefined) return { _tag: "Plain" }
  const start = innerStart(found, words)
  if (start === undefined || start >= words.length) return open("what it runs is not certain")
  return { _tag: "Frame", inner: words.slice(start), variables: [] }
}

const asNode = /^(?:-[a-zA-Z]*[ep].*|--(?:eval|print)(?:=.*)?|-)$/
const short = /^-[ecE]|^--(?:eval|expr|execute)|^-$/

/** Programs that run a text of the line as code, by the options that give it. */
const interpreters: Readonly<Record<string, RegExp>> = {
  tsx: asNode,
  "ts-node": asNode,
  "babel-node": asNode,
  "vite-node": asNode,
  coffee: asNode,
  zx: asNode,
  swift: short,
  julia: short,
  elixir: short,
  iex: short,
  groovy: short,
  scala: short,
  clojure: short,
  guile: short,
  racket: short,
  R: short,
  xonsh: short,
  nu: short,
  elvish: short,
  osh: short,
  sage: short,
  gnuplot: short,
  "rust-script": short,
  pwsh: /^-/,
  powershell: /^-/,
  crystal: /^eval$/,
  nim: /^e$/,
  rails: /^(?:runner|r|console|c)$/,
  wp: /^(?:eval|shell)$/,
  drush: /^(?:php:eval|ev|eval)$/,
  node: /^(?:-[a-zA-Z]*[epr].*|--(?:eval|print|require|import|loader|experimental-loader)(?:=.*)?|-)$/,
  deno: /^eval$/,
  bun: /^(?:-[a-z]*[ep].*|--(?:eval|print|preload)(?:=.*)?)$/,
  python: /^(?:-[a-zA-Z]*c.*|-)$/,
  perl: /^-[a-zA-Z0-9]*[eEnp].*$|^-$/,
  ruby: /^-[a-zA-Z]*[enpr].*$|^-$/,
  php: /^-[a-zA-Z]*[rBRE].*$|^-$/,
  lua: /^-[el].*$|^-$/,
  osascript: /^-e/,
  Rscript: /^-e/,
  tclsh: /^-$/
}

const isQuestion = (text: string): boolean => /^(?:-v|-V|-h|--version|--help|--test)$/.test(text)

/** Does it run code that stands in the line or comes in through the pipe? A rule has to name such a program. */
export const runsCode = (words: ReadonlyArray<Value>): boolean => {
  const name = (known(words[0]) ?? "")
    .replace(/^.*\//, "")
    .replace(/[\d.]+$/, "")
    .replace(/^nodejs$/, "node")
  const found = Object.hasOwn(interpreters, name) ? interpreters[name] : undefined
  if (found === undefined) return false
  const texts = words.slice(1).map((word) => known(word) ?? "-")
  const isInModule = (text: string, at: number) =>
    (/^(?:timeit|pdb)$/.test(text) && texts[at - 1] === "-m") ||
    (text === "-c" && /^shell(?:_plus)?$/.test(texts[at - 1] ?? ""))
  if (name === "python" && texts.some(isInModule)) return true
  const end = texts.findIndex((text) => !text.startsWith("-") || text === "-" || text === "-m" || text === "--test")
  const options = texts.slice(0, end === -1 ? undefined : end + 1)
  return (
    options.every((text) => text.startsWith("-") && !isQuestion(text) && text !== "-m") ||
    options.some((text) => found.test(text))
  )
}

/** Environment variables that a line may set: what they change is how things look. */
const variables: Readonly<Record<string, RegExp>> = {
  NODE_ENV: /^[\w.-]*$/,
  CI: /^\w*$/,
  FORCE_COLOR: /^\w*$/,
  NO_COLOR: /^\w*$/,
  CLICOLOR: /^\w*$/,
  CLICOLOR_FORCE: /^\w*$/,
  LANG: /^[\w.@-]*$/,
  LANGUAGE: /^[\w.@:-]*$/,
  TZ: /^(?:[A-Za-z][\w+-]*(?:\/[\w+-]+)*)?$/,
  DEBUG: /^[\w:*,.@ -]*$/,
  TERM: /^[\w-]*$/,
  COLUMNS: /^\d*$/,
  LINES: /^\d*$/,
  RUST_BACKTRACE: /^\w*$/,
  RUST_LOG: /^[\w:=,.-]*$/,
  LOG_LEVEL: /^\w*$/,
  VERBOSE: /^\w*$/,
  APP_ENV: /^[\w.-]*$/,
  RAILS_ENV: /^[\w.-]*$/,
  RACK_ENV: /^[\w.-]*$/,
  MIX_ENV: /^[\w.-]*$/,
  CGO_ENABLED: /^[01]$/,
  CARGO_INCREMENTAL: /^[01]$/,
  GO111MODULE: /^(?:on|off|auto)$/,
  GOOS: /^\w*$/,
  GOARCH: /^\w*$/,
  PYTHONUNBUFFERED: /^\w*$/,
  PYTHONDONTWRITEBYTECODE: /^\w*$/,
  CARGO_TERM_COLOR: /^\w*$/,
  PAGER: /^cat$/,
  GIT_PAGER: /^cat$/,
  GIT_EDITOR: /^(?:true|:|cat)$/,
  PGPASSWORD: /^[\w.@%+=,-]*$/,
  MYSQL_PWD: /^[\w.@%+=,-]*$/,
  RUSTFLAGS: /^-[DAW] ?warnings$/,
  RUSTDOCFLAGS: /^-[DAW] ?warnings$/,
  GOFLAGS: /^-(?:mod=(?:mod|vendor|readonly)|count=\d+|race|v)$/,
  NODE_OPTIONS:
    /^(?:--(?:max-old-space-size=\d+|experimental-vm-modules|no-warnings|no-deprecation|trace-warnings|enable-source-maps)(?: |$))+$/,
  PORT: /^\d*$/
}

/** Switches, of which no value names a place or a program. */
const switches =
  /^(?:NODE_NO_WARNINGS|NEXT_TELEMETRY_DISABLED|DO_NOT_TRACK|HUSKY|BABEL_ENV|PYTHONUTF8|PYTHONIOENCODING|FLASK_DEBUG|DOCKER_BUILDKIT|BUILDKIT_PROGRESS|GIT_TERMINAL_PROMPT|CARGO_NET_OFFLINE|RUST_MIN_STACK|SPRING_PROFILES_ACTIVE|TS_NODE_TRANSPILE_ONLY|PIP_NO_INPUT|PIP_DISABLE_PIP_VERSION_CHECK)$/

/** Where Python looks for modules of the project, which programs that run its code find there anyway. */
const roots = /^(?:\.|(?:\.\/)?(?:src|lib|app))\/?(?::(?:\.|(?:\.\/)?(?:src|lib|app))\/?)*$/
const settings = /^\w+\.(?:\w+\.)*settings(?:\.\w+)*$/
const runsProject = /^(?:(?:pytest|py\.test|python3?)(?: |$)|(?:uv|poetry) run )/

/** May a line set this variable to this text, in front of these words? */
export const isHarmlessVariable = (name: string, text: string | undefined, words: ReadonlyArray<Value>): boolean => {
  if (text === undefined) return false
  if (name === "PYTHONPATH" || name === "DJANGO_SETTINGS_MODULE")
    return (
      runsProject.test(words.map((word) => word.text).join(" ")) &&
      (name === "PYTHONPATH" ? roots : settings).test(text)
    )
  if (switches.test(name)) return /^[\w-]*$/.test(text)
  if (/^LC_[A-Z]+$/.test(name)) return /^[\w.@-]*$/.test(text)
  return Object.hasOwn(variables, name) && variables[name]?.test(text) === true && !text.includes("..")
}

/** The two sides of `NAME=value`. */
export const divideAssignment = (value: Value): { readonly name: string; readonly text: string | undefined } => {
  const name = value.beginning.slice(0, value.beginning.indexOf("="))
  return { name, text: known(behind(value, name.length + 1)) }
}
