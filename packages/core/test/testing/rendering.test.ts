import { assert, describe, it } from "@effect/vitest"
import { checkHistory, isPrefix, render } from "../../src/testing/rendering.ts"

const mark = { cache_control: { type: "ephemeral" } }
const use = (id: string) => ({ type: "tool_use", id, name: "t", input: {} })
const outcome = (id: string) => ({ type: "tool_result", tool_use_id: id, content: "ok" })
const call = (id: string) => ({ id, type: "function", function: { name: "t", arguments: "{}" } })
const user = { role: "user", content: "hi" }

describe("render", () => {
  it("keys are sorted, marks are gone, message borders do not count", () => {
    const blocks = render("anthropic", {
      tools: [{ name: "t", input_schema: { b: 1, a: 2 }, ...mark }],
      system: [{ type: "text", text: "s", ...mark }],
      messages: [user, { role: "user", content: [{ text: "more", type: "text", ...mark }] }]
    })
    assert.deepStrictEqual(blocks, [
      `{"block":{"input_schema":{"a":2,"b":1},"name":"t"},"role":"tools"}`,
      `{"block":{"text":"s","type":"text"},"role":"system"}`,
      `{"block":{"text":"hi","type":"text"},"role":"user"}`,
      `{"block":{"text":"more","type":"text"},"role":"user"}`
    ])
    const merged = {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" }
          ]
        }
      ]
    }
    const apart = {
      messages: [
        { role: "user", content: "a" },
        { role: "user", content: "b" }
      ]
    }
    assert.deepStrictEqual(render("anthropic", merged), render("anthropic", apart))
    assert.deepStrictEqual(render("chat-completions", merged), render("chat-completions", apart))
  })

  it("a mark inside a result is removed, a tool's own field of that name is not", () => {
    const body = (extra: object) => ({
      messages: [
        { role: "assistant", content: [{ ...use("a"), input: mark }] },
        { role: "user", content: [{ ...outcome("a"), content: [{ type: "text", text: "x", ...extra }], ...extra }] }
      ]
    })
    assert.deepStrictEqual(render("anthropic", body(mark)), render("anthropic", body({})))
    assert.include(render("anthropic", body({}))[0], "cache_control")
  })

  it("chat completions: reasoning, text and each call are blocks", () => {
    const blocks = render("chat-completions", {
      tools: [{ type: "function", function: { name: "t" } }],
      messages: [
        { role: "system", content: "s" },
        user,
        { role: "assistant", content: "text", reasoning_content: "why", tool_calls: [call("a"), call("b")] },
        { role: "tool", tool_call_id: "a", content: "ok" }
      ]
    })
    assert.lengthOf(blocks, 8)
    assert.strictEqual(blocks[3], `{"block":{"text":"why","type":"reasoning"},"role":"assistant"}`)
    assert.strictEqual(blocks[7], `{"block":{"content":"ok","tool_call_id":"a"},"role":"tool"}`)
  })

  it("Responses: instructions, texts, calls, results and reasoning are blocks", () => {
    const blocks = render("responses", {
      tools: [{ type: "function", name: "t" }],
      instructions: "s",
      input: [
        { role: "user", content: [{ type: "input_text", text: "hi" }] },
        { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "x" },
        { role: "assistant", content: "text" },
        { type: "function_call", call_id: "a", name: "t", arguments: "{}" },
        { type: "function_call_output", call_id: "a", output: "ok" }
      ]
    })
    assert.lengthOf(blocks, 7)
    assert.strictEqual(blocks[2], `{"block":{"text":"hi","type":"input_text"},"role":"user"}`)
    assert.strictEqual(blocks[4], `{"block":{"text":"text","type":"text"},"role":"assistant"}`)
    assert.include(blocks[6], "function_call_output")
  })

  it("a prefix is a beginning, block by block", () => {
    assert.isTrue(isPrefix([], ["a"]))
    assert.isTrue(isPrefix(["a"], ["a"]))
    assert.isFalse(isPrefix(["a", "b"], ["a"]))
    assert.isFalse(isPrefix(["b"], ["a", "b"]))
  })
})

type Case = readonly [name: string, messages: ReadonlyArray<unknown>, violation: RegExp | undefined]

