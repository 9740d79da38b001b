/** The commands that are allowed before anybody writes a rule: they only look, and each has a table of what it may be given. */
import type { Rule } from "../Rules.ts"

const patterns = [
  // Where, what and who
  "pwd", "cd *", "ls *", "tree *", "stat *", "file *", "du *", "df *", "basename *", "dirname *", "realpath *", "readlink *", "which *", "whereis *",
  "type *", "command -v *", "command -V *", "whoami", "id *", "groups *", "hostname", "uname *", "uptime *", "date *", "cal *", "nproc *", "arch", "free *", "ps *", "pgrep *", "lscpu", "locale", "getconf *", "tty",
  // Texts
  "cat *", "tac *", "nl *", "rev *", "head *", "tail *", "wc *", "grep *", "egrep *", "fgrep *", "zgrep *", "rg *", "sort *", "uniq *", "cut *", "tr *", "diff *", "cmp *", "comm *", "join *",
  "paste *", "column *", "fold *", "fmt *", "expand *", "unexpand *", "base64 *", "base32 *", "xxd *", "od *", "hexdump *", "strings *", "tsort *", "shuf *", "zcat *", "iconv *", "factor *", "numfmt *",
  "jq *", "sed *", "awk *", "gawk *", "md5sum *", "sha1sum *", "sha224sum *", "sha256sum *", "sha384sum *", "sha512sum *", "b2sum *", "shasum *", "cksum *", "sum *",
  // Searches
  "find *", "fd *", "fdfind *",
  // The shell itself
  "echo *", "printf *", "test *", "[ *", "[[ *", "true", "false", ":", "seq *", "sleep *", "tee *", "read *", "set *", "exit *", "break", "continue", "return *",
  // Git, where it only looks
  ...[
    "status", "diff", "log", "show", "whatchanged", "shortlog", "blame", "annotate", "grep", "rev-parse", "rev-list", "ls-files", "ls-tree", "cat-file", "merge-base", "name-rev", "describe",
    "for-each-ref", "show-ref", "count-objects", "check-ignore", "check-attr", "diff-tree", "diff-index", "diff-files", "reflog show", "reflog list", "stash list", "stash show", "worktree list", "version", "remote get-url"
  ].flatMap((command) => [`git ${command} *`, `git --no-pager ${command} *`]),
  "git --version", "git reflog", "git remote", "git remote -v", "git branch", "git branch --show-current", "git branch -a", "git branch -r", "git branch -v", "git branch -vv", "git branch --list *",
  "git branch --contains *", "git branch --merged *", "git branch --no-merged *", "git branch --all", "git branch --sort*", "git branch -a *", "git branch -r *", "git tag", "git tag -l *", "git tag --list *", "git tag -n *", "git tag --sort*", "git tag --contains *", "git tag --points-at *",
  "git config *",
  "git --no-pager branch",
  // Versions
  ...["node", "npm", "pnpm", "yarn", "bun", "deno", "python", "python3", "pip", "pip3", "ruby", "go", "rustc", "cargo", "java", "tsc", "gcc", "clang", "make", "cmake", "docker", "gh", "jq", "rg", "bash", "git", "uv", "php", "perl"].map(
    (program) => `${program} --version`
  ),
  "node -v", "npm -v", "go version", "pnpm -v", "yarn -v", "java -version", "python -V", "python3 -V"
]

/** Rules that only look; paths are judged besides. */
export const readOnly: ReadonlyArray<Rule> = patterns.map((pattern) => ({ permission: "bash", pattern, action: "allow" }))
