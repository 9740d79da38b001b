import { PassThrough } from "node:stream"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { maximumBytes, promptText } from "../../src/run/PromptText.ts"

const read = (argument: string | undefined, input: PassThrough, isOptional = false) =>
  Effect.runPromise(
    Effect.match(promptText({ argument, input: () => input, isOptional, tell: () => undefined }), {
      onFailure: ({ message }) => `refused: ${message}`,
      onSuccess: (text) => text
    })
  )

const containing = (...pieces: ReadonlyArray<string>): PassThrough => {
  const stream = new PassThrough()
  for (const piece of pieces) stream.write(piece)
  return stream.end()
}

it("takes the argument, and does not wait for an open input", async () => {
  expect(await read("do it", new PassThrough())).toBe("do it")
})

it("reads the input without an argument, or with -", async () => {
  expect(await read(undefined, containing("do ", "it\n"))).toBe("do it\n")
  expect(await read("-", containing("do it"))).toBe("do it")
})

it("needs none where a session is continued, and looks at no input then", async () => {
  expect(await read(undefined, new PassThrough(), true)).toBeUndefined()
})

it("refuses nothing, blanks and too much", async () => {
  expect(await read(undefined, containing())).toMatch(/refused: There is no prompt/)
  expect(await read("  ", new PassThrough())).toMatch(/refused: There is no prompt/)
  expect(await read(undefined, containing("x".repeat(maximumBytes + 1)))).toMatch(/refused: The prompt is longer/)
  expect(await read("x".repeat(maximumBytes + 1), new PassThrough())).toMatch(/refused: The prompt is longer/)
})
