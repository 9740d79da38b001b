/**
 * Options of programs without a table that give them something else to run, or another place for their settings. A rule
 * like `go test *` allows what the project says is to be tested, and not a program that stands in the line.
 */
import { use } from "./Program.ts"
import { versatile } from "./Versatile.ts"
import { known, plain, type Value } from "../words/Value.ts"

const packageManager =
  /^(?:--(?:scr|she|node-o|userc|globalc|onl|pnpmf)|-c$|explore$|--call|--?(?:script-shell|shell|node-options|userconfig|globalconfig|git|editor|init-module|viewer|browser|onload-script|config|use-yarnrc|rc-path|experimental-))/

const compiler =
  /^(?:@|-wrapper|-B|-f(?:plugin|pass-plugin)|--?specs|-fuse-ld=(?!(?:lld|gold|bfd|mold)$)|-Xclang|-load|--config|-ccc-|-cc1|-plugin|-Wl,(?:.*,)?--?plugin|-Wp,|-aux-info|-dump(?!version$|machine$)|-fdump|-fprofile-(?:use|dir|generate)|--gcc-toolchain)/
const archiver = /^(?:@|-[ix]\w*@)/

/** A value of a variable that names a program: only those that everybody has are certain. */
const knownTools = String.raw`(?:(?:gcc|g\+\+|clang|clang\+\+|cc|c\+\+|ccache|sccache|ninja|make|ld|ar)(?:-\d+)?)$`

