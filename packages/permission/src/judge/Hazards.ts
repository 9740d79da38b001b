/**
 * Options of programs without a table that give them something else to run, or another place for their settings. A rule
 * like `go test *` allows what the project says is to be tested, and not a program that stands in the line.
 */
import { known, type Value } from "./Value.ts"

const packageManager =
  /^(?:-c$|explore$|--call|--?(?:script-shell|shell|node-options|userconfig|globalconfig|git|editor|init-module|viewer|browser|onload-script|config|use-yarnrc|rc-path|experimental-))/

const hazards: Readonly<Record<string, RegExp>> = {
  npm: packageManager,
  npx: packageManager,
  pnpm: packageManager,
  yarn: packageManager,
  bun: /^--(?:preload|require|config|shell)/,
  cargo: /^(?:--config|-Z|-C)/,
  go: /^--?(?:exec|toolexec|vettool|overlay|modfile|ldflags|gcflags|gccgoflags|asmflags|fixtool)/,
  make: /^(?:--eval|-E|SHELL\+?:?=|\.SHELLFLAGS|MAKEFLAGS=|MAKEFILES=|GNUMAKEFLAGS=|PATH=|LD_|BASH_ENV=)|\$\(shell|`|!=/,
  pytest: /^(?:-p|-c|-o|--rootdir|--confcutdir|--override-ini|--pdbcls|--config-file)/,
  tar: /^(?:--(?:to-c|chec|use|rsh|rmt|inf|new-v|absolute|files|exclude-f|transform|xform|sh)|-[A-Za-z]*[IFPTX]|[a-zA-Z]*[IFPT][a-zA-Z]*$)/,
  zip: /^(?:-T|-TT|--unzip-command|--test)/,
  rsync: /^(?:-e|--rsh|--rsync-path|--files-from|--(?:include|exclude)-from|-[a-zA-Z]*e)/,
  scp: /^-(?:S|o|F|D)/,
  curl: /^(?:-[a-zA-Z]*[KTOJ]|--(?:config|upload|remote-n|remote-h|netrc|unix|abstract|proxy-h|libcurl|trace|dump|cookie-jar|engine|egd|random|cert|key|cacert|capath|etag-s|stderr|hsts|alt-svc|output-dir|create)|file:|scp:|sftp:|-[a-zA-Z]*c$)/,
  wget: /^(?:--(?:use-askpass|config|execute|post-file|body-file|input-file|load|save|append|output-file|directory-prefix|warc|certificate|private|ca-)|-[a-zA-Z]*[eiaoPO]|--output-document)/,
  gradle: /^(?:-I|--init-script|-c|--settings-file|-g|--gradle-user-home|--include-build)/,
  mvn: /^(?:-f|--file|-s|--settings|-gs|-t|--toolchains|-Dexec\.)/,
  docker: /^(?:--privileged|--pid|--config|--host|-H)/,
  gh: /^(?:--pager|--editor|--browser)/,
  yq: /(?:\b(?:load|env|envsubst|strenv|load_str|eval)\b|^-[a-zA-Z]*i|^--inplace|^-s$|^--split)/,
  psql: /\\!|^-(?:f|o|L)/,
  sqlite3: /\.(?:shell|system|output|once|import|load|open|save|read)\b|^-(?:cmd|init)/,
  ruff: /^--config/,
  eslint: /^(?:--rulesdir|--resolve-plugins|-o|--output-file|--cache-file|--parser|--plugin|-f|--format)/,
  tsc: /^(?:--generate|--outFile=\/)/,
  uv: /^--(?:config-file|index-url|python)/,
  pip: /^(?:--(?:index-url|extra-index|find-links|target|prefix|root|config|log|proxy|python)|-t$|-i$)/
}

/** `--exec=`, `--exec x`, `--eval ...` and the like, of any program. */
const anywhere = /^--?(?:exec|eval|execute|run-command|command|pager|editor|browser|shell|rsh)(?:=|$)/

/** The option that makes the use of a program uncertain; undefined when there is none. */
export const hazardIn = (words: ReadonlyArray<Value>): string | undefined => {
  const name = (known(words[0]) ?? "").replace(/^.*\//, "")
  const found = Object.hasOwn(hazards, name) ? hazards[name] : undefined
  const texts = words.slice(1).map((word) => known(word) ?? word.text)
  const end = texts.indexOf("--")
  const own = end === -1 ? texts : texts.slice(0, end)
  return own.find((text) => anywhere.test(text) || found?.test(text) === true)
}
