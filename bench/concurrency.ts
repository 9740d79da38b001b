// Memory that runs add which wait on a model, beside the AI SDK's loop. Each measurement is a process of its own.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { median } from "./support/measure.ts"
import { type Memory, names } from "./support/waiting.ts"

const rounds = 3
const mebi = 1_048_576
/** What so many waiting runs of ours may add to the heap, in MiB. */
const targets: Readonly<Record<number, number>> = { 500: 15, 1_000: 35 }
const judged = "rein, SQLite"

const measure = (name: string, count: number): Memory => {
  const script = join(import.meta.dirname, "support/waiting.ts")
  const args = ["--expose-gc", "--conditions=@rein/source", script, name, String(count)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
  if (status !== 0) throw new Error(stderr)
  const measured: Memory = JSON.parse(stdout)
  return measured
}

for (const [count, target] of Object.entries(targets)) {
  console.log(
    `\n${count} runs that wait on a model add (medians of ${rounds}; rss counts room that V8 keeps for later)`
  )
  for (const name of names) {
    const all = Array.from({ length: rounds }, () => measure(name, Number(count)))
    const heap = median(all.map((one) => one.heap))
    const rss = median(all.map((one) => one.rss))
    const verdict = name === judged ? `  target ${target} MiB: ${heap / mebi <= target ? "kept" : "missed"}` : ""
    console.log(
      `  ${name.padEnd(30)} ${(heap / mebi).toFixed(1).padStart(7)} MiB heap ${(heap / 1_024 / Number(count)).toFixed(1).padStart(7)} KiB each ${(rss / mebi).toFixed(1).padStart(7)} MiB rss${verdict}`
    )
  }
}