const hazards: Readonly<Record<string, RegExp>> = {
  npm: packageManager,
  npx: packageManager,
  pnpm: packageManager,
  yarn: packageManager,
  bun: /^(?:--(?:preload|require|config|shell)|-r$|https?:)/,
  cargo: /^(?:--config|-Z|-C|\+.*\/)/,
  deno: /^(?:https?|npm|jsr|data):/,
  rustc:
    /^(?:@|-Z|(?:-C|--codegen)[= ]?(?:linker|link-arg|ar=|dlltool|llvm-args|profile|incremental|save-temps)|--sysroot)/,
  // What a linker of the toolchain is told may be another linker; `-s -w` and `-X` tell it what to write.
  go: /^--?(?:exec|toolexec|vettool|overlay|modfile|ldflags(?!=(?:(?:-[sw]|-X[ =][\w./-]+=[\w.+-]+)(?: +|$))+$)|gcflags|gccgoflags|asmflags|fixtool)/,
  gcc: compiler,
  "g++": compiler,
  cc: compiler,
  "c++": compiler,
  clang: compiler,
  "clang++": compiler,
  ld: /^(?:@|--?plugin|-T|--script)/,
  ar: /^(?:@|--plugin|-M)/,
  ghc: /^(?:@|-pgm|-F|-fplugin|-e$)/,
  cabal: /^(?:-w|--with-)/,
  zig: /^--test-cmd/,
  bazel:
    /^--(?:run_under|workspace_status|credential_helper|bazelrc|output_base|shell_exec|host_jvm|server_jvm|repo_env|\w+_command)/,
  cmake: new RegExp(
    String.raw`^(?:-E(?!=(?:echo|capabilities|environment|compare_files|md5sum|sha\d+sum|sleep|true|false)$)|--open|-D=?CMAKE_(?:\w*(?:COMPILER|LAUNCHER|PROGRAM|LINKER|EXECUTABLE|OBJECT|EMULATOR|AR|RANLIB)|RULE_LAUNCH\w*)(?::\w+)?=(?!${knownTools}))`
  ),
  java: /^(?:@|-(?:XX:On|agent|javaagent|XX:\w*(?:File|Path|Flags)))/,
  javac: /^(?:@|-J|--?processor|-Xplugin)/,
  pytest:
    /^(?:@|-p(?!=no:\w+$)|-c|-o|--rootdir|--confcutdir|--overr|--pdbcls|--config-file|--tx|--rsync|--basetemp|--pastebin)/,
  mypy: /^(?:@|--python-e|--custom-t|--plugin)/,
  tox: /^(?:-x|--overr|exec$)/,
  tsc: /^(?:@|--generate|--outFile=\/)/,
  jest: /^(?:-c|--config)=\{/,
  tar: /^(?:--(?:keep-d|remove|recursive-u|unlink|to-c|chec|use|rsh|rmt|inf|new-v|abs|files|exclude-f|transform|xform|sh)|-[A-Za-z]*[IFPTX]|[a-zA-Z]*[IFPT][a-zA-Z]*$|(?:-[A-Za-z]*f|--file=)?[^-/=][^/=]*:)/,
  zip: /^(?:-[A-Za-z]*[T@]|--unzip-command|--test|-[ix]@)/,
  "7z": archiver,
  "7za": archiver,
  "7zr": archiver,
  // Files are replaced, also those that nobody has named.
  gzip: /^(?:-[a-zA-Z]*r|--rec)/,
  xz: /^--files/,
  unxz: /^--files/,
  zstd: /^--filelist/,
  rsync:
    /^(?:-e|--rs|--rsync-path|--files-from|--(?:include|exclude)-from|-[a-zA-Z]*e|--filter|-[a-zA-Z]*[fM]|--remote-o|--daemon|--config|--early)/,
  scp: /^-(?:S|o|F|D)/,
  split: /^--fi/,
  tcpdump: /^-[a-zA-Z]*[zwWF]/,
  openssl: /^(?:--?(?:engine|provider|config)|engine$)/,
  gpg: /^--(?:[\w-]*program|photo-v|exec-path|homedir|options|gpgconf|keyserver-o|load-ext)/,
  gpg2: /^--(?:[\w-]*program|photo-v|exec-path|homedir|options|gpgconf|keyserver-o|load-ext)/,
  ip: /^(?:-b|-ba\w*|-fo\w*|net(?:ns?)?|v|vrf?)$/,
  pandoc:
    /^(?:--fi|-F|--lu|-L|-d|--de|--extract|--pdf-engine(?!=(?:xelatex|pdflatex|lualatex|tectonic|typst|weasyprint|wkhtmltopdf)$))|\.lua$/,
  rollup: /^(?:--watch\.on|--configPlugin|-p)/,
  cdk: /^(?:-a|--app|--plugin|-p$)/,
  netlify: /^(?:-c$|dev:exec$)/,
  just: /^(?:-c$|--ch|-e$|--edit)/,
  convert: /^[|@]|\||^(?:msl|mvg|ephemeral|label|caption|text|url|https?|ftp|vid|pango):/,
  magick: /^[|@]|\||^(?:msl|mvg|ephemeral|label|caption|text|url|https?|ftp|vid|pango):/,
  helm: /^--post-r/,
  kubectl: /^(?:--exec-c|--(?:server|kuberc|profile-output)|-s)/,
  gradle: /^(?:-I|--init-script|-c|--settings-file|-g|--gradle-user-home|--include-build)/,
  mvn: /^(?:-f|--file|-s|--settings|-gs|-t|--toolchains|-Dexec\.)/,
  docker: /^(?:--privileged|--pid|--config|--host|-H|--use-api-socket)/,
  gh: /^(?:--pager|--editor|--browser|(?:-q|--jq)=.*(?:\benv\b|\$ENV|input_filename))/,
  ruff: /^--config/,
  eslint:
    /^(?:--rulesdir|--resolve-plugins|-o|--output-file|--cache-file|--parser|--plugin|(?:-f|--format)(?!=(?:json|stylish|html|unix|compact|tap|junit|checkstyle|json-with-metadata)$))/,
  uv: /^--(?:config-file|index-url|python)/,
  pip: /^(?:--(?:index|extra|find-l|trusted|global-option|target|prefix|root|config|log|proxy|python)|-t$|-i|-f)/
}

/** Short options of these programs that get their value in the next word, and that the value decides about. */
const valued: Readonly<Record<string, RegExp>> = {
  go: /^--?ldflags$/,
  pytest: /^-p$/,
  rustc: /^(?:-C|--codegen)$/,
  cmake: /^-[ED]$/,
  jest: /^(?:-c|--config)$/,
  pandoc: /^--pdf-engine$/,
  gh: /^(?:-q|--jq)$/,
  eslint: /^(?:-f|--format)$/
}

/** Programs that run another one of the project, whose options are those of the other. */
const passing: Readonly<Record<string, RegExp>> = {
  npx: /^$/,
  pnpx: /^$/,
  bunx: /^$/,
  uvx: /^$/,
  python: /^-m$/,
  cargo: /^rustc$/,
  pnpm: /^(?:exec|dlx)$/,
  yarn: /^(?:exec|dlx|run)$/,
  npm: /^(?:exec|x)$/,
  uv: /^run$/,
  poetry: /^run$/,
  pipenv: /^run$/,
  pdm: /^run$/,
  hatch: /^run$/,
  rye: /^run$/,
  coverage: /^(?:run|-m)$/,
  bundle: /^exec$/
}

/** What a program hands on to another one. */
const passed = (name: string, words: ReadonlyArray<Value>): ReadonlyArray<Value> => {
  const command = Object.hasOwn(passing, name) ? passing[name] : undefined
  if (command === undefined) return []
  const start = command.test("") ? 1 : words.findIndex((word, at) => at > 0 && command.test(known(word) ?? " ")) + 1
  if (start === 0) return []
  const inner = words.slice(start)
  if (name === "cargo") return words.slice(start - 1).map((word, at) => (at === 0 ? plain("rustc") : word))
  const first = inner.findIndex((word) => !word.beginning.startsWith("-"))
  return first === -1 ? [] : inner.slice(first)
}

/** `--exec=`, `--exec x`, `--eval ...` and the like, of any program. */
const anywhere =
  /^--?(?:shell-escape|enable-write18|exec|eval|execute|run-command|command|pager|editor|browser|shell|rsh)(?:=|$)/

/** Commands that change settings for later runs: what a package manager runs is one of them. */
const settings =
  /^(?:(?:npm|pnpm|yarn) (?:(?:config|c) (?:set|edit|delete|unset)|set|edit|plugin|pkg (?!get))|pip3? config (?:set|edit)|go env -[wu]|bun exec|deno eval|gh (?:alias (?:set|import)|ext(?:ension)? (?:install|exec)))\b/

/** The file that the program would take by itself: `npx vitest --config vitest.config.ts`. */
const isOwnConfiguration = (text: string, words: ReadonlyArray<string>): boolean => {
  const name = /^--config[= ](?:\.\/)?(vitest|vite|jest|eslint|prettier|playwright)\.config\.[cm]?[jt]s *$/.exec(
    text
  )?.[1]
  return name !== undefined && words.find((word) => !word.startsWith("-")) === name
}

/** Why the use of a program is uncertain by its options; undefined when it is not. */
export const hazardIn = (words: ReadonlyArray<Value>): string | undefined => {
  const base = (known(words[0]) ?? "").replace(/^.*\//, "")
  const name = base.replace(/^(python|pip|gcc|g\+\+|clang|clang\+\+)-?[\d.]+$/, "$1")
  const found = Object.hasOwn(hazards, name) ? hazards[name] : undefined
  const table = Object.hasOwn(versatile, name) ? versatile[name] : undefined
  const why = table === undefined ? undefined : use(table, words.slice(1)).why
  if (why !== undefined) return why
  const start = [name, ...words.slice(1, 3).map(({ text }) => text)].join(" ")
  if (settings.test(start)) return `${start} is for later runs too`
  const texts = words.slice(1).map((word) => known(word) ?? word.text)
  const end = texts.indexOf("--")
  const own = end === -1 || name === "rustc" ? texts : texts.slice(0, end)
  const isValued = Object.hasOwn(valued, name) ? valued[name] : undefined
  const whole = own.map((text, at) => (isValued?.test(text) === true ? `${text}=${own[at + 1] ?? ""}` : text))
  const hazard = whole.find(
    (text, at) =>
      (anywhere.test(text) || found?.test(text) === true) &&
      !isOwnConfiguration(`${text} ${/=/.test(text) ? "" : (whole[at + 1] ?? "")}`, whole)
  )
  if (hazard !== undefined && table === undefined) return `${hazard} may give ${name} something else to run or to read`
  const inner = passed(name, words)
  return inner.length === 0 || inner.length === words.length ? undefined : hazardIn(inner)
}
