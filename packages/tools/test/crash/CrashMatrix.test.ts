// A runtime is killed at every place where it leaves a trace, and at any time; another one goes on. Nothing may be
// lost, doubled or left over. `REIN_TEST_FULL=1` runs all of it; the table at the end is that of docs/guides/crash-safety.md.
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Recorded } from "./plan.ts"
import { type Life, type Result, runCase } from "./runCase.ts"

const isFull = process.env["REIN_TEST_FULL"] === "1"
/** How many cases of a row run: in the full matrix, and otherwise. */
const sizes = { random: [200, 1], twice: [50, 1], watcher: [20, 1] } as const
const sizeOf = (row: keyof typeof sizes): number => sizes[row][isFull ? 0 : 1]

/** A row of the matrix: its cases follow from what a run without a death has passed. A case is the lives before the last one. */
interface Row {
  readonly name: string
  readonly cases: (recorded: Recorded) => ReadonlyArray<ReadonlyArray<Life>>
}

/** The moments at which the most can be lost, doubled or left: each holds a promise of its own. All others are for the full matrix. */
const telling = [
  "store submit input, after",
  "file appendFile counter.txt, after",
  "file rename .notes.txt.cal_<id>.tmp, after",
  "file link .report.txt.cal_<id>.tmp, after"
]

/** The same numbers in each run. */
const random = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** So many of them, from all over the list. */
const spread = <A>(all: ReadonlyArray<A>, count: number): ReadonlyArray<A> =>
  all.length <= count
    ? all
    : Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)] as A) // within the list

const times = (count: number, life: (index: number) => ReadonlyArray<Life>) =>
  Array.from({ length: count }, (_, index) => life(index))

const rows: ReadonlyArray<Row> = [
  {
    name: "at each failpoint",
    cases: ({ points }) => (isFull ? points : telling.map((name) => `${name} #1`)).map((dieAt) => [{ dieAt }])
  },
  {
    name: "at random times",
    cases: ({ beganMillis, endedMillis }) => {
      const next = random(1)
      return times(sizeOf("random"), () => [{ killedAfterMillis: beganMillis + next() * (endedMillis - beganMillis) }])
    }
  },
  {
    name: "twice in a row",
    cases: ({ points }) => {
      const next = random(2)
      return spread(points, sizeOf("twice")).map((dieAt) => [{ dieAt }, { dieAfter: 1 + Math.floor(next() * 40) }])
    }
  },
  {
    name: "with its watcher, beside a program that stays",
    cases: ({ isWatched, points }) => {
      if (!isWatched) return []
      // Those of the system are left out: the watcher's successor is a program too, so their numbers are not the same again.
      const near = points.filter((point) => point.startsWith("process run, "))
      const first = near.slice(0, near.findIndex((point) => point.startsWith("process run, first output")) + 1)
      return times(sizeOf("watcher"), (index) => [
        {
          dieAt: first[(first.length - 1 - index + 20 * first.length) % first.length] ?? "",
          holding: true,
          withWatcher: true
        }
      ])
    }
  }
]

const width = 46
const line = (name: string, ...cells: ReadonlyArray<string | number>): string =>
  `| ${name.padEnd(width)} |${cells.map((cell) => ` ${String(cell).padStart(9)} |`).join("")}`

const tableLine = (name: string, results: ReadonlyArray<Result>): string => {
  const sum = (kind: "lost" | "doubled" | "left") => results.reduce((all, result) => all + result[kind].length, 0)
  return line(name, results.length, results.filter(isWell).length, sum("lost"), sum("doubled"), sum("left"))
}

/** The machine may be faster than when the times were drawn; who has ended before the kill is killed earlier, in a new case. */
const runKilled = async (program: string, lives: ReadonlyArray<Life>): Promise<Result> => {
  const result = await Effect.runPromise(runCase(program, lives))
  const [{ killedAfterMillis } = {}] = lives
  if (result.deaths > 0 || killedAfterMillis === undefined || killedAfterMillis < 1) return result
  return runKilled(program, [{ killedAfterMillis: killedAfterMillis * 0.7 }])
}

const isWell = ({ doubled, left, lost, wrong }: Result): boolean =>
  lost.length + doubled.length + left.length + wrong.length === 0

describe("the crash matrix", () => {
  const bundle = mkdtempSync(join(tmpdir(), "rein-crash-bundle-"))
  const program = join(bundle, "runtime.mjs")
  const table: Array<string> = [line("killed", "points", "survived", "lost", "doubled", "left over")]
  let recorded: Recorded = { points: [], isWatched: false, beganMillis: 0, endedMillis: 0 }

  beforeAll(async () => {
    execFileSync(process.execPath, [join(import.meta.dirname, "../../../../scripts/bundle-crash.ts"), bundle])
    const record = join(bundle, "recorded.json")
    const result = await Effect.runPromise(runCase(program, [{ record }]))
    assert.deepStrictEqual(result, { deaths: 0, lost: [], doubled: [], left: [], wrong: [] })
    // What the runtime wrote.
    recorded = JSON.parse(readFileSync(record, "utf8")) as Recorded
  }, 60_000)

  afterAll(() => {
    rmSync(bundle, { recursive: true, force: true })
    console.log([`${recorded.points.length} failpoints`, ...table].join("\n"))
  })

  it("has at least 60 failpoints, of each layer", () => {
    assert.isAtLeast(recorded.points.length, 60)
    for (const layer of ["store", "sqlite", "blob", "file", "process", "model"]) {
      assert.isTrue(
        recorded.points.some((point) => point.startsWith(`${layer} `)),
        layer
      )
    }
  })

  for (const { cases, name } of rows) {
    it(
      name,
      async (context) => {
        const all = cases(recorded)
        if (all.length === 0) return context.skip()
        const running = Effect.forEach(all, (lives) => Effect.promise(() => runKilled(program, lives)), {
          concurrency: availableParallelism() + 1
        })
        const results = await Effect.runPromise(running)
        table.push(tableLine(name, results))
        const failures = results.flatMap((result, index) => (isWell(result) ? [] : [{ lives: all[index], ...result }]))
        assert.deepStrictEqual(failures, [])
        // A plan that kills nobody proves nothing. Where a run differs from the recorded one a point may be missed.
        assert.isAtLeast(
          results.filter(({ deaths }) => deaths > 0).length,
          isFull ? Math.floor(all.length * 0.9) : all.length
        )
      },
      isFull ? 900_000 : 60_000
    )
  }
})
