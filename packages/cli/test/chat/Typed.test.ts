import { expect, it } from "vitest"
import { read } from "../../src/chat/Typed.ts"

it.each([
  ["", { _tag: "empty" }],
  ["   ", { _tag: "empty" }],
  [" hello ", { _tag: "say", text: "hello" }],
  ["a /queue b", { _tag: "say", text: "a /queue b" }],
  ["//queue b", { _tag: "say", text: "/queue b" }],
  ["/queue fix it", { _tag: "queue", text: "fix it" }],
  ["/status", { _tag: "status" }],
  [" /quit ", { _tag: "quit" }],
  ["/model", { _tag: "model", name: "" }],
  ["/model  openai/gpt-5 ", { _tag: "model", name: "openai/gpt-5" }],
  ["/withdraw", { _tag: "withdraw" }],
  ["/retry", { _tag: "retry" }],
  ["/help", { _tag: "help" }]
])("%j", (line, expected) => {
  expect(read(line)).toEqual(expected)
})

it.each(["/queue", "/status now", "/nothing", "/", "/constructor"])("%j is refused with a sentence", (line) => {
  expect(read(line)).toMatchObject({ _tag: "wrong", message: expect.stringMatching(/^.{20,}$/) })
})
