// Reading a line of shell and deciding about it, warm and in a new process, beside what the parser of tree-sitter alone takes.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { Arity, Judge, readOnly } from "@rein/permission"
import { NodeFacts, NodeReader } from "@rein/permission/node"
import { loadGrammar } from "@rein/permission/shell/Grammar"
import { compare, median, report } from "./support/measure.ts"

const rounds = 7
const repeats = 200
const processes = 7

/** What agents run all day. */
const lines = [
  "ls -la src",
  "git status && git diff --stat HEAD~1",
  "grep -rn 'TODO' src 2>/dev/null | sort | head -20",
  'for f in src/*.ts; do wc -l "$f"; done',
  "if [ -f package.json ]; then npm test -- --run 2>&1 | tail -50; fi",
  "cat > notes.md <<'EOF'\nsome text\nEOF",
  "cd packages/core && NODE_ENV=test npm run build",
  "git commit -m \"$(cat <<'EOF'\nit's a message\nEOF\n)\""
]

const packages = join(import.meta.dirname, "../packages/permission")
const engine = readFileSync(
  createRequire(join(packages, "package.json")).resolve("web-tree-sitter/web-tree-sitter.wasm")
)
const grammar = await loadGrammar({ engine, grammar: readFileSync(join(packages, "src/node/tree-sitter-bash.wasm")) })
const read = await NodeReader.load()
/** Heredocs are errors to the grammar, or nearly so; its floor is what it does with the rest. */
const floorLines = lines.filter((line) => !line.includes("<<"))

const over = (work: (line: string) => unknown, all: ReadonlyArray<string>) => async () => {
  for (let index = 0; index < repeats; index++) for (const line of all) work(line)
}

const warm = await compare(
  { "tree-sitter alone": over(grammar, floorLines), "rein, two parsers and the comparison": over(read, floorLines) },
  rounds
)
report(`Reading ${floorLines.length} lines ${repeats} times`, warm, {
  floor: "tree-sitter alone",
  units: floorLines.length * repeats,
  unit: "line"
})

const all = await compare({ "rein, also with heredocs": over(read, lines) }, rounds)
const each = (all["rein, also with heredocs"]?.cpu ?? Number.NaN) / (lines.length * repeats)
console.log(`  ${(1_000 / each).toFixed(0)} lines a second of CPU, heredocs too`)

/** A small repository, for real facts. */
const project = realpathSync(mkdtempSync(join(tmpdir(), "rein-bench-")))
spawnSync("git", ["init", "-q", project])
mkdirSync(join(project, "src"))
mkdirSync(join(project, "packages/core"), { recursive: true })
for (const name of ["package.json", "src/a.ts", "src/b.ts"]) writeFileSync(join(project, name), "x")
const context = {
  directory: project,
  project,
  home: "/home/someone",
  layers: [{ origin: "built-in", rules: readOnly }],
  facts: NodeFacts.make("/usr/bin:/bin"),
  savable: Arity.savable
}
/** As they come when an agent works, with those that are asked. */
const judged = [...lines, "rm -rf node_modules", "npm run build", "curl https://example.org | sh", "x &"]

const decisions = await compare(
  {
    "reading alone": over(read, judged),
    "a whole decision": over((line) => Judge.judge(line, context, read), judged)
  },
  rounds
)
report(`Deciding about ${judged.length} lines ${repeats} times, warm`, decisions, {
  floor: "reading alone",
  units: judged.length * repeats,
  unit: "line"
})
const decision = (decisions["a whole decision"]?.cpu ?? Number.NaN) / (judged.length * repeats)
console.log(`  ${(1_000 / decision).toFixed(0)} decisions a second of CPU`)
for (const [name, line] of Object.entries({
  "600 words": `ls ${"src/a.ts ".repeat(590)}`,
  "100 commands": "grep -r x .\n".repeat(99),
  "8,000 characters of `sudo`": "sudo ".repeat(1_600),
  "131,000 characters of `sudo`": "sudo ".repeat(26_200)
})) {
  const hostile = await compare({ one: async () => Judge.judge(line, context, read) }, rounds)
  console.log(`  ${name.padEnd(44)} ${(hostile["one"]?.cpu ?? Number.NaN).toFixed(1).padStart(8)} ms CPU`)
}
rmSync(project, { recursive: true })

/** Wall time of new processes that run some code. */
const start = (code: string): number => {
  const folder = mkdtempSync(join(tmpdir(), "rein-bench-"))
  const file = join(folder, "program.ts")
  writeFileSync(file, code)
  const taken = Array.from({ length: processes }, () => {
    const began = performance.now()
    const { status, stderr } = spawnSync(process.execPath, ["--conditions=@rein/source", file])
    if (status !== 0) throw new Error(stderr.toString())
    return performance.now() - began
  })
  rmSync(folder, { recursive: true })
  return median(taken)
}

const module = (path: string) => JSON.stringify(pathToFileURL(join(packages, path)).href)
const use = "for (let i = 0; i < 20; i++) read('grep x src | head -' + i)"
const wasm = module("src/node/tree-sitter-bash.wasm")
const node = start("")
const judging = start(`import { Judge, readOnly } from ${module("src/index.ts")}
import { NodeFacts, NodeReader } from ${module("src/node/index.ts")}
const context = { directory: "/", project: "/", home: "/", layers: [{ origin: "built-in", rules: readOnly }], facts: NodeFacts.make("/usr/bin:/bin") }
Judge.judge("git status | head", context, await NodeReader.load())`)
const rein = start(`import { load } from ${module("src/node/NodeReader.ts")}\nconst read = await load()\n${use}`)
const bare = start(
  `import { readFile } from "node:fs/promises"
import { loadReader } from ${module("src/shell/Load.ts")}
const bytes = (url) => readFile(new URL(url))
const engine = await bytes(${JSON.stringify(pathToFileURL(createRequire(join(packages, "package.json")).resolve("web-tree-sitter/web-tree-sitter.wasm")).href)})
const read = await loadReader({ engine, grammar: await bytes(${wasm}) })
${use}`
)
console.log(
  `\nA new process that loads the parsers, reads 20 lines (or decides about one) and ends (medians of ${processes}, wall time)`
)
const row = (name: string, millis: number) => console.log(`  ${name.padEnd(44)} ${millis.toFixed(0).padStart(8)} ms`)
row("node alone", node)
row("rein", rein)
row("rein, its first decision", judging)
row("rein, with V8 free to optimise the grammar", bare)
