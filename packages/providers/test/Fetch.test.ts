/** Silence is measured only while somebody waits, and signs of life end it. */
import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import { wrap } from "../src/aisdk/Fetch.ts"

const silence = { firstByteMillis: 1_000, nextPartMillis: 100 }

const bytes = (text: string) => new TextEncoder().encode(text)

/** A `fetch` whose answer is in the test's hands. */
const answering = () => {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>()
  const writer = writable.getWriter()
  const fetch = wrap(async () => new Response(readable), { silence, hasKey: true })
  return { fetch, write: (text: string) => writer.write(bytes(text)) }
}

const nameOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "none",
    (error: unknown) => (error instanceof Error ? error.name : "other")
  )

describe("silence", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it("a ping before the time is over begins it anew", async () => {
    const { fetch, write } = answering()
    const reader = (await fetch("http://localhost")).body?.getReader()
    for (let count = 0; count < 5; count++) {
      const read = reader?.read()
      await vi.advanceTimersByTimeAsync(90)
      await write(": ping\n\n")
      assert.deepStrictEqual((await read)?.value, bytes(": ping\n\n"))
    }
    const failed = nameOf(reader?.read() ?? Promise.resolve())
    await vi.advanceTimersByTimeAsync(100)
    assert.strictEqual(await failed, "SilenceError")
  })

  it("a reader that takes its time is no silence", async () => {
    const { fetch, write } = answering()
    const reader = (await fetch("http://localhost")).body?.getReader()
    const written = write("a")
    await vi.advanceTimersByTimeAsync(10_000)
    assert.deepStrictEqual((await reader?.read())?.value, bytes("a"))
    await written
  })

  it("the request ends with it", async () => {
    let signal: AbortSignal | undefined
    const fetch = wrap(
      (_, init) => {
        signal = init?.signal ?? undefined
        return new Promise(() => {})
      },
      { silence, hasKey: true }
    )
    const failed = nameOf(fetch("http://localhost"))
    await vi.advanceTimersByTimeAsync(1_000)
    assert.strictEqual(await failed, "SilenceError")
    assert.isTrue(signal?.aborted)
  })
})
