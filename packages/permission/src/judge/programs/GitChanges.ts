/** Commands of git that change the repository: with the options that do what their names say and run nothing else. */
import { type Program, type Table, use } from "./Program.ts"
import { known } from "../words/Value.ts"
import { addRemote, places } from "./GitPlaces.ts"

const commit: Table = {
  flags:
    "-a -p -s -v -q -n -i -o --all --patch --amend --no-edit --no-verify --verify --signoff --no-signoff --allow-empty --allow-empty-message --dry-run --short --porcelain --long --verbose --quiet --reset-author --only --include --no-status --status --no-gpg-sign --no-post-rewrite",
  texts: "-m -C -c --message --author --date --cleanup --fixup --squash --reuse-message --trailer",
  reads: "-F --file",
  optional: "-u --untracked-files --branch",
  operands: "act"
}

/** A remote by its name; an address or a path could run a program on the way. */
const isRemote = (text: string | undefined): boolean => text !== undefined && /^[\w][\w.-]*$/.test(text)

const toRemote = (table: Table): Table => ({
  ...table,
  operands: "text",
  check: ({ operands }) =>
    operands[0] === undefined || isRemote(known(operands[0])) ? undefined : "it names no remote of the repository"
})

const merging =
  "-q -v -n --quiet --verbose --stat --no-stat --ff --no-ff --ff-only --squash --no-squash --commit --no-commit --no-edit --abort --continue --quit --allow-unrelated-histories --no-verify --signoff --no-gpg-sign --autostash --no-autostash"

const removeFiles: Table = { flags: "-r -f -n -q --cached --force --dry-run --quiet --ignore-unmatch", operands: "act" }

/** The file stays as it is, and nothing of it is shown. */
const removeFromIndex: Table = {
  ...removeFiles,
  operands: "look",
  check: ({ options }) => (options.some(({ name }) => name === "--cached") ? undefined : "it removes files")
}

/** The commands, beside those that only look. */
export const changing: Readonly<Record<string, Program>> = {
  add: {
    flags:
      "-A -u -n -v -f -p -N --all --update --dry-run --verbose --force --patch --intent-to-add --no-all --ignore-removal --ignore-errors --renormalize --refresh",
    optional: "--chmod",
    operands: "read"
  },
  commit,
  push: toRemote({
    flags:
      "-u -f -n -q -v -d --set-upstream --force --dry-run --quiet --verbose --all --tags --follow-tags --delete --prune --no-verify --atomic --porcelain --progress --mirror --force-if-includes --no-tags --branches",
    optional: "--force-with-lease"
  }),
  pull: toRemote({
    flags: `${merging} -r --rebase --no-rebase --all --tags --prune -p --no-tags --progress --unshallow`,
    texts: "--depth -X --strategy-option",
    optional: "--rebase"
  }),
  fetch: toRemote({
    flags:
      "-a -p -P -t -n -q -v -f --all --prune --prune-tags --tags --no-tags --quiet --verbose --force --dry-run --unshallow --progress --append --keep",
    texts: "--depth --deepen -j --jobs --shallow-since"
  }),
  checkout: {
    flags:
      "-b -B -f -q -m -p -t -d --force --quiet --merge --patch --detach --ours --theirs --track --no-track --progress --no-progress --guess --no-guess --orphan",
    operands: "act"
  },
  switch: {
    flags:
      "-c -C -d -f -m -q -t --create --force-create --detach --force --merge --quiet --track --no-track --guess --no-guess --discard-changes",
    texts: "--orphan",
    operands: "text"
  },
  reset: { flags: "-q -p -N --soft --mixed --hard --merge --keep --quiet --patch --no-refresh", operands: "act" },
  rm: (words) => {
    const index = use(removeFromIndex, words)
    return index.why === undefined ? index : use(removeFiles, words)
  },
  mv: { flags: "-f -k -n -v --force --dry-run --verbose", operands: "act" },
  merge: { flags: merging, texts: "-m -X --strategy-option", operands: "text" },
  revert: {
    flags: "-n -s --no-commit --no-edit --continue --abort --skip --quit --signoff",
    texts: "-m --mainline",
    operands: "text"
  },
  "cherry-pick": {
    flags: "-n -x -s --no-commit --no-edit --continue --abort --skip --quit --ff --allow-empty --signoff",
    texts: "-m --mainline -X --strategy-option",
    operands: "text"
  },
  rebase: {
    flags:
      "-q -v -f --quiet --verbose --abort --continue --skip --quit --autostash --no-autostash --autosquash --no-autosquash --keep-empty --no-ff --update-refs --root",
    texts: "--onto -X --strategy-option",
    operands: "text"
  },
  stash: {
    flags: "-u -k -q -a -p --include-untracked --keep-index --quiet --all --patch --staged -S",
    texts: "-m --message",
    commands: {
      push: {
        flags: "-u -k -q -a -p -S --include-untracked --keep-index --no-keep-index --quiet --all --patch --staged",
        texts: "-m --message",
        operands: "act"
      },
      save: { flags: "-u -k -q -a", operands: "text" },
      pop: { flags: "-q --index --quiet", operands: "text" },
      apply: { flags: "-q --index --quiet", operands: "text" },
      drop: { flags: "-q --quiet", operands: "text" },
      clear: {},
      create: { operands: "text" },
      branch: { operands: "text" }
    }
  },
  branch: {
    flags:
      "-d -D -m -M -c -C -f -t -q -a -r -v -l -u --delete --move --copy --force --track --no-track --quiet --unset-upstream --list --all --remotes --verbose --show-current",
    optional: "--color",
    texts: "--set-upstream-to --sort --format",
    operands: "text"
  },
  tag: {
    flags: "-a -d -f -l --annotate --delete --force --list --no-sign",
    texts: "-m --message --sort --format",
    optional: "-n",
    operands: "text"
  },
  clean: { flags: "-d -f -n -q --force --dry-run --quiet", texts: "-e --exclude", operands: "act" },
  init: { flags: "-q --quiet --bare", texts: "-b --initial-branch", operands: "act" },
  remote: {
    commands: {
      add: addRemote,
      show: toRemote({ flags: "-n" }),
      prune: toRemote({ flags: "-n --dry-run" }),
      remove: { operands: "text" },
      rm: { operands: "text" },
      rename: { operands: "text" }
    }
  },
  worktree: {
    commands: {
      add: { flags: "-f -d -q --force --detach --checkout --quiet --track", texts: "-b -B", operands: "act" },
      remove: { flags: "-f --force", operands: "act" },
      prune: { flags: "-n -v --dry-run --verbose" }
    }
  },
  gc: { flags: "-q --quiet --auto --aggressive" },
  "ls-remote": toRemote({ flags: "-h -t -q --heads --tags --refs --quiet --symref" }),
  apply: {
    flags: "-R -v --check --stat --numstat --summary --reverse --index --cached --verbose",
    texts: "-p --whitespace",
    operands: "read",
    check: ({ options }) =>
      options.some(({ name }) => /^--(?:check|stat|numstat|summary)$/.test(name))
        ? undefined
        : "what it writes is in the patch"
  },
  ...places
}
