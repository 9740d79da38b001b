import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Jobs from "@rein/core/process/Jobs"
import * as NodeProcesses from "@rein/core/node/NodeProcesses"
import { Bash } from "@rein/tools"
import { Effect, Fiber, Layer } from "effect"
import { contextIn, needs, newDirectory, refusal, use } from "./support.ts"

const directory = newDirectory()
const environment = {
  PATH: `node_modules/.bin:${process.env["PATH"]}:`,
  HOME: "/home/x",
  LC_ALL: "C.UTF-8",
  CI: "1",
  API_KEY: "secret",
  BASH_ENV: "/tmp/evil",
  NODE_OPTIONS: "--require=/tmp/evil",
  LD_PRELOAD: "/tmp/evil.so",
  GIT_DIR: "/tmp",
  LC_x: "lower",
  UNSET: undefined
}
const context = contextIn(directory)

const run = (command: string, more: Readonly<Record<string, number | string>> = {}) =>
  Effect.flatMap(Bash.make({ environment }), (bash) => use(bash, { command, ...more }, context))

describe("bash", () => {
  it.layer(Layer.merge(NodeProcesses.layerWith({ graceMillis: 300 }), Jobs.layerNone), { excludeTestServices: true })(
    (it) => {
      it.effect("gives the output and the exit code", () =>
        Effect.gen(function* () {
          const result = yield* run("echo out; exit 3", { description: "Look" })
          assert.strictEqual(result.output, "out\nExit code: 3")
          assert.deepStrictEqual(result.metadata, { exitCode: 3 })
          assert.strictEqual(result.title, "Look")
          assert.strictEqual((yield* run("true")).output, "Exit code: 0")
          assert.strictEqual((yield* run("printf 'a\\n\\n'")).output, "a\n\nExit code: 0")
          assert.strictEqual((yield* run("kill -KILL $$")).output, "Exit code: 137 (SIGKILL)")
        })
      )

      it.effect("puts both streams together in the order they come", () =>
        Effect.gen(function* () {
          // The command waits until each line was seen, so that the order of arrival is certain.
          const seen = (line: string) => writeFileSync(join(directory, `seen-${line}`), "")
          const wait = (line: string) => `until [ -e seen-${line} ]; do :; done`
          const bash = yield* Bash.make({ environment })
          const command = `echo out; ${wait("out")}; echo err >&2; ${wait("err")}; echo more`
          const { output } = yield* use(bash, { command }, contextIn(directory, seen))
          assert.strictEqual(output, "out\nerr\nmore\nExit code: 0")
        })
      )

      it.effect("runs in the session's directory, with standard input closed", () =>
        Effect.gen(function* () {
          assert.strictEqual((yield* run("pwd; cat; read x || echo none")).output, `${directory}\nnone\nExit code: 0`)
        })
      )

      it.effect("gives commands a clean environment", () =>
        Effect.gen(function* () {
          const { output } = yield* run("env -0 | tr '\\0' '\\n' | grep -v '^PATH=' | sort")
          const names = output.split("\n").map((line) => line.split("=")[0])
          // Bash itself sets PWD, SHLVL and _.
          const own = ["PWD", "SHLVL", "_", "Exit code: 0"]
          assert.sameMembers(
            names.filter((name) => !own.includes(name ?? "")),
            ["CI", "GIT_PAGER", "GIT_TERMINAL_PROMPT", "HOME", "LC_ALL", "PAGER", "REIN_OWNER", "SHELL"]
          )
          const path = (yield* run('echo "$PATH"')).output.split("\n")[0] ?? ""
          assert.isTrue(path.split(":").every((entry) => entry.startsWith("/")))
          assert.notStrictEqual(Bash.cleaned({})["PATH"], "")
        })
      )

      it.effect("takes a command that begins with a dash as a command", () =>
        Effect.gen(function* () {
          assert.include((yield* run("--version")).output, "command not found\nExit code: 127")
          assert.strictEqual((yield* run("-x 2>/dev/null; echo next")).output, "next\nExit code: 0")
        })
      )

      it.effect("reads no start-up file and no program of the project", () =>
        Effect.gen(function* () {
          mkdirSync(join(directory, "node_modules/.bin"), { recursive: true })
          for (const name of ["bash", "ls"]) {
            writeFileSync(join(directory, "node_modules/.bin", name), "#!/bin/sh\necho evil\n", { mode: 0o755 })
          }
          assert.notInclude((yield* run("ls")).output, "evil")
          assert.strictEqual((yield* run("shopt -q login_shell || echo plain")).output, "plain\nExit code: 0")
        })
      )

      it.effect("explains a timeout and keeps what was written", () =>
        Effect.gen(function* () {
          const { metadata, output } = yield* run("echo before; sleep 300", { timeout: 300 })
          assert.include(output, "before\n")
          assert.include(output, "stopped after its timeout of 300 ms")
          assert.isTrue(output.endsWith("Exit code: 143 (SIGTERM)"))
          assert.deepStrictEqual(metadata, { exitCode: 143 })
          const bash = yield* Bash.make({ environment })
          assert.include(yield* refusal(bash, { command: "true", timeout: 600_001 }, context), "timeout")
          assert.isAbove(bash.timeoutMillis, 600_000)
        })
      )

      it.effect("explains what was left in the background", () =>
        Effect.gen(function* () {
          const { output } = yield* run("sleep 300 & echo done")
          assert.include(output, "done\n")
          assert.include(output, "running in the background; they were stopped")
          assert.include(output, "background: true")
          assert.isTrue(output.endsWith("Exit code: 0"))
        })
      )

      it.effect("keeps head and tail of a very long output", () =>
        Effect.gen(function* () {
          const { output } = yield* run("seq 1 1000000; echo last >&2")
          assert.isTrue(output.startsWith("1\n2\n"))
          assert.include(output, "characters in the middle were not kept")
          assert.include(output, "1000000\n")
          assert.include(output, "last\n")
          assert.isBelow(output.length, 1_200_000)
        })
      )

      it.effect("decodes a line of 10 MB with characters across the pieces", () =>
        Effect.gen(function* () {
          const { output } = yield* run(`head -c 10000000 /dev/zero | tr '\\0' x | sed 's/xxx/€/g'`)
          assert.isTrue(output.isWellFormed())
          assert.notInclude(output, "\uFFFD")
        })
      )

      it.effect("shows the last line while it runs", () =>
        Effect.gen(function* () {
          const seen: Array<string> = []
          const bash = yield* Bash.make({ environment })
          yield* use(
            bash,
            { command: "echo a; echo b" },
            contextIn(directory, (line) => seen.push(line))
          )
          assert.strictEqual(seen.at(-1), "b")
        })
      )

      it.effect("stops the command when it is interrupted", () =>
        Effect.gen(function* () {
          const begin = performance.now()
          const bash = yield* Bash.make({ environment })
          const fiber = yield* Effect.forkChild(
            use(
              bash,
              { command: "echo ready; sleep 300" },
              contextIn(directory, () => fiber.interruptUnsafe())
            )
          )
          const exit = yield* Fiber.await(fiber)
          assert.strictEqual(exit._tag, "Failure")
          assert.isBelow(performance.now() - begin, 5_000)
        })
      )

      it.effect("says that it could not start", () =>
        Effect.gen(function* () {
          const bash = yield* Bash.make({ environment })
          const message = yield* refusal(bash, { command: "true" }, contextIn(join(directory, "gone")))
          assert.include(message, join(directory, "gone"))
          assert.include(message, "did not run")
        })
      )

      it.effect("is judged by each of its commands, and tells what an answer would save", () =>
        Effect.gen(function* () {
          const bash = yield* Bash.make({ environment })
          const rules = [
            { permission: "bash", pattern: "ls *", action: "allow" as const },
            { permission: "bash", pattern: "rm *", action: "deny" as const }
          ]
          const judge = Effect.fnUntraced(function* (command: string) {
            const [need] = yield* needs(bash, { command }, context)
            return yield* need?.judge?.([{ origin: "user", rules }]) ?? Effect.undefined
          })
          const allowed = yield* judge("ls && ls -la")
          assert.deepStrictEqual([allowed?.action, allowed?.origin], ["allow", "user"])
          const asked = yield* judge("ls && npm run build")
          assert.strictEqual(asked?.action, "ask")
          assert.deepStrictEqual(asked?.offers, [{ permission: "bash", pattern: "npm run build *" }])
          const lines = (judged: typeof asked) => judged?.details?.split("\n")
          assert.deepStrictEqual(lines(yield* judge("npm run a > ../out\nls")), [
            "  why: no rule allows `npm run a`",
            "  ask: npm run a",
            "  allow: ls",
            `  write ${join(context.directory, "../out")}, outside of the project`
          ])
          assert.deepStrictEqual(lines(yield* judge("ls; echo \u202ea")), [
            "  why: it is not understood: it has characters that cannot be seen"
          ])
          const denied = yield* judge("ls; sudo rm x")
          assert.strictEqual(denied?.action, "deny")
          assert.deepStrictEqual(denied?.rule, rules[1])
          assert.strictEqual(denied?.origin, "user")
        })
      )

      it.effect("runs nothing of a repository that it only looks at", () =>
        Effect.gen(function* () {
          const place = newDirectory()
          const helper = join(place, "helper")
          writeFileSync(helper, `#!/bin/sh\ntouch ${place}/ran-$(basename $0)\n`, { mode: 0o755 })
          const hooks = join(place, ".git/hooks")
          const bash = yield* Bash.make({ environment })
          const there = contextIn(place)
          const run = (command: string, isJudged: boolean) =>
            Effect.gen(function* () {
              const call = yield* bash.prepare({ command })
              const [need] = yield* call.permissions(there)
              if (isJudged) yield* need?.judge?.([]) ?? Effect.void
              return yield* call.execute(there)
            })
          const identity = "-c user.name=x -c user.email=x"
          yield* run(`git init -q . && echo a > a && git add a && git ${identity} commit -qm a && echo b > a`, false)
          for (const name of ["post-index-change", "fsmonitor-watchman", "pre-commit", "reference-transaction"])
            writeFileSync(join(hooks, name), `#!/bin/sh\ntouch ${place}/ran-${name}\n`, { mode: 0o755 })
          yield* run(
            `git config core.fsmonitor ${helper}; git config core.pager ${helper}; git config pager.log ${helper}`,
            false
          )
          yield* run(`git config log.showSignature true; git config gpg.program ${helper}; rm -f ran-*`, false)
          for (const command of [
            "git status",
            "git diff",
            "git log -p",
            "git show HEAD",
            "git blame a",
            "git branch -a"
          ]) {
            assert.include((yield* run(command, true)).output, "Exit code: 0", command)
          }
          const ran = () => readdirSync(place).filter((name) => name.startsWith("ran-"))
          assert.deepStrictEqual(ran(), [])
          // Without a judgement, or with more than looking, the repository is used as it is.
          yield* run("git status", false)
          assert.notDeepEqual(ran(), [])
        })
      )

      it.effect("needs the permission for the command as it is", () =>
        Effect.gen(function* () {
          const bash = yield* Bash.make({ environment })
          const command = "git  status\n&& ls"
          const [need, ...others] = yield* needs(bash, { command }, context)
          assert.deepStrictEqual(others, [])
          assert.deepStrictEqual([need?.permission, need?.patterns, need?.title], ["bash", [command], command])
          const [hidden] = yield* needs(bash, { command: "ls \u202e\x1b[2K" }, context)
          assert.strictEqual(hidden?.title, "ls \\u{202e}\\x1b[2K")
          assert.strictEqual(bash.safety, "once")
          assert.strictEqual(bash.keep, "tail")
        })
      )
    }
  )
})
