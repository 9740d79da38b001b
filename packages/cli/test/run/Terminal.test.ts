import { PassThrough } from "node:stream"
import * as Ids from "@rein/core/schema/Ids"
import type { Question } from "@rein/core/schema/Question"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { intro } from "../../src/run/QuestionText.ts"
import * as Terminal from "../../src/run/Terminal.ts"

const question: Question = {
  id: Ids.make.question(),
  request: {
    call: Ids.make.call(),
    tool: "bash",
    permission: "bash",
    patterns: ["rm x"],
    title: "rm \x1b[8mx",
    details: "-a\n+b"
  }
}

/** Types the next line whenever something is asked. */
const asked = async (...lines: ReadonlyArray<string>) => {
  const input = new PassThrough()
  const left = [...lines]
  let screen = ""
  const write = (text: string) => {
    screen += text
    if (!text.endsWith(": ")) return
    const line = left.shift()
    setImmediate(() => (line === undefined ? input.end() : input.write(`${line}\n`)))
  }
  const answer = await Effect.runPromise(
    Effect.scoped(Effect.flatMap(Terminal.open({ input, write }), (terminal) => terminal.ask(question)))
  )
  return { answer, screen }
}

it("shows what is asked, made visible", async () => {
  const { screen } = await asked("y")
  expect(screen).toContain("? bash: rm \\x1b[8mx")
  expect(screen).toContain("  rm x\n-a\n+b\n")
})

it("shows what an answer would save, and every line of what would run", () => {
  const of = (request: Partial<Question["request"]>) =>
    intro({
      ...question,
      request: { ...question.request, title: "ls\n? bash: ls", patterns: ["ls\n? bash: ls"], ...request }
    })
  const offers = [{ permission: "bash", pattern: "git status *" }]
  expect(of({})).toBe("? bash: ls ? bash: ls\n  ls\n  ? bash: ls\n-a\n+b\n  s and p save: exactly this\n")
  expect(of({ offers })).toContain("s and p save: bash git status *\n")
  expect(of({ offers: [] })).toContain("s and p save: nothing: this can only be allowed once\n")
})

it.each([
  [["y"], { _tag: "once" }],
  [["s"], { _tag: "session" }],
  [["P"], { _tag: "project" }],
  [["what", "", " Y "], { _tag: "once" }],
  [["n", ""], { _tag: "reject" }],
  [["n Use Git."], { _tag: "reject", message: "Use Git." }],
  [["yes please", "y rm x", "s"], { _tag: "session" }],
  [["n", "use git"], { _tag: "reject", message: "use git" }]
])("%j is %j", async (lines, expected) => {
  expect((await asked(...lines)).answer).toEqual(expected)
})

it("a terminal that is closed allows nothing", async () => {
  expect((await asked()).answer).toEqual({
    _tag: "reject",
    message: "The terminal was closed before anybody answered."
  })
})

it("a line that came before the question is no answer", async () => {
  const input = new PassThrough()
  const answer = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const write = (text: string) => {
          if (text.endsWith("follow): ")) setImmediate(() => input.write("n\n\n"))
        }
        const terminal = yield* Terminal.open({ input, write })
        input.write("y\n")
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        return yield* terminal.ask(question)
      })
    )
  )
  expect(answer).toEqual({ _tag: "reject" })
})
