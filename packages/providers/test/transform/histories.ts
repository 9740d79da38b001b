// Odd histories, as crashes, interruptions, steers and switches of models leave them behind.
import type { FileContent, ModelMessage } from "@rein/core/model/ModelRequest"
import type { ModelRef } from "@rein/core/schema/ModelRef"
import { Arbitrary, Schema } from "effect"

/** The model that is asked, and another one. */
export const asked: ModelRef = { provider: "asked", model: "asked" }
export const other: ModelRef = { provider: "other", model: "other" }

type Content<Role extends ModelMessage["role"]> = Extract<ModelMessage, { readonly role: Role }>["content"][number]

const oneOf = <A>(...values: ReadonlyArray<A>): Arbitrary.Arbitrary<A> =>
  Arbitrary.map(
    Arbitrary.schema(Schema.Literals(values.map((_, index) => index))),
    // The index is one of the list.
    (index) => values[index] as A
  )

const file = (mediaType: string, data: FileContent["data"] = { type: "base64", base64: "AA==" }): FileContent => ({
  type: "file",
  mediaType,
  data
})

const files = oneOf<FileContent>(
  file("audio/wav"),
  file("image/png"),
  file("image/png", { type: "url", url: "https://there.example/a.png" }),
  file("application/pdf"),
  file("image/png", { type: "base64", base64: "" }),
  file("text/csv")
)

const spoken = oneOf<Content<"assistant">>(
  { type: "text", text: "x" },
  { type: "text", text: " " },
  { type: "reasoning", text: "hm", provider: { anthropic: { signature: "s" } } },
  { type: "reasoning", text: "so", provider: { openai: { itemId: "rs_1", reasoningEncryptedContent: "e" } } },
  { type: "reasoning", text: "" },
  file("image/png")
)

const ids = oneOf("call_1", "call:1", "call.1", "abcdefghi", "a", "😀", "")

/** An answer with its calls, each with a result, and now and then a word of the user behind. */
const round = Arbitrary.map(
  Arbitrary.all({
    said: Arbitrary.array(spoken, { maxLength: 3 }),
    calls: Arbitrary.array(ids, { maxLength: 2 }),
    from: oneOf(asked, other),
    isHosted: oneOf(true, false),
    failed: oneOf(true, false),
    attachments: Arbitrary.array(files, { maxLength: 1 }),
    user: Arbitrary.array(
      oneOf<ReadonlyArray<Content<"user">>>(
        [{ type: "text", text: "go on" }],
        [file("image/png")],
        [{ type: "text", text: "" }]
      ),
      { maxLength: 2 }
    )
  }),
  ({ attachments, calls, failed, from, isHosted, said, user }): ReadonlyArray<ModelMessage> => {
    const hosted = isHosted ? { hosted: true } : {}
    const content = [...said, ...calls.map((id) => ({ type: "call" as const, id, tool: "t", input: {}, ...hosted }))]
    const results = calls.map((id) => ({
      type: "result" as const,
      id,
      tool: "t",
      output: "",
      failed,
      ...(attachments.length === 0 ? {} : { attachments }),
      ...hosted
    }))
    return [
      { role: "assistant", content, from },
      ...(results.length === 0 ? [] : [{ role: "tool" as const, content: results, from }]),
      ...user.map((content): ModelMessage => ({ role: "user", content }))
    ]
  }
)

/** Answers and results of two models, among words and files of the user. */
export const histories = Arbitrary.map(Arbitrary.array(round, { maxLength: 5 }), (rounds) => rounds.flat())
