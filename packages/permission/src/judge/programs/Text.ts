/** Programs that print text, and filters. */
import type { Table } from "./Program.ts"
import { known } from "../words/Value.ts"

const grep: Table = {
  flags:
    "-E -F -G -P -i -y -v -w -x -c -l -L -q -s -b -H -h -n -o -T -Z -z -a -I -U -r -R --dereference-recursive --extended-regexp --fixed-strings --basic-regexp " +
    "--perl-regexp --ignore-case --no-ignore-case --invert-match --word-regexp --line-regexp --count --files-with-matches " +
    "--files-without-match --quiet --silent --no-messages --byte-offset --with-filename --no-filename --line-number " +
    "--only-matching --initial-tab --null --null-data --text --recursive --line-buffered --help --version",
  texts:
    "-e -m -A -B -C -d -D --regexp --max-count --after-context --before-context --context --label --binary-files --include --exclude --exclude-dir --directories --devices",
  optional: "--color --colour",
  reads: "-f --file --exclude-from",
  numbers: true,
  patterns: "-e --regexp -f --file",
  deep: "-r -R --recursive --dereference-recursive",
  follows: "-R --dereference-recursive",
  names: "-l -L --files-with-matches --files-without-match",
  mixed: "--label --help --version",
  separators: "-Z --null",
  operands: "pattern",
  check: ({ options }) =>
    options.some(({ name, value }) => /^(?:-d|--directories)$/.test(name) && known(value) !== "skip")
      ? "it may follow links"
      : undefined
}

const searchText: Table = {
  flags:
    "-L --follow -i -s -S -v -w -x -c -l -n -N -o -U -F -P -0 -q -p -H -I -u -. -a --ignore-case --case-sensitive --smart-case --invert-match --word-regexp " +
    "--line-regexp --count --count-matches --files-with-matches --files-without-match --line-number --no-line-number " +
    "--only-matching --multiline --multiline-dotall --fixed-strings --pcre2 --null --quiet --pretty --with-filename " +
    "--no-filename --files --hidden --no-hidden --no-ignore --no-ignore-vcs --no-ignore-parent --no-ignore-global --no-ignore-dot " +
    "--no-heading --heading --column --no-column --stats --json --trim --vimgrep --text --no-messages --crlf " +
    "--type-list --unrestricted --passthru --sort-files --debug --no-config --no-follow --no-unicode --unicode " +
    "--one-file-system --no-mmap --glob-case-insensitive --null-data --byte-offset --block-buffered --line-buffered --no-stats --no-pre --help --version",
  texts:
    "-e -g -t -T -m -A -B -C -r -E -M -d -j --regexp --glob --iglob --type --type-not --max-count --after-context --before-context --context " +
    "--replace --encoding --max-columns --max-depth --maxdepth --max-filesize --threads --sort --sortr --colors --color --context-separator " +
    "--field-match-separator --field-context-separator --path-separator --type-add --type-clear --engine --dfa-size-limit --regex-size-limit",
  reads: "-f --file --ignore-file",
  patterns: "-e --regexp -f --file --files --type-list",
  deep: "always",
  follows: "-L --follow",
  hidden: "--hidden -. -u --unrestricted",
  names: "-l --files-with-matches --files-without-match --files",
  mixed: "--json --stats --debug --path-separator --type-list --help --version",
  separators: "-0 --null",
  operands: "pattern"
}

const pager: Table = {
  flags:
    "-n -b -s -E -A -e -t -T -u -v --number --number-nonblank --squeeze-blank --show-all --show-ends --show-tabs --show-nonprinting",
  operands: "read"
}

/** `+!command` is what they do first. */
const screens: Table = {
  operands: "read",
  check: ({ operands }) =>
    operands.some(({ values }) => values?.some((one) => one.startsWith("+")) !== false)
      ? "it may run a command first"
      : undefined
}

const ends: Table = {
  flags: "-q -v -z --quiet --silent --verbose --zero-terminated",
  texts: "-n -c --lines --bytes",
  numbers: true,
  operands: "read"
}

/** Filters of jq that see only what they are given. */
const onlyInput = (filter: string): boolean =>
  !/\b(?:env|\$ENV|input_filename|include|import|modulemeta|get_search_list|debug|stderr|input_line_number|halt|\$__prog_args)\b|\$ENV|\$__/.test(
    filter
  )

