/** `git`: what only looks at the repository, and the everyday forms of what changes it. */
import type { Parsed, Program, Table } from "./Program.ts"
import { known } from "../words/Value.ts"

const diffFlags =
  "-p -u -s -z -w -b -a -R -r -t -c -m --patch --no-patch --raw --minimal --patience --histogram --numstat --shortstat --summary --name-only " +
  "--name-status --patch-with-stat --patch-with-raw --no-color --no-renames --check --full-index --binary --ignore-all-space --ignore-space-change " +
  "--ignore-space-at-eol --ignore-blank-lines --ignore-cr-at-eol --function-context -W --exit-code --quiet --text " +
  "--pickaxe-all --pickaxe-regex --cached --staged --merge-base --no-index --no-ext-diff --no-textconv --compact-summary --cc --combined-all-paths --no-prefix --no-relative --indent-heuristic --cumulative -q --no-indent-heuristic --ita-invisible-in-index"
const diffTexts =
  "-S -G --diff-filter --inter-hunk-context --diff-algorithm --anchored --src-prefix --dst-prefix --line-prefix --output-indicator-new --output-indicator-old"
const diffOptional =
  "-U -M -C -B -D -X --stat --unified --color --word-diff --color-words --word-diff-regex --find-renames --find-copies --abbrev --dirstat --relative --color-moved --submodule --ignore-submodules --stat-width --stat-count --ws-error-highlight --rename-empty"

const logFlags =
  "--oneline --graph --all --branches --tags --remotes --merges --no-merges --first-parent --reverse --follow --no-walk --full-history " +
  "--topo-order --date-order --author-date-order --abbrev-commit --no-abbrev-commit --no-decorate --source --left-right --cherry-pick --cherry-mark --cherry --no-notes " +
  "--walk-reflogs -g -i -E -F -P --regexp-ignore-case --extended-regexp --fixed-strings --perl-regexp --all-match --invert-grep --relative-date --parents --children --boundary --simplify-by-decoration --ancestry-path --dense --sparse --no-mailmap --use-mailmap --count --no-expand-tabs --clear-decorations --log-size --not --no-graph"
const logTexts =
  "-n -L --max-count --skip --since --after --until --before --author --committer --grep --grep-reflog --exclude --date --encoding --glob"
const logOptional =
  "--pretty --format --decorate --decorate-refs --decorate-refs-exclude --expand-tabs --notes --branches --tags --remotes --diff-merges --no-walk --min-parents --max-parents"

/** `-L 1,5:path` names a file; one that is hidden or elsewhere is not worth a closer look. */
const staysInSight = ({ options }: Parsed): string | undefined =>
  options.every(({ name, value }) => name !== "-L" || !/:(?:.*\/)?\.|:[/~]|\.\./.test(known(value) ?? ":."))
    ? undefined
    : "the file of -L may be one that is not to be read"

/** `%G` in a format runs the program that checks signatures. */
const showsNoSignature = ({ options }: Parsed): string | undefined =>
  options.every(({ name, value }) => !/^--(?:pretty|format)$/.test(name) || !/%[-+ ]?G/.test(known(value) ?? "%G"))
    ? undefined
    : "its format runs the program that checks signatures"

const history: Table = {
  flags: `${diffFlags} ${logFlags}`,
  texts: `${diffTexts} ${logTexts}`,
  optional: `${diffOptional} ${logOptional}`,
  numbers: true,
  operands: "read",
  check: (parsed) => showsNoSignature(parsed) ?? staysInSight(parsed)
}

const diff: Table = {
  deep: "--no-index",
  names: "--name-only",
  mixed:
    "-p -u -c -U -W --patch --raw --stat --numstat --shortstat --summary --dirstat --patch-with-stat --patch-with-raw --cc --name-status --line-prefix --submodule --unified --check --compact-summary --cumulative --function-context --binary --word-diff --color-words --stdin",
  separators: "-z",
  flags: diffFlags,
  texts: diffTexts,
  optional: diffOptional,
  operands: "read",
  numbers: true
}

