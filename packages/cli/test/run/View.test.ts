import * as Ids from "@rein/core/schema/Ids"
import type { LiveEvent } from "@rein/core/schema/LiveEvent"
import * as SessionEvent from "@rein/core/schema/SessionEvent"
import { expect, it } from "vitest"
import * as Output from "../../src/Output.ts"
import { callLine } from "../../src/run/CallLine.ts"
import * as View from "../../src/run/View.ts"

const session = Ids.make.session()
const step = Ids.make.step()
const part = Ids.make.part()

const delta = (offset: number, text: string): LiveEvent => ({
  type: "Delta",
  session,
  after: 1,
  step,
  part,
  kind: "text",
  offset,
  text
})

const stored = (event: SessionEvent.SessionEvent): SessionEvent.KnownEvent => ({
  session,
  sequence: 1,
  id: Ids.make.event(),
  time: 0,
  version: 1,
  ...event
})

const finished = (text: string) =>
  stored(SessionEvent.make("PartFinished", { step, part: { type: "text", id: part, text } }))

const shown = (...items: ReadonlyArray<Parameters<View.View["show"]>[0]>) => {
  const texts = { answer: "", about: "" }
  const output = Output.make({ write: (text) => (texts.answer += text) }, { write: (text) => (texts.about += text) })
  const view = View.make({ output })
  for (const item of items) view.show(item)
  return texts
}

it("shows each piece of an answer once, and ends its line", () => {
  expect(shown(delta(0, "one "), delta(4, "two"), finished("one two")).answer).toBe("one two\n")
})

it("shows an answer whole when pieces of it were lost or came twice", () => {
  expect(shown(delta(0, "one "), delta(8, "three"), finished("one two three")).answer).toBe("one two three\n")
  expect(shown(delta(0, "one "), delta(0, "one two"), finished("one two")).answer).toBe("one two\n")
  expect(shown(finished("one two")).answer).toBe("one two\n")
})

it("keeps a call in one line of a narrow terminal", () => {
  const call = {
    id: Ids.make.call(),
    tool: "bash",
    providerCallId: "1",
    input: { type: "json", value: { command: "x".repeat(200) } }
  } as const
  const line = (output: string, width: number) => callLine(call, { status: "failed", output }, width)
  for (const width of [20, 40, 80]) expect(line("y".repeat(200), width).length).toBeLessThanOrEqual(width)
  expect(line("no such file", 60)).toMatch(/^\* bash x+… - failed: no such file$/)
})

it("tells how each call ended", () => {
  const settled = (status: "completed" | "declined", output: string, exitCode = 0) => {
    const call = {
      id: Ids.make.call(),
      tool: "bash",
      providerCallId: "1",
      input: { type: "json", value: { command: "ls\n-l" } }
    } as const
    return shown(
      stored(SessionEvent.make("CallRequested", { step, call })),
      stored(SessionEvent.make("CallSettled", { call: call.id, result: { status, output, metadata: { exitCode } } }))
    ).about
  }
  expect(settled("completed", "x")).toBe("* bash ls -l - ok\n")
  expect(settled("completed", "x", 3)).toBe("* bash ls -l - exit code 3\n")
  expect(settled("declined", "no\x1b[1m\nmore")).toBe("* bash ls -l - declined: no\\x1b[1m\n")
})
