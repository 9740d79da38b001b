/**
 * Programs that can do so much that only known options are certain: they fetch, send, query and build. Their tables say
 * which options are; what else stands in their words is looked through for places, as with programs without a table.
 */
import { type Parsed, parsedBy, type Program, type Table, uncertain, type Use, use } from "./Program.ts"
import { known, plain, type Value } from "../words/Value.ts"

const every = (texts: ReadonlyArray<string | undefined>, isFine: (text: string) => boolean): boolean =>
  texts.every((text) => text !== undefined && isFine(text))

const valuesOf = ({ options }: Parsed, names: RegExp): ReadonlyArray<string | undefined> =>
  options.filter(({ name }) => names.test(name)).map(({ value }) => known(value))

const textsOf = ({ operands }: Parsed): ReadonlyArray<string | undefined> => operands.map((operand) => known(operand))

/** Addresses of the web; braces and brackets would make several of one. */
const isOfTheWeb = (text: string): boolean =>
  /^(?:https?:\/\/)?[^:@{}[\]]*(?::\d+)?(?:[/?#].*)?$/i.test(text) || /^https?:\/\/[^{}[\]]*$/i.test(text)

/** Of several files behind one `@`, and of a name in quotes, only the first would be looked at. */
const namesOneFile = (text: string): boolean => !/[@<](?:.*,|["'])/.test(text)

const curlTable: Table = {
  flags:
    "-O --remote-name --remote-name-all -s -S -f -L -I -i -v -k -g -G -N -q -4 -6 -0 -# -l -a -R -Z --silent --show-error --fail --fail-with-body --location --head --include --verbose --insecure " +
    "--globoff --get --no-buffer --ipv4 --ipv6 --http1.0 --http1.1 --http2 --http3 --progress-bar --compressed --no-progress-meter --no-keepalive --tcp-nodelay " +
    "--location-trusted --path-as-is --post301 --post302 --parallel --raw --remote-time --retry-connrefused --retry-all-errors --tlsv1.2 --tlsv1.3 --basic --digest --version --create-dirs --no-sessionid",
  texts:
    "-X -H -d -F -m -A -e -u -r -b -w -x -y -Y -C -z --request --header --data --data-raw --data-binary --data-ascii --data-urlencode --json --form --form-string --max-time --connect-timeout --user-agent --referer --user " +
    "--range --cookie --write-out --proxy --retry --retry-delay --retry-max-time --max-redirs --resolve --connect-to --url --limit-rate --url-query --oauth2-bearer --max-filesize --interface --proto --noproxy --continue-at --parallel-max",
  writes: "-o --output",
  operands: "text",
  check: (parsed) => {
    if (!every([...textsOf(parsed), ...valuesOf(parsed, /^--url$/)], isOfTheWeb))
      return "it may read something else than the web"
    if (!every(valuesOf(parsed, /^(?:-w|--write-out)$/), (text) => !/^@|%output/.test(text)))
      return "its format may name files"
    if (!every(valuesOf(parsed, /^(?:-b|--cookie)$/), (text) => text.includes("="))) return "it may send a file"
    return every(valuesOf(parsed, /^(?:-F|--form)$/), namesOneFile) &&
      every(valuesOf(parsed, /^--(?:data-urlencode|url-query)$/), (text) => !/^[^=]*@/.test(text))
      ? undefined
      : "it may send a file"
  }
}

const wgetTable: Table = {
  flags:
    "-q -v -nv -c -S -4 -6 --quiet --verbose --no-verbose --continue --server-response --spider --no-check-certificate --show-progress --no-cache --inet4-only --inet6-only --version -nc --no-clobber",
  texts:
    "-T -t -w -U --timeout --tries --wait --user-agent --header --method --body-data --post-data --referer --limit-rate --progress --max-redirect",
  writes: "-O --output-document",
  operands: "text",
  check: (parsed) => (every(textsOf(parsed), isOfTheWeb) ? undefined : "it may read something else than the web")
}

/** Without another name a file is called like the end of its address. */
const named =
  (table: Table, isNamed: (options: ReadonlySet<string>) => boolean): Program =>
  (words) => {
    const found = use(table, words)
    const texts = words.map((word) => known(word) ?? word.text)
    const options = new Set(parsedBy(table, words)?.options.map(({ name }) => name))
    if (found.why !== undefined || !isNamed(options)) return found
    const names = texts
      .filter((text) => /^https?:|^[^-].*[./]/.test(text))
      .map((text) => /([^/?#]*)(?:[?#].*)?$/.exec(text.replace(/^https?:\/\/[^/]*$/, ""))?.[1] ?? "")
    const written = names.map((name) => ({
      value: plain(name === "" ? "index.html" : `./${name}`),
      access: "write" as const
    }))
    return { ...found, paths: [...found.paths, ...written] }
  }

const curl = named(curlTable, (options) =>
  ["-O", "--remote-name", "--remote-name-all"].some((name) => options.has(name))
)

const wget = named(
  wgetTable,
  (options) => !["-O", "--output-document", "--spider", "--version"].some((name) => options.has(name))
)

/** Commands of the client itself begin with a backslash; `copy` and some functions open files and run programs. */
const isPlainQuery = (text: string): boolean =>
  /^\s*\\(?:d\w*\+?|l\+?|conninfo|x|timing|z|sf|sv)(?: +[\w.*"]+)*\s*$/.test(text) ||
  !/\\|`|\bcopy\b|\bpg_(?:read|ls|write|file)|\blo_(?:im|ex)port|\bprogram\b|\bload\b|\bextension\b|\blanguage\b/i.test(
    text
  )

const psql: Table = {
  flags:
    "-l -A -t -q -x -X -e -E -b -a -n -1 -w -W -z -0 -H --list --no-align --tuples-only --quiet --expanded --no-psqlrc --echo-queries --csv --html --single-transaction --no-password --no-readline --version",
  texts:
    "-c -d -h -p -U -F -R -P -v --command --dbname --host --port --username --field-separator --record-separator --pset --set --variable",
  reads: "-f --file",
  operands: "text",
  check: (parsed) => {
    const asks = parsed.options.some(({ name }) => /^(?:-c|--command|-l|--list|-f|--file|--version)$/.test(name))
    if (!asks) return "what it runs comes from its input"
    if (
      !every(valuesOf(parsed, /^(?:-v|--set|--variable)$/), (text) =>
        /^(?:ON_ERROR_STOP|ECHO|VERBOSITY)=\w+$/.test(text)
      )
    )
      return "a variable of it may become a command"
    return every(valuesOf(parsed, /^(?:-c|--command)$/), isPlainQuery)
      ? undefined
      : "its command may open files or run programs"
  }
}

/** Commands of the client begin with a backslash or stand at the beginning of a line; some clauses open files of either machine. */
const isPlainMysql = (text: string): boolean =>
  !/\\(?![Gg]\s*;?\s*$)|(?:^|[;\n])\s*(?:system|source|tee|pager|edit|delimiter|connect|prompt|use_pager)\b|\b(?:out|dump)file\b|\bload_file\b|\binfile\b|\bplugin\b|\bsoname\b/i.test(
    text
  )

const mysql: Table = {
  flags:
    "-N -B -s -t -r -v -C -w -E -H -X --batch --silent --table --raw --verbose --compress --vertical --html --xml --skip-column-names --column-names --no-beep --skip-ssl --ssl --version -V",
  texts:
    "-e -h -u -P -D --execute --host --user --port --database --protocol --connect-timeout --default-character-set --ssl-mode",
  optional: "-p --password",
  operands: "text",
  check: (parsed) => {
    if (!parsed.options.some(({ name }) => /^(?:-e|--execute|--version|-V)$/.test(name)))
      return "what it runs comes from its input"
    return every(valuesOf(parsed, /^(?:-e|--execute)$/), isPlainMysql)
      ? undefined
      : "its command may open files or run programs"
  }
}

const patchTable: Table = {
  flags:
    "-R -N -s -f -t -E -b -u -c -n -l --dry-run --reverse --forward --silent --quiet --batch --force --verbose --backup --unified --context --normal --ignore-whitespace --binary --no-backup-if-mismatch --version",
  texts: "-p -F --strip --fuzz",
  reads: "-i --input",
  writes: "-o --output",
  operands: "text"
}

/** Without the name of a file it writes what the patch says, wherever that is. */
const patch: Program = (words) => {
  const found = use(patchTable, words)
  if (found.why !== undefined) return found
  const parsed = parsedBy(patchTable, words)
  const [file, from] = parsed?.operands ?? []
  if (file === undefined)
    return parsed?.options.some(({ name }) => name === "--dry-run" || name === "--version") === true
      ? found
      : uncertain("what it writes is in the patch")
  const read = from === undefined ? [] : [{ value: from, access: "read" as const }]
  return { paths: [...found.paths, { value: file, access: "write" }, ...read] }
}

/** Its options have no dashes. */
const dd: Program = (words) => {
  const paths = words.flatMap((word): Use["paths"] => {
    const [, option, file] = /^(if|of)=(.*)$/s.exec(known(word) ?? "") ?? []
    return file === undefined ? [] : [{ value: plain(file), access: option === "of" ? "write" : "read" }]
  })
  return words.every((word) =>
    /^(?:if|of|bs|ibs|obs|cbs|count|skip|seek|conv|status|iflag|oflag)=/.test(known(word) ?? "")
  )
    ? { paths }
    : uncertain("what it writes is not certain")
}

const isPlainSqlite = (text: string): boolean =>
  /^\s*\./.test(text)
    ? /^\s*\.(?:tables|schema|fullschema|indexes|databases|dump|headers|mode|show|help|timer|width|nullvalue|stats|dbinfo)(?: +[\w%*.-]+)*\s*$/.test(
        text
      )
    : !/\b(?:attach|load_extension|readfile|writefile|edit|into\s+['"]|fts3_tokenizer|zipfile|fsdir|sqlar\w*|lsdir|dbstat)\b|\binto\s*['"]|temp_store_directory|data_store_directory/i.test(
        text
      )

const sqlite3: Table = {
  flags:
    "-json -csv -header -headers -noheader -column -line -list -readonly -safe -batch -bail -box -table -markdown -html -quote -tabs -version --version -ascii -stats",
  texts: "-separator -nullvalue -newline",
  unbundled: true,
  operands: "text",
  check: (parsed) => {
    if (parsed.options.some(({ name }) => name.endsWith("version"))) return undefined
    if (parsed.operands.length < 2) return "what it runs comes from its input"
    return every(textsOf(parsed).slice(1), isPlainSqlite) ? undefined : "its command may open files or run programs"
  }
}

const yq: Table = {
  flags:
    "-r -n -e -j -C -M -P -N -y -Y -c -s0 --unwrapScalar --null-input --exit-status --tojson --colors --no-colors --prettyPrint --no-doc --raw-output --compact-output --yaml-output --version -V",
  texts: "-o -p -I --output-format --input-format --indent --xml-attribute-prefix",
  pairs: "--arg --argjson",
  inPlace: "-i --inplace",
  optional: "-i --inplace",
  operands: "pattern",
  check: ({ operands, options }) => {
    if (options.some(({ name, value }) => /^(?:-i|--inplace)$/.test(name) && value !== undefined))
      return "it also writes elsewhere"
    const [first, second] = operands.map((operand) => known(operand))
    const filter = /^(?:e|ea|eval|eval-all)$/.test(first ?? "") ? second : first
    return filter !== undefined &&
      !/\b(?:load|env|envsubst|strenv|eval|system|include|import|input_filename|debug|exec)|\$ENV|\$__/.test(filter)
      ? undefined
      : "its filter may read more than its input"
  }
}

/** Variables that recipes begin their commands with, and programs that everybody has. */
const namesProgram =
  /^(?:CC|CXX|CPP|LD|AR|AS|NM|RANLIB|STRIP|OBJCOPY|RM|CP|MV|INSTALL|LEX|YACC|FC|GO|PYTHON3?|NODE|NPM|NPX|RUBY|PERL|BASH|DOCKER|CARGO|PYTEST|PIP3?)$/
const isKnownTool =
  /^(?:(?:gcc|g\+\+|clang|clang\+\+|cc|c\+\+|tcc|ld|ar|as|nm|ranlib|strip|objcopy|rm|cp|mv|install|flex|bison|lex|yacc|gfortran|go|python|node|npm|npx|ruby|perl|bash|docker|podman|cargo|pytest|pip|ccache gcc|ccache clang)-?[\d.]*)$/

/** A variable of `make` is put into the commands of its recipes as it stands. */
const isPlainVariable = (text: string): boolean => {
  const equals = text.search(/=/)
  const name = text.slice(0, equals).replace(/[:+?!\s]+$/, "")
  if (
    /!/.test(text.slice(0, equals)) ||
    /^(?:SHELL|\.SHELLFLAGS|MAKE\w*|GNUMAKEFLAGS|PATH|LD_.*|BASH_ENV|ENV|IFS)$/.test(name)
  )
    return false
  const value = text.slice(equals + 1)
  if (namesProgram.test(name) && !isKnownTool.test(value)) return false
  return !/[;&|`$<>()\n\\]/.test(value) && (!/\s/.test(value.trim()) || /^\s*-/.test(value))
}

const make: Table = {
  flags:
    "-k -s -n -B -i -q -t -w -d -p -r -R -S -b -m -e -L --keep-going --silent --quiet --dry-run --just-print --recon --always-make --ignore-errors --question --touch --no-print-directory --print-directory --print-data-base --no-builtin-rules --no-builtin-variables --trace --version --help --warn-undefined-variables --environment-overrides --stop --no-silent",
  optional: "-j -l -O --jobs --load-average --output-sync --debug",
  reads:
    "-C -f -I -o -W --directory --file --makefile --include-dir --old-file --assume-old --what-if --new-file --assume-new",
  operands: "text",
  check: (parsed) => {
    if (!every(valuesOf(parsed, /^(?:-f|--file|--makefile)$/), (text) => text !== "-"))
      return "what it makes comes from its input"
    return every(textsOf(parsed), (text) => !text.includes("=") || isPlainVariable(text))
      ? undefined
      : "a variable of it may become a command"
  }
}

/** By name; apart from the other tables, since these make no command certain without a rule. */
export const versatile: Readonly<Record<string, Program>> = {
  curl,
  wget,
  psql,
  mysql,
  mariadb: mysql,
  sqlite3,
  yq,
  make,
  gmake: make,
  patch,
  dd
}

/** Does it fetch from more than one address, or by way of another one? A rule that names one speaks of no other. */
export const goesElsewhere = (words: ReadonlyArray<Value>): boolean => {
  const name = known(words[0]) ?? ""
  if (name !== "curl" && name !== "wget") return false
  const parsed = parsedBy(name === "curl" ? curlTable : wgetTable, words.slice(1))
  return (
    parsed === undefined ||
    parsed.operands.length + valuesOf(parsed, /^--url$/).length > 1 ||
    parsed.options.some(({ name: option }) => /^(?:-x|--proxy|--connect-to|--resolve|--interface)$/.test(option))
  )
}