/** Lists only: with other operands it makes, moves or deletes. */
const branchList: Table = {
  flags:
    "-a -r -v -vv -l -i --all --remotes --verbose --list --show-current --ignore-case --no-color --no-column --no-abbrev",
  optional: "--color --column --abbrev --merged --no-merged --contains --no-contains",
  texts: "--sort --format --points-at",
  operands: "text",
  check: ({ operands, options }) => {
    const lists = options.some(({ name }) =>
      /^(?:-l|--list|--contains|--no-contains|--merged|--no-merged|--points-at)$/.test(name)
    )
    return operands.length > 0 && !lists ? "it makes a branch" : undefined
  }
}

const tagList: Table = {
  flags: "-l -i --list --ignore-case --no-color --no-column",
  optional: "-n --color --column --merged --no-merged --contains --no-contains",
  texts: "--sort --format --points-at",
  operands: "text",
  check: ({ operands, options }) => {
    const lists = options.some(({ name }) =>
      /^(?:-l|--list|--contains|--no-contains|--merged|--no-merged|--points-at)$/.test(name)
    )
    return operands.length > 0 && !lists ? "it makes a tag" : undefined
  }
}

/** Commands of git that only look. */
export const reading: Readonly<Record<string, Program>> = {
  status: {
    flags:
      "-s -b -v -z --short --branch --show-stash --long --verbose --no-column --ahead-behind --no-ahead-behind --no-renames",
    optional: "-u --porcelain --untracked-files --ignored --ignore-submodules --column --find-renames",
    operands: "read"
  },
  diff,
  log: history,
  show: history,
  whatchanged: history,
  "diff-tree": { ...diff, flags: `${diffFlags} --root --no-commit-id --always --stdin` },
  "diff-index": diff,
  "diff-files": diff,
  "rev-list": { ...history, optional: `${logOptional} --abbrev`, flags: `${logFlags} --objects` },
  shortlog: {
    flags: "-n -s -e -c --numbered --summary --email --all --no-merges --merges",
    texts: "--since --until --after --before --author --group --grep",
    operands: "read"
  },
  blame: {
    flags:
      "-b -c -l -t -f -n -s -e -w -p --root --show-stats --show-name --show-number --show-email --porcelain --line-porcelain --incremental --minimal --first-parent --color-lines --color-by-age",
    texts: "-L --since --date --ignore-rev",
    optional: "-M -C --abbrev",
    operands: "read"
  },
  annotate: { flags: "-l -t -w", texts: "-L", operands: "read" },
  "rev-parse": {
    flags:
      "--verify -q --quiet --symbolic --symbolic-full-name --show-toplevel --show-prefix --show-cdup --git-dir --absolute-git-dir --git-common-dir --is-inside-work-tree --is-inside-git-dir --is-bare-repository --is-shallow-repository --all --show-superproject-working-tree --revs-only --no-revs --branches --tags --remotes",
    optional: "--short --abbrev-ref --show-object-format --path-format --branches --tags --remotes",
    texts: "--default",
    operands: "read"
  },
  "ls-files": {
    flags:
      "-c -d -m -o -i -s -u -k -t -v -f -z --cached --deleted --modified --others --ignored --stage --unmerged --killed --full-name --error-unmatch --exclude-standard --directory --no-empty-directory --eol --deduplicate --recurse-submodules",
    texts: "-x --exclude --with-tree --format",
    optional: "--abbrev",
    names: "always",
    mixed: "--format -t -s -v -f -u --stage --unmerged --eol",
    separators: "-z",
    operands: "read"
  },
  "ls-tree": {
    flags: "-d -r -t -l -z --long --name-only --name-status --object-only --full-name --full-tree",
    optional: "--abbrev",
    texts: "--format",
    operands: "read"
  },
  "cat-file": { flags: "-t -s -e -p", operands: "read" },
  "merge-base": { flags: "-a --all --is-ancestor --octopus --independent --fork-point", operands: "text" },
  "name-rev": { flags: "--tags --all --name-only --always", texts: "--refs", operands: "text" },
  describe: {
    flags: "--all --tags --contains --long --always --exact-match --first-parent",
    texts: "--match --exclude --candidates",
    optional: "--dirty --broken --abbrev",
    operands: "text"
  },
  "for-each-ref": {
    texts: "--count --sort --format --points-at",
    optional: "--merged --no-merged --contains --no-contains",
    flags: "--ignore-case",
    operands: "text",
    check: showsNoSignature
  },
  "show-ref": {
    flags: "--head --heads --tags -d --dereference --verify -q --quiet",
    optional: "-s --hash --abbrev",
    operands: "text"
  },
  "count-objects": { flags: "-v -H --verbose --human-readable" },
  "check-ignore": { flags: "-q -v -n -z --quiet --verbose --non-matching --no-index", operands: "read" },
  "check-attr": { flags: "-a --all -z --cached", operands: "read" },
  reflog: {
    ...history,
    check: (parsed) =>
      parsed.operands.every(
        ({ values }) => values?.every((one) => !/^(?:expire|delete|drop|write)$/.test(one)) === true
      )
        ? history.check?.(parsed)
        : "it may forget what was"
  },
  "symbolic-ref": {
    flags: "-q --quiet --short --recurse --no-recurse",
    operands: "text",
    check: ({ operands }) =>
      operands.length === 1 && operands[0]?.single === true ? undefined : "it may set what it names"
  },
  // What it does in modules of modules is not looked at.
  submodule: { commands: { status: { flags: "--cached", operands: "read" } } },
  cherry: { flags: "-v --verbose", optional: "--abbrev", operands: "text" },
  "range-diff": {
    ...diff,
    flags: `${diffFlags} --no-dual-color --left-only --right-only --no-notes`,
    texts: `${diffTexts} --creation-factor`,
    check: ({ options }) =>
      options.some(({ name }) => name === "--name-only") ? "what it lists is not certain" : undefined
  },
  notes: { commands: { list: { operands: "text" }, show: { operands: "text" } } },
  bisect: { commands: { log: {} } },
  grep: {
    flags:
      "-i -I -v -w -x -E -F -G -P -n -l -L -c -q -h -H -o -p -W -z -a -r --ignore-case --invert-match --word-regexp --extended-regexp --fixed-strings --perl-regexp --line-number --column --files-with-matches --name-only --files-without-match --count --quiet --heading --break --show-function --function-context --cached --untracked --all-match --and --or --not --full-name --no-color --text --null --recursive --no-recursive --no-textconv --exclude-standard",
    texts: "-e -A -B -C -m --after-context --before-context --context --max-depth --threads --max-count",
    optional: "--color",
    patterns: "-e",
    deep: "always",
    numbers: true,
    names: "-l -L --files-with-matches --name-only --files-without-match",
    separators: "-z --null",
    operands: "pattern"
  },
  var: { operands: "text" },
  version: { flags: "--build-options" },
  help: { flags: "-a -g", operands: "none" },
  stash: { commands: { list: history, show: { ...diff, flags: `${diffFlags} --include-untracked --only-untracked` } } },
  remote: {
    flags: "-v --verbose",
    commands: { "get-url": { flags: "--all --push", operands: "text" } }
  },
  worktree: { commands: { list: { flags: "-v -z --porcelain --verbose" } } },
  branch: branchList,
  tag: tagList,
  config: {
    flags:
      "-l -z --list --global --local --system --worktree --get --get-all --get-regexp --show-origin --show-scope --name-only --bool --int --path --null --includes --no-includes",
    texts: "--type --default",
    operands: "text",
    check: ({ operands, options }) => {
      const gets = options.some(({ name }) => /^(?:-l|--list|--get|--get-all|--get-regexp)$/.test(name))
      return gets || (operands.length === 1 && /^[\w-]+\.[\w.-]+$/.test(known(operands[0]) ?? ""))
        ? undefined
        : "it may change the configuration"
    }
  }
}
