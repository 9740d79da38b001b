// The system gives the number of a namespace that is gone to the next one; what is stopped in the one must not be stopped in the other.
import { spawn } from "node:child_process"
import { readdirSync, readlinkSync } from "node:fs"
import type { Readable, Writable } from "node:stream"
import { assert, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { argsOf, candidates, listen } from "../../src/node/internal/namespace.ts"
import { allLevels } from "./levels.ts"
import { until } from "./looking.ts"

const program = { command: "sleep", args: ["300"], directory: "/", environment: { PATH: "/usr/bin:/bin" } }

/** Does anything live in it? */
const isLived = (namespace: string): boolean =>
  readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/ns/pid`) === namespace
    } catch {
      return false
    }
  })

const start = Effect.gen(function* () {
  const [way] = candidates(false)
  if (way === undefined) return assert.fail("no way to make a namespace")
  const child = spawn(way.command, argsOf(way, "/bin/sleep", program), { stdio: ["pipe", "ignore", "ignore", "pipe"] })
  const init = listen(child.pid ?? 0, child.stdin as Writable, child.stdio[3] as Readable) // as `stdio` asks for them
  assert.isTrue(yield* Deferred.await(init.started))
  return { child, init, number: init.namespace() ?? "" }
})

it.live.runIf(allLevels.includes("contained"))("a namespace keeps its number until it is released", () =>
  Effect.gen(function* () {
    const first = yield* start
    assert.isTrue(isLived(first.number))
    first.child.kill("SIGKILL")
    yield* Effect.promise(() => until(() => !isLived(first.number)))
    const later = yield* Effect.all([start, start, start], { concurrency: 3 })
    for (const { child, init, number } of later) {
      assert.notStrictEqual(number, first.number)
      child.kill("SIGKILL")
      init.release()
    }
    assert.strictEqual(first.init.namespace(), first.number)
    first.init.release()
    assert.isUndefined(first.init.namespace())
  })
)
