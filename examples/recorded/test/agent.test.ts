import { expect, it } from "vitest"
import { makeAgent } from "../agent.ts"
import { isRecording, recordedModel } from "../model.ts"

it("looks the order up and says where it is", async () => {
  await using agent = makeAgent(recordedModel())
  const { outcome, text } = await agent.run("Where is order 7?")
  expect(outcome).toEqual({ _tag: "completed" })
  expect(text).toContain("Lyon")
})

it.skipIf(isRecording)("asks nobody what was not recorded", async () => {
  await using agent = makeAgent(recordedModel())
  const { outcome } = await agent.run("Where is order 8?")
  expect(outcome._tag).toBe("failed")
  expect(JSON.stringify(outcome)).toContain("messages[0].content[0].text")
})
