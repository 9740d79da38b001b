/** Runs command lines with bash where they can do no harm, and says what each of them did. */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** What one line did. */
export interface Ran {
  /** The words of each command that was run. */
  readonly commands: ReadonlyArray<ReadonlyArray<string>>
  /** The files that were not there before. */
  readonly files: ReadonlyArray<string>
}

/** Files in the directory in which a line runs. */
const fixtures = ["a.txt", "b.md"]

/** Builtins that are recorded instead of run. */
const builtins = "alias cd echo eval exec exit kill let printf read source test trap".split(" ")

/**
 * The path is empty, so bash asks `command_not_found_handle` about every name that is no builtin. It writes the words in
 * one go, so that the commands of a pipeline do not mix; ends of lines would divide that. No line that is run has the characters
 * that stand for those and between words.
 */
const driver = `
record() { local IFS=$'\\001' words; words=$*; builtin printf '%s\\0' "\${words//$'\\n'/$'\\002'}" >&9; [[ $1 != fails ]]; }
command_not_found_handle() { record "$@"; }
${builtins.map((name) => `${name}() { record ${name} "$@"; }`).join("\n")}
export -f record command_not_found_handle ${builtins.join(" ")}
PATH=/nowhere
index=0
while IFS= builtin read -r -d '' line; do
  builtin cd "$ROOT/$index" &&
    (ulimit -t 2 -f 1000; builtin exec "$BASH" --noprofile --norc -c "$line") 9>"$ROOT/$index.log" </dev/null >/dev/null 2>&1
  index=$((index + 1))
done
`

const namespaces = ["--user", "--map-root-user", "--pid", "--net", "--mount", "--fork"]

/** Whether lines run in namespaces of their own, without a network. */
export const isContained = spawnSync("unshare", [...namespaces, "true"]).status === 0

const runDriver = (root: string, lines: ReadonlyArray<string>): void => {
  const bash = ["bash", "--noprofile", "--norc", "-c", driver]
  const [program = "", ...args] = isContained ? ["unshare", ...namespaces, ...bash] : bash
  const { status, stderr } = spawnSync(program, args, {
    input: lines.map((line) => `${line}\0`).join(""),
    env: { PATH: process.env["PATH"], HOME: join(root, "0"), ROOT: root, KEY: "key value" }
  })
  if (status !== 0) throw new Error(`the driver ended with ${status}: ${stderr.toString().slice(0, 500)}`)
}

const readCommands = (log: string): Ran["commands"] =>
  log
    .split("\0")
    .slice(0, -1)
    .map((one) => one.replaceAll("\u0002", "\n").split("\u0001"))

/** Runs each line in a directory of its own. */
export const runLines = (lines: ReadonlyArray<string>): ReadonlyArray<Ran> => {
  const root = mkdtempSync(join(tmpdir(), "rein-lines-"))
  try {
    for (const index of lines.keys()) {
      mkdirSync(join(root, String(index)))
      for (const name of fixtures) writeFileSync(join(root, String(index), name), "one\ntwo\n")
    }
    runDriver(root, lines)
    return lines.map((_, index) => ({
      commands: readCommands(readFileSync(join(root, `${index}.log`), "utf8")),
      files: readdirSync(join(root, String(index))).filter((name) => !fixtures.includes(name))
    }))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