/** By name. Most operands are read; where an option writes a file, as `-o` of `sort` does, its table says so. */
export const text: Readonly<Record<string, Table>> = {
  cat: pager,
  less: { ...screens, flags: "-N -R -S -F -X -i -I -n -e -E -r" },
  more: screens,
  tac: { flags: "-b -r --before --regex", texts: "-s --separator", operands: "read" },
  nl: {
    flags: "-p",
    texts:
      "-b -d -f -h -i -l -n -s -v -w --body-numbering --number-format --number-width --number-separator --starting-line-number",
    operands: "read"
  },
  rev: { operands: "read" },
  head: ends,
  tail: {
    ...ends,
    flags: `${ends.flags} -r -f -F --retry`,
    texts: `${ends.texts} -s --sleep-interval --max-unchanged-stats`,
    optional: "--follow"
  },
  wc: { flags: "-c -m -l -L -w --bytes --chars --lines --max-line-length --words", operands: "read" },
  grep,
  egrep: grep,
  fgrep: grep,
  zgrep: { flags: "-E -F -i -v -c -l -n -h -H -o -w", texts: "-e -m -A -B -C", patterns: "-e", operands: "pattern" },
  rg: searchText,
  sort: {
    flags:
      "-b -d -f -g -i -M -h -n -R -r -V -c -C -m -s -u -z --ignore-leading-blanks --dictionary-order --ignore-case --general-numeric-sort " +
      "--ignore-nonprinting --month-sort --human-numeric-sort --numeric-sort --random-sort --reverse --version-sort --check --merge --stable --unique --zero-terminated --debug",
    texts: "-k -t --key --field-separator --sort --parallel -S --buffer-size",
    writes: "-o --output",
    operands: "read"
  },
  uniq: {
    flags: "-c -d -D -i -u -z --count --repeated --unique --ignore-case --zero-terminated",
    texts: "-f -s -w --skip-fields --skip-chars --check-chars",
    optional: "--all-repeated --group",
    operands: "one"
  },
  cut: {
    flags: "-n -s -z --complement --only-delimited --zero-terminated",
    texts: "-b -c -d -f --bytes --characters --delimiter --fields --output-delimiter",
    operands: "read"
  },
  tr: { flags: "-c -C -d -s -t --complement --delete --squeeze-repeats --truncate-set1", operands: "text" },
  diff: {
    flags:
      "-q -s -c -u -e -n -y -p -i -E -Z -b -w -B -a -d -r -N -t -T --brief --report-identical-files --normal --side-by-side " +
      "--left-column --suppress-common-lines --show-c-function --ignore-case --ignore-tab-expansion --ignore-trailing-space " +
      "--ignore-space-change --ignore-all-space --ignore-blank-lines --strip-trailing-cr --text --minimal --recursive --new-file --no-dereference",
    texts: "-C -U -W -x -I -F -L --width --exclude --ignore-matching-lines --label --show-function-line",
    optional: "--unified --context --color",
    reads: "-X --exclude-from",
    deep: "-r --recursive",
    follows: "-r --recursive",
    operands: "read"
  },
  comm: {
    flags: "-1 -2 -3 -z --check-order --nocheck-order --total --zero-terminated",
    texts: "--output-delimiter",
    operands: "read"
  },
  join: { flags: "-i -z --header --check-order --nocheck-order", texts: "-a -e -j -o -t -v -1 -2", operands: "read" },
  paste: { flags: "-s -z --serial --zero-terminated", texts: "-d --delimiters", operands: "read" },
  column: {
    flags: "-t -x -J -n -e --table --json",
    texts: "-s -o -c -N -R -H --separator --output-separator --output-width --table-columns --table-right",
    operands: "read"
  },
  fold: { flags: "-b -s --bytes --spaces", texts: "-w --width", operands: "read" },
  fmt: { flags: "-c -s -t -u", texts: "-w -p --width --prefix", operands: "read", numbers: true },
  expand: { flags: "-i --initial", texts: "-t --tabs", operands: "read" },
  unexpand: { flags: "-a --all --first-only", texts: "-t --tabs", operands: "read" },
  base64: { flags: "-d -D -i --decode --ignore-garbage", texts: "-w --wrap", operands: "read" },
  base32: { flags: "-d -i --decode --ignore-garbage", texts: "-w --wrap", operands: "read" },
  // A second operand would be written.
  xxd: { takesDashes: true, flags: "-a -b -C -E -e -i -p -ps -u --plain", texts: "-c -g -l -n -o -s", operands: "one" },
  od: {
    flags: "-a -b -c -d -f -h -i -l -o -s -v -x",
    texts: "-A -j -N -t -S --address-radix --skip-bytes --read-bytes --format",
    operands: "read"
  },
  hexdump: { flags: "-b -c -C -d -o -v -x", texts: "-e -n -s", operands: "read" },
  strings: {
    flags: "-a -f -d -w --all --print-file-name",
    texts: "-n -t -e -s --bytes --radix --encoding",
    operands: "read",
    numbers: true
  },
  tsort: { operands: "read" },
  shuf: {
    flags: "-e -r -z --echo --repeat --zero-terminated",
    texts: "-i -n --input-range --head-count",
    operands: "read"
  },
  zcat: { flags: "-f", operands: "read" },
  iconv: { flags: "-c -s -l --list", texts: "-f -t --from-code --to-code", operands: "read" },
  factor: { operands: "text" },
  numfmt: {
    flags: "-z --grouping",
    texts: "-d --from --to --field --format --suffix --padding --round --delimiter",
    optional: "--header",
    operands: "text"
  },
  jq: {
    flags:
      "-a -c -C -e -j -M -n -r -R -s -S --ascii-output --compact-output --color-output --exit-status --join-output --monochrome-output " +
      "--null-input --raw-output --raw-output0 --raw-input --slurp --sort-keys --tab --seq --stream --unbuffered",
    texts: "--indent",
    pairs: "--arg --argjson",
    operands: "pattern",
    check: ({ operands }) =>
      onlyInput(known(operands[0]) ?? "env") ? undefined : "its filter may read more than its input"
  }
}
