// One of two processes that write to the same sessions at once. Prints a report as JSON.
//
// The event loop stands still for as long as one transaction takes, from BEGIN to COMMIT or the refusal. That time is
// measured around the calls themselves, less the time in which the kernel had given the processor to somebody else
// (Linux counts it in schedstat): on a loaded machine every timer drifts, and that says nothing of the store.
import { readFileSync } from "node:fs"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { StatementSync } from "node:sqlite"
import { Effect, Layer } from "effect"
import { CommandId, SessionId } from "../../src/schema/Ids.ts"
import * as NodeOwnership from "../../src/node/NodeOwnership.ts"
import { type Fence, SessionStore, type StoreError } from "../../src/session/SessionStore.ts"
import { note, storeIn } from "../session/support.ts"

const [folder = "", me = "", own = "", other = "", operations = "0"] = process.argv.slice(2)

const waitedForProcessor = (): number => {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[1]) / 1e6
  } catch {
    return 0
  }
}

const transactions: Array<number> = []
let begun = 0
let waited = 0

const run = StatementSync.prototype.run
StatementSync.prototype.run = function (this: StatementSync, ...values: Parameters<typeof run>) {
  const sql = this.sourceSQL
  if (sql.startsWith("BEGIN")) {
    waited = waitedForProcessor()
    begun = performance.now()
  }
  let ended = sql === "COMMIT"
  try {
    return Reflect.apply(run, this, values)
  } catch (error) {
    ended = true
    throw error
  } finally {
    if (ended) transactions.push(performance.now() - begun - (waitedForProcessor() - waited))
  }
} as typeof run // the overloads of the original

const shared = [own, other].toSorted()[0] ?? own

const operate = (store: SessionStore["Service"], fence: Fence, index: number): Effect.Effect<unknown, StoreError> => {
  if (index % 2 === 0) return store.append(fence.root, fence, Number.MAX_SAFE_INTEGER, [note(`${me}:${index}`)])
  // Every fifth command is sent by both processes.
  if (index % 5 === 0)
    return store.submit(SessionId.make(shared), CommandId.make(`cmd_both_${index}`), { _tag: "interrupt" })
  return store.submit(SessionId.make(other), CommandId.make(`cmd_${me}_${index}`), { _tag: "interrupt" })
}

const program = Effect.gen(function* () {
  const store = yield* SessionStore
  const fence = yield* store.claim(SessionId.make(own))
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  // Each operation lets the event loop turn, as in a program that also does something else.
  yield* Effect.forEach(
    Array.from({ length: Number(operations) }, (_, index) => index),
    (index) => Effect.andThen(Effect.yieldNow, operate(store, fence, index)),
    { concurrency: 4, discard: true }
  )
  delay.disable()
  const sorted = transactions.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  console.log(JSON.stringify({ nearlyAll: at(0.99), longest: at(1), delay: delay.max / 1e6 }))
})

await Effect.runPromise(Effect.provide(program, Layer.provide(storeIn(folder), NodeOwnership.layer)))
