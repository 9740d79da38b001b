/** Everyday forms that are let through, each beside attacks of the same shape: words and variables of which it is known what they hold. */
import type { Group } from "./attacks.ts"
import { madeByLine } from "./madeByLine.ts"
import { namesLetThrough } from "./namesLetThrough.ts"
import { sameMeaning } from "./sameMeaning.ts"

export interface Pair extends Group {
  /** Of the same shape, and not to be allowed. */
  readonly attacks: ReadonlyArray<string>
}

const words: ReadonlyArray<Pair> = [
  {
    name: "what is only written goes on, whatever it is",
    rules: ["rm *", "tee *"],
    lines: [
      "ls src/*.ts | xargs -n1 basename",
      "ls src | xargs dirname",
      "cat README.md | xargs -n 1 basename -s .md | sort",
      "git branch | xargs -I{} basename {}",
      "find src -name '*.ts' | xargs -n1 dirname | sort -u"
    ],
    attacks: [
      "ls src/*.ts | xargs -n1 basename | xargs cat",
      "find . -name '*.ts' | xargs -n1 basename | xargs rm",
      "ls | xargs basename > .git/config",
      "cat .env | xargs -n1 basename",
      "ls -a | xargs -n1 basename | xargs head",
      "ls | xargs -I{} sh -c 'basename {}'",
      "ls | xargs -I{} {} basename",
      "ls | xargs ./basename",
      "find ../beside | xargs basename",
      "ls | xargs basename | tee .npmrc",
      "ls | xargs -n1 basename $(cat .env)",
      "ls | xargs stat"
    ]
  },
  {
    name: "a text that stands in the line becomes a word",
    rules: ["-", "git *", "gh *", "bash *", "npm test", "node *"],
    lines: [
      'git commit -m "$(cat <<\'EOF\'\nfeat: add login\n\nA body with `code`, $HOME and "quotes".\nEOF\n)"',
      "git add -A && git commit -m \"$(cat <<'EOF'\nfix: x\nEOF\n)\" && git status",
      'git commit -m "$(cat <<EOF\nfix: x\nEOF\n)"',
      "gh pr create --title x --body \"$(cat <<'EOF'\n## Summary\n- one\nEOF\n)\"",
      "git tag -a v1 -m \"$(cat <<-'EOF'\n\tone\n\tEOF\n)\""
    ],
    attacks: [
      'git commit -m "$(cat .env)"',
      'git commit -m "$(cat)"',
      "git commit -m \"$(cat .env <<'EOF'\nx\nEOF\n)\"",
      "git commit -m \"$(cat - .env <<'EOF'\nx\nEOF\n)\"",
      "git commit -m \"$(cat <<'EOF' > .git/config\nx\nEOF\n)\"",
      "git commit -m \"$(cat <<'EOF' < .env\nx\nEOF\n)\"",
      "git commit -m \"$(cat 3<<'EOF'\nx\nEOF\n)\"",
      "git commit -m \"$(cat <<'EOF' | sh\nrm x\nEOF\n)\"",
      "git commit -m \"$(cat <<'EOF'\nx\nEOF\nrm x\n)\"",
      'git commit -m "$(cat <<EOF\n$(rm x)\nEOF\n)"',
      'git commit -m "$(cat <<EOF\n`rm x`\nEOF\n)"',
      "git log \"$(cat <<'EOF'\n--output=x\nEOF\n)\"",
      "git show \"$(cat <<'EOF'\nHEAD:.env\nEOF\n)\" \"$(cat <<'EOF'\n/etc/passwd\nEOF\n)\"",
      "git add \"$(cat <<'EOF'\n/etc/passwd\nEOF\n)\"",
      "git commit $(cat <<'EOF'\n-m x --exec=y\nEOF\n)",
      "bash -c \"$(cat <<'EOF'\ncat /etc/passwd\nEOF\n)\"",
      "eval \"$(cat <<'EOF'\nrm x\nEOF\n)\"",
      "$(cat <<'EOF'\nrm x\nEOF\n)",
      "cat <<'EOF'\nx\nEOF",
      ": \"$(cat <<'EOF'\nx\nEOF\n)\""
    ]
  },
  {
    name: "the directory, and the top of the work tree",
    rules: ["-", "docker *", "make *", "ls *", "cat *", "git *"],
    lines: [
      "ls $(pwd)/src",
      'ls "$(pwd)"',
      'cat "$(pwd)/README.md"',
      "docker run -it --rm -v $(pwd):/app -w /app node:20 npm test",
      'docker run --rm -v "$(pwd)/src:/src" x',
      'cd "$(git rev-parse --show-toplevel)" && git status',
      'ls "$(git rev-parse --show-toplevel)"'
    ],
    attacks: [
      "cat $(pwd)/../beside/secret",
      "cat $(pwd)/.env",
      "cd src && cat $(pwd)/../.env",
      "cat $(cd outside && pwd)/secret",
      "cat $(pwd -P)/.env",
      "cat $(pwd; echo /etc/passwd)",
      "docker run -v $(pwd)/outside:/x y",
      "docker run -v $(pwd)/../..:/x y",
      "docker run -v $(dirname $(pwd)):/x y",
      "ls $(pwd > .git/config)",
      'cat "$(git rev-parse --show-toplevel)/etc/passwd"',
      'cat "$(git rev-parse --show-toplevel)/.env"',
      'cat "$(git rev-parse --show-toplevel)/passwd"',
      "cd $(git rev-parse --show-toplevel) && cat .ssh/id_rsa",
      'cat "$(git rev-parse --git-dir)/config" "$(git rev-parse --show-superproject-working-tree)/x"',
      'cd "$(git -c core.worktree=/etc rev-parse --show-toplevel)" && cat passwd',
      'cd "$(GIT_WORK_TREE=/etc git rev-parse --show-toplevel)" && cat passwd',
      'cd "$(git rev-parse --show-toplevel)/.." && ls',
      "$(pwd)/x",
      "pwd",
      "ls; pwd"
    ]
  },
  {
    name: "commits in words of git",
    lines: [
      "git log $(git merge-base main HEAD)..HEAD --oneline",
      "git diff $(git merge-base HEAD origin/main) --stat",
      'git diff "$(git merge-base HEAD main)"...HEAD -- src',
      "git show $(git rev-parse HEAD) --stat",
      "git log -1 $(git rev-parse --short HEAD~1)",
      "git diff $(git merge-base HEAD main 2>/dev/null)..HEAD"
    ],
    attacks: [
      "git diff $(git merge-base main HEAD):.env",
      "git show $(git rev-parse HEAD):.env",
      'git show "$(git rev-parse HEAD):secrets/key" "$(cat list)"',
      "git diff $(git rev-parse main) $(git rev-parse .env)",
      "git diff --no-index $(git rev-parse passwd) README.md",
      "git diff --no-index README.md $(git rev-parse outside/secret)",
      "git log --output=$(git rev-parse HEAD)",
      "git log $(git rev-parse --output=x)",
      "git log $(git rev-parse -- --output=x)",
      "git log $(git rev-parse HEAD --output=x)",
      "git log $(git merge-base --output=x HEAD)",
      "git log $(git rev-parse HEAD 2>&1)",
      "git log $(git rev-parse HEAD > .git/config)",
      "git log $(git -c core.fsmonitor=x rev-parse HEAD)",
      "git $(git rev-parse HEAD)",
      "git $(git rev-parse gc)",
      "git reflog $(git rev-parse expire)",
      "git --output=$(git rev-parse HEAD) log",
      "cat $(git rev-parse HEAD)",
      "cat $(git merge-base main HEAD)",
      "ls > $(git rev-parse HEAD)",
      "$(git merge-base main HEAD)",
      "git log $(git rev-parse HEAD; echo --output=x)",
      "git log $(git describe)",
      "git log $(git rev-parse --abbrev-ref HEAD)",
      "git log $(git rev-parse HEAD^@)",
      "git log $(git rev-parse 'HEAD..main')"
    ]
  },
  {
    name: "commits in words of git that changes things",
    rules: ["-", "git *"],
    lines: ["git tag v1.2.3 $(git rev-parse HEAD)", 'git cherry-pick "$(git rev-parse main)"'],
    attacks: [
      "git push origin $(git rev-parse HEAD):main",
      "git push origin +$(git rev-parse HEAD)",
      "git push $(git rev-parse origin) main",
      "git checkout $(git rev-parse HEAD)",
      "git reset --hard $(git rev-parse HEAD)",
      "git clean -fd $(git rev-parse HEAD)",
      "git clean -fd -e $(git rev-parse HEAD) src",
      "git rm -r $(git rev-parse HEAD)",
      "git stash $(git rev-parse drop)",
      "git config $(git rev-parse core.pager) x",
      "git rebase --exec=$(git rev-parse x) HEAD~1"
    ]
  },
  {
    name: "how much goes on at a time",
    rules: ["-", "make *", "cmake *", "cargo *", "cat *", "head *", "tar *"],
    lines: [
      "make -j$(nproc)",
      "make -j $(nproc) all",
      'make -j"$(nproc)" test',
      "cmake --build build --parallel $(nproc)"
    ],
    attacks: [
      "make -j$(nproc; rm x)",
      "make -j$(nproc > .git/config)",
      "make -f$(nproc)",
      "make -C $(nproc)",
      "make $(nproc)",
      "make -j$(cat x)",
      "make -j$(nproc --ignore=x)",
      "make -j$(nproc)$(cat x)",
      "make -j $(cat x)",
      "cat $(nproc)",
      "cat -j $(nproc)",
      "nproc",
      "make && nproc"
    ]
  },
  {
    name: "tests need no rule beside what they lead to",
    rules: ["-", "rm *", "npm test", "cat *"],
    lines: ["[ -d dist ] && rm -rf dist", "test -f old.ts && rm old.ts", "[[ -f README.md ]] && npm test || true"],
    attacks: [
      "[ -d dist ]",
      "[ -d dist ] && ls",
      "[ -f /etc/passwd ] && npm test",
      "[ -f ~/.ssh/id_rsa ] && npm test",
      "[ -v 'a[$(rm x)]' ] && npm test",
      "test -v x && npm test",
      "[[ $x -eq 1 ]] && npm test",
      '[ -n "$(ls)" ] && npm test',
      '[ "$(cat .env)" = x ] && npm test',
      "[ a > .git/config ] && npm test",
      "[ -d dist ] && rm -rf .git"
    ]
  },
  {
    name: "a rule that asks for everything says what is so without it",
    rules: ["-", "?*", "npm *", "git status *", "ls *"],
    lines: [
      "cd packages/a && npm test",
      "timeout 300 npm run e2e",
      "time npm run build",
      "[ -d node_modules ] || npm ci",
      "for i in 1 2 3; do npm test || break; done",
      "set -euo pipefail; npm test",
      "while read -r line; do npm test; done < README.md",
      "npm test || true",
      "npm test || exit 1",
      "git -C src status",
      "env CI=1 npm test",
      "ls $(pwd)"
    ],
    attacks: [
      "cd packages/a",
      "cd packages/a && make",
      "cd outside && npm test",
      "cd /etc && ls",
      "timeout 5 make",
      "timeout 5 sudo npm test",
      "env PATH=. npm test",
      "time make",
      "npm test || make",
      "true",
      "read -r line",
      "set -x; npm test",
      "set -o posix; npm test",
      "set -- make; npm test",
      "read -r PATH; npm test",
      "read -r -u 3 line < .env; npm test",
      "while read -r line; do $line; done < README.md",
      'while read -r line; do npm test "$line"; done < README.md',
      "while read -r line; do npm test; done < /etc/passwd",
      "[ -f /etc/passwd ] && ls",
      "cat <<'EOF'\nx\nEOF",
      "git -C src push",
      "xargs ls < README.md",
      "exec npm test",
      "eval npm test"
    ]
  },
  {
    name: "a rule that forbids by name, also what needs none",
    rules: ["-", "?*", "npm *", "!cd *", "?timeout *", "!test *", "!cat *", "?pwd"],
    lines: ["npm test || true"],
    attacks: [
      "cd src && npm test",
      "timeout 5 npm test",
      "test -d src && npm test",
      "npm test \"$(cat <<'EOF'\nx\nEOF\n)\"",
      "npm test $(pwd)"
    ]
  },
  {
    name: "variables with one known text",
    rules: [
      "-",
      "npm *",
      "npx jest *",
      "cargo *",
      "go *",
      "pytest *",
      "python *",
      "git *",
      "psql *",
      "uv *",
      "black *",
      "make *"
    ],
    lines: [
      "NODE_OPTIONS=--max-old-space-size=4096 npm run build",
      "NODE_OPTIONS=--experimental-vm-modules npx jest",
      'NODE_OPTIONS="--experimental-vm-modules --no-warnings" npx jest',
      'RUSTFLAGS="-D warnings" cargo build',
      "GOFLAGS=-mod=mod go build ./...",
      "PYTHONPATH=src python -m pytest",
      "PYTHONPATH=. pytest -q",
      "PYTHONPATH=.:src pytest",
      "PYTHONPATH=src uv run pytest",
      "env PYTHONPATH=src pytest",
      "GIT_EDITOR=true git rebase --continue",
      "DJANGO_SETTINGS_MODULE=shop.settings.test pytest",
      "HUSKY=0 git commit -m x",
      "CARGO_INCREMENTAL=0 NEXT_TELEMETRY_DISABLED=1 npm run build",
      "PGPASSWORD=postgres psql -h localhost -U postgres -c 'select 1'"
    ],
    attacks: [
      "NODE_OPTIONS='--max-old-space-size=4096 --require=./x' npm run build",
      "NODE_OPTIONS=--max-old-space-size=4096--require npm run build",
      "NODE_OPTIONS=--import=./x npm run build",
      "NODE_OPTIONS=--inspect=0.0.0.0 npm run build",
      'NODE_OPTIONS="$x" npm run build',
      "RUSTFLAGS='-D warnings -C linker=./x' cargo build",
      "RUSTFLAGS=-Clinker=./x cargo build",
      "RUSTC_WRAPPER=./x cargo build",
      "GOFLAGS='-mod=mod -toolexec=./x' go build",
      "GOFLAGS=-modfile=x go build",
      "PYTHONPATH=/tmp/x pytest",
      "PYTHONPATH=../x pytest",
      "PYTHONPATH=src/../../x pytest",
      "PYTHONPATH=.:/tmp/x pytest",
      "PYTHONPATH=src: pytest",
      "PYTHONPATH=node_modules/x pytest",
      "PYTHONPATH=$x pytest",
      "PYTHONPATH=~ pytest",
      "PYTHONPATH=. black .",
      "PYTHONPATH=. git status",
      "PYTHONPATH=. uv pip install x",
      "PYTHONPATH=src make",
      "env PYTHONPATH=/tmp pytest",
      "env PYTHONPATH=. black .",
      "PYTHONSTARTUP=x python",
      "DJANGO_SETTINGS_MODULE=evil pytest",
      "DJANGO_SETTINGS_MODULE=../shop.settings pytest",
      "DJANGO_SETTINGS_MODULE=shop.settings black .",
      "HUSKY=./x git commit -m x",
      "SPRING_PROFILES_ACTIVE=/tmp/x npm test",
      "FOO=bar npm test",
      "PYTHONHOME=. pytest",
      "GIT_EDITOR=./x git rebase --continue",
      "GIT_EDITOR='true; rm x' git rebase --continue",
      "GIT_SEQUENCE_EDITOR=./x git rebase --continue",
      "PGSSLKEY=/etc/x psql -c 'select 1'",
      "PGSERVICEFILE=x psql -c 'select 1'",
      'PGPASSWORD="$(cat .env)" psql -c "select 1"'
    ]
  }
]

export const letThrough: ReadonlyArray<Pair> = [...words, ...namesLetThrough, ...madeByLine, ...sameMeaning]

export const besideLetThrough: ReadonlyArray<Group> = letThrough.map(({ attacks, ...group }) => ({
  ...group,
  lines: attacks
}))
