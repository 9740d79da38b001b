import { join } from "node:path"
import { model, Recording } from "@rein/providers"
import { expect, it } from "vitest"
import { makeAgent } from "../agent.ts"

const file = join(import.meta.dirname, "../recordings/order.jsonl")

/** With RECORD=1 and a key the session is recorded again; else nothing leaves this process. */
const source = () =>
  process.env["RECORD"] === "1"
    ? Recording.recordModel(model("anthropic/claude-sonnet-4-5"), file, { existing: "replace" })
    : Recording.replayModel(file)

it("looks the order up and says where it is", async () => {
  await using agent = makeAgent(source())
  const { outcome, text } = await agent.run("Where is order 7?")
  expect(outcome).toEqual({ _tag: "completed" })
  expect(text).toContain("Lyon")
})

it.skipIf(process.env["RECORD"] === "1")("asks nobody what was not recorded", async () => {
  await using agent = makeAgent(Recording.replayModel(file))
  const { outcome } = await agent.run("Where is order 8?")
  expect(outcome._tag).toBe("failed")
  expect(JSON.stringify(outcome)).toContain("messages[0].content[0].text")
})