const anthropicCases: ReadonlyArray<Case> = [
  [
    "a whole history",
    [
      user,
      { role: "assistant", content: [{ type: "text", text: "x" }, use("a"), use("b")] },
      { role: "user", content: [outcome("a"), outcome("b"), { type: "text", text: "note" }] }
    ],
    undefined
  ],
  ["no message", [], /no message/],
  ["an assistant first", [{ role: "assistant", content: "x" }], /first message/],
  ["an unknown role", [user, { role: "tool", content: "x" }], /role "tool"/],
  ["an empty message", [{ role: "user", content: [] }], /message is empty/],
  ["a blank text", [{ role: "user", content: [{ type: "text", text: " \n" }] }], /text is empty/],
  ["a call without a result", [user, { role: "assistant", content: [use("a")] }, user], /call a has no result/],
  ["an open call at the end", [user, { role: "assistant", content: [use("a")] }], /call a has no result/],
  ["a result without a call", [user, { role: "user", content: [outcome("a")] }], /result for a has no call/],
  [
    "two results",
    [user, { role: "assistant", content: [use("a")] }, { role: "user", content: [outcome("a"), outcome("a")] }],
    /more than one result/
  ],
  [
    "results out of order",
    [
      user,
      { role: "assistant", content: [use("a"), use("b")] },
      { role: "user", content: [outcome("b"), outcome("a")] }
    ],
    /order/
  ],
  [
    "a result behind text",
    [
      user,
      { role: "assistant", content: [use("a")] },
      { role: "user", content: [{ type: "text", text: "x" }, outcome("a")] }
    ],
    /behind other content/
  ],
  [
    "a late result",
    [user, { role: "assistant", content: [use("a")] }, user, { role: "user", content: [outcome("a")] }],
    /call a has no result/
  ],
  [
    "an id used twice",
    [
      user,
      { role: "assistant", content: [use("a")] },
      { role: "user", content: [outcome("a")] },
      { role: "assistant", content: [use("a")] },
      { role: "user", content: [outcome("a")] }
    ],
    /used more than once/
  ]
]

const anthropicIds: Case = [
  "an id of another provider",
  [user, { role: "assistant", content: [use("t:0")] }, { role: "user", content: [outcome("t:0")] }],
  /not allowed/
]

const result = (id: string) => ({ role: "tool", tool_call_id: id, content: "" })
const calls = (...ids: ReadonlyArray<string>) => ({ role: "assistant", content: null, tool_calls: ids.map(call) })

const chatCases: ReadonlyArray<Case> = [
  [
    "a whole history",
    [{ role: "system", content: "s" }, user, calls("a", "b"), result("a"), result("b"), user],
    undefined
  ],
  ["no message", [], /no message/],
  ["an unknown role", [{ role: "robot", content: "x" }], /role "robot"/],
  ["an empty message", [user, { role: "assistant", content: "" }], /message is empty/],
  ["an empty text", [{ role: "user", content: [{ type: "text", text: "" }] }], /text is empty/],
  ["a call without a result", [user, calls("a"), user], /call a has no result/],
  ["an open call at the end", [user, calls("a")], /call a has no result/],
  ["a result without a call", [user, result("a")], /result for a has no call/],
  ["a result first", [result("a")], /stands first/],
  ["two results", [user, calls("a"), result("a"), result("a")], /more than one result/],
  ["results out of order", [user, calls("a", "b"), result("b"), result("a")], /order/],
  ["a late result", [user, calls("a"), user, result("a")], /call a has no result/],
  ["an id used twice", [user, calls("a"), result("a"), calls("a"), result("a")], /used more than once/]
]

const asked = (id: string) => ({ type: "function_call", call_id: id, name: "t", arguments: "{}" })
const answered = (id: string) => ({ type: "function_call_output", call_id: id, output: "" })
const thought = (content?: string) => ({ type: "reasoning", id: "rs_1", summary: [], encrypted_content: content })

const responsesCases: ReadonlyArray<Case> = [
  ["a whole history", [user, thought("opaque"), asked("a"), asked("b"), answered("a"), answered("b"), user], undefined],
  ["no message", [], /no message/],
  ["an unknown role", [{ role: "tool", content: "x" }], /role "tool"/],
  ["an empty message", [user, { role: "assistant", content: "" }], /message is empty/],
  ["an empty text", [{ role: "user", content: [{ type: "input_text", text: "" }] }], /text is empty/],
  ["a call without a result", [user, asked("a"), user], /call a has no result/],
  ["an open call at the end", [user, asked("a")], /call a has no result/],
  ["a result without a call", [user, answered("a")], /result for a has no call/],
  ["two results", [user, asked("a"), answered("a"), answered("a")], /more than one result/],
  ["results out of order", [user, asked("a"), asked("b"), answered("b"), answered("a")], /order/],
  ["a late result", [user, asked("a"), user, answered("a")], /call a has no result before/],
  ["an id used twice", [user, asked("a"), answered("a"), asked("a"), answered("a")], /used more than once/],
  ["what is not stored", [user, { type: "item_reference", id: "msg_1" }], /not stored/],
  ["reasoning that nobody can read", [user, thought()], /encrypted content/]
]

const expectViolation = (found: ReadonlyArray<string>, expected: RegExp | undefined) => {
  if (expected === undefined) assert.deepStrictEqual(found, [])
  else assert.match(found.join("\n"), expected)
}

describe("checkHistory", () => {
  it.each([...anthropicCases, anthropicIds])("Anthropic: %s", (_, messages, violation) => {
    expectViolation(checkHistory("anthropic", { messages }), violation)
  })

  it.each(responsesCases)("Responses: %s", (_, input, violation) => {
    expectViolation(checkHistory("responses", { input, store: false }), violation)
  })

  it("Responses: what is stored may be referred to", () => {
    assert.deepStrictEqual(checkHistory("responses", { input: [user, { type: "item_reference", id: "msg_1" }] }), [])
  })

  it.each(chatCases)("chat completions: %s", (_, messages, violation) => {
    expectViolation(checkHistory("chat-completions", { messages }), violation)
  })
})
