/** What each provider really answers, and the reason that it becomes. */
import { assert, describe, it } from "@effect/vitest"
import { ModelErrorReason } from "@rein/core/schema/ModelError"
import { Arbitrary, Schema } from "effect"
import { classify } from "../src/Classify.ts"
import * as anthropic from "./answers/anthropic.ts"
import * as azure from "./answers/azure.ts"
import * as bedrock from "./answers/bedrock.ts"
import * as cerebras from "./answers/cerebras.ts"
import * as chinese from "./answers/chinese.ts"
import * as deepseek from "./answers/deepseek.ts"
import * as gateways from "./answers/gateways.ts"
import * as google from "./answers/google.ts"
import * as local from "./answers/local.ts"
import * as mistral from "./answers/mistral.ts"
import * as openai from "./answers/openai.ts"
import * as openrouter from "./answers/openrouter.ts"
import * as plans from "./answers/plans.ts"
import type { Expected, Row } from "./answers/row.ts"

const families: Readonly<Record<string, ReadonlyArray<Row>>> = {
  ...anthropic,
  ...openai,
  ...google,
  ...azure,
  ...bedrock,
  ...mistral,
  ...deepseek,
  ...cerebras,
  ...openrouter,
  ...chinese,
  ...local,
  ...gateways,
  ...plans
}

/** All that matters of a reason, in the form in which it is expected. */
const found = (answered: Row[1]): Expected => {
  const { reason } = classify(answered, { now: 0 })
  if ("lasting" in reason && reason.lasting === true) return [reason._tag, "lasting"]
  if ("because" in reason && reason.because !== undefined) return [reason._tag, reason.because]
  return "retryAfterMillis" in reason && reason.retryAfterMillis !== undefined
    ? [reason._tag, reason.retryAfterMillis]
    : reason._tag
}

describe.each(Object.entries(families))("answers of %s", (_, rows) => {
  it.each(rows)("%s", (_, answered, expected) => {
    assert.deepStrictEqual(found(answered), expected)
  })
})

describe("answers", () => {
  it("the same, as the error of a client library", () => {
    for (const [name, { body, headers, provider, status }, expected] of Object.values(families).flat()) {
      const thrown = Object.assign(new Error(""), {
        name: "AI_APICallError",
        statusCode: status,
        responseHeaders: headers,
        responseBody: typeof body === "object" ? JSON.stringify(body) : body,
        isRetryable: true,
        ...(provider === undefined ? {} : { provider })
      })
      // Without a status, a body or a redirect there is no such error.
      if (status === undefined || status < 400 || body === undefined) continue
      assert.deepStrictEqual(found(thrown), expected, name)
    }
  })

  it("what the user wrote decides nothing", () => {
    const echoed = "rate limit, prompt is too long, insufficient_quota"
    for (const field of ["input", "failed_generation", "param", "content", "prompt"]) {
      const body = { error: { message: "No.", [field]: echoed } }
      assert.strictEqual(classify({ status: 400, body }).reason._tag, "InvalidRequest")
    }
  })

  const anything = Arbitrary.all({
    status: Arbitrary.schema(Schema.Literals([200, 302, 400, 401, 413, 429, 500, 529])),
    headers: Arbitrary.schema(Schema.Record(Schema.String, Schema.String)),
    body: Arbitrary.schema(Schema.Json),
    text: Arbitrary.schema(Schema.String)
  })

  it.prop(
    "of any shape have a reason, the same each time, as text or as JSON",
    [anything],
    ([{ body, headers, status, text }]) => {
      const { message, reason } = classify({ status, headers, body, text }, { now: 0 })
      assert.isTrue(Schema.is(ModelErrorReason)(reason))
      assert.isAbove(message.length, 0)
      if (typeof body !== "object" || body === null) return
      assert.deepStrictEqual(classify({ status, headers, body: JSON.stringify(body), text }, { now: 0 }).reason, reason)
    }
  )
})
