// The model of the tests: a recording. With RECORD=1 and a key a real model is asked, and recorded again.
import { join } from "node:path"
import type { ModelSource } from "@rein/core"
import { model, Recording } from "@rein/providers"

const file = join(import.meta.dirname, "recordings/order.jsonl")

export const isRecording = process.env["RECORD"] === "1"

export const recordedModel = (): ModelSource =>
  isRecording
    ? Recording.recordModel(model("anthropic/claude-sonnet-4-5"), file, { existing: "replace" })
    : Recording.replayModel(file)
