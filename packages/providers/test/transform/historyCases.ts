// Cases of the rules for messages and system texts.
import {
  call,
  type Case,
  file,
  look,
  other,
  ref,
  result,
  results,
  round,
  said,
  thought,
  user,
  withFile
} from "./build.ts"
import * as models from "./models.ts"

/** In the order of the table. */
export const historyCases: ReadonlyArray<Case> = [
  {
    rule: "foreign-reasoning",
    model: models.mistral(),
    request: { messages: [user("a"), said([thought(), { type: "text", text: "x" }], other), user("b")] },
    without: /Reasoning content is not supported/
  },
  {
    rule: "foreign-reasoning",
    about: "that is signed for another Claude",
    model: models.anthropic(),
    request: {
      messages: [
        user("a"),
        said([thought({ anthropic: { signature: "of-another" } }), { type: "text", text: "x" }], {
          ...ref,
          model: "another"
        }),
        user("b")
      ]
    },
    without: /Invalid `signature`/
  },
  {
    rule: "foreign-reasoning",
    about: "that is encrypted for another",
    model: models.responses(),
    request: {
      messages: [
        user("a"),
        said(
          [thought({ openai: { itemId: "rs_1", reasoningEncryptedContent: "other" } }), { type: "text", text: "x" }],
          other
        ),
        user("b")
      ]
    },
    without: /could not be verified/
  },
  {
    rule: "foreign-data",
    model: models.responses(),
    request: {
      messages: [
        user("a"),
        said(
          [
            { type: "text", text: "x" },
            call("call_1", { provider: { openai: { itemId: "fc_other", namespace: "other" } } })
          ],
          other
        ),
        results([result()], other)
      ]
    },
    without: (body) => /fc_other|"namespace"/.test(body)
  },
  ...(
    [
      ["Claude's own", models.anthropic(), /has no call before it/],
      ["OpenAI's own", models.responses(), /has no call before it/],
      ["xAI's own", models.xai(), (body: string) => body.includes(`"function_call_output"`)]
    ] as const
  ).map(([about, model, without]): Case => ({
    rule: "hosted-calls",
    about,
    model,
    request: {
      messages: [
        user("a"),
        said([call("srv_1", { tool: "web_search", hosted: true }), { type: "text", text: "x" }], ref),
        results([result("srv_1", { tool: "web_search", hosted: true })], ref),
        user("b")
      ]
    },
    without
  })),
  {
    rule: "hosted-calls",
    about: "of another",
    model: models.anthropic(),
    request: {
      messages: [
        user("a"),
        said([call("srv_1", { tool: "web_search", hosted: true }), { type: "text", text: "x" }], other),
        results([result("srv_1", { tool: "web_search", hosted: true })], other),
        user("b")
      ]
    },
    without: /has no call before it/
  },
  {
    rule: "files-of-the-model",
    model: models.mistral(),
    request: { messages: [user("a"), said([file("image/png")]), user("b")] },
    without: /Unsupported content type in assistant message/
  },
  {
    rule: "encrypted-reasoning",
    model: models.xai(),
    request: {
      messages: [user("a"), said([thought({ xai: { itemId: "rs_1" } }), { type: "text", text: "x" }]), user("b")]
    },
    without: /Item rs_1 not found/
  },
  {
    rule: "gemini-signatures",
    model: models.chat("gemini-3-pro", "gemini"),
    request: { tools: [look], messages: [user("a"), said([call()], other), results([result()], other)] },
    without: /missing a thought_signature/
  },
  { rule: "xai-unstored", model: models.xai(), request: {}, without: /would be stored/ },
  {
    rule: "reasoning-with-calls",
    model: models.moonshot(),
    request: { tools: [look], messages: round() },
    without: /reasoning_content is missing/
  },
  {
    rule: "reasoning-with-calls",
    about: "of another model, by chat completions",
    model: models.chat("kimi-k2-thinking", "kimi"),
    request: { tools: [look], messages: [user("a"), said([call()], other), results([result()], other)] },
    without: /reasoning_content is missing/
  },
  {
    rule: "text-files",
    model: models.mistral(),
    request: withFile("text/csv"),
    without: (body) => /cannot read such files/.test(body)
  },
  {
    rule: "unreadable-files",
    model: models.xai(),
    request: withFile("image/tiff"),
    without: /Unsupported content-type/
  },
  {
    rule: "unreadable-files",
    about: "in Mistral's package",
    model: models.mistral(),
    request: withFile("audio/wav"),
    without: /Only images and PDF/
  },
  {
    rule: "unreadable-files",
    about: "in Groq's package",
    model: models.groq(),
    request: withFile("application/pdf"),
    without: /Non-image file/
  },
  {
    rule: "unreadable-files",
    about: "in Cohere's package",
    model: models.cohere(),
    request: withFile("application/pdf"),
    without: (body) => /AAAA/.test(body)
  },
  {
    rule: "unreadable-files",
    about: "in Alibaba's package",
    model: models.alibaba(),
    request: withFile("application/pdf"),
    without: /Only image file parts/
  },
  {
    rule: "unreadable-files",
    about: "of OpenRouter's package, which takes sounds as bytes alone",
    model: models.openrouter(),
    request: {
      messages: [
        {
          role: "user",
          content: [{ type: "file", mediaType: "audio/wav", data: { type: "url", url: "https://there.example/a.wav" } }]
        }
      ]
    },
    without: /be provided as URLs/
  },
  {
    rule: "unreadable-files",
    about: "in DeepSeek's package",
    model: models.deepseek(),
    request: withFile("image/png"),
    without: (body) => !/cannot read/.test(body)
  },
  {
    rule: "unreadable-files",
    about: "with an address that is none",
    model: models.chat(),
    request: {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "look" },
            { type: "file", mediaType: "image/png", data: { type: "url", url: "not an address" } }
          ]
        }
      ]
    },
    without: /Invalid URL/
  },
  {
    rule: "unreadable-files",
    about: "that are empty",
    model: models.anthropic(),
    request: withFile("image/png", ""),
    without: (body) => !/it is empty/.test(body)
  },
  {
    rule: "files-behind-results",
    model: models.groq(),
    request: {
      tools: [look],
      messages: [user("a"), said([call()]), results([result("call_1", { attachments: [file("image/png")] })])]
    },
    without: /tool content must be a text/
  },
  {
    rule: "files-behind-results",
    about: "that Google's package would load by itself",
    model: models.google(),
    request: {
      tools: [look],
      messages: [
        user("a"),
        said([call()]),
        results([
          result("call_1", {
            attachments: [
              { type: "file", mediaType: "image/png", data: { type: "url", url: "http://127.0.0.1:9/a.png" } }
            ]
          })
        ])
      ]
    },
    without: (body) => !body.includes(`"fileData"`)
  },
  {
    rule: "no-empty-content",
    about: "beside a file",
    model: models.google(),
    request: {
      tools: [look],
      messages: [
        user("a"),
        said([call()]),
        results([result("call_1", { output: "", attachments: [file("image/png", "iVBORw0KGgo=")] })])
      ]
    },
    without: (body) => !body.includes("(no output)")
  },
  {
    rule: "no-empty-content",
    model: models.bedrock(),
    request: {
      tools: [look],
      messages: [user("a"), said([{ type: "text", text: " " }, call()]), results([result("call_1", { output: "" })])]
    },
    without: /is blank/
  },
  {
    rule: "one-system-text",
    model: models.chat(),
    request: { system: ["one", "two"] },
    without: /System message must be at the beginning/
  },
  ...[models.anthropic(), models.responses(), models.chat()].map((model, index): Case => ({
    rule: "call-names",
    about: `for ${["Claude", "OpenAI", "chat completions"][index]}`,
    model,
    request: {
      tools: [look],
      messages: [
        user("a"),
        said([call("call_1", { tool: "functions.look<|channel|>" }), call("call_2", { tool: "" })]),
        results([result("call_1", { tool: "functions.look<|channel|>" }), result("call_2", { tool: "" })])
      ]
    },
    without: /name "functions\.look<\|channel\|>" .*name "" /
  })),
  {
    rule: "mistral-call-ids",
    model: models.mistral(),
    request: { tools: [look], messages: round() },
    without: /Tool call id was call_1/
  },
  {
    rule: "claude-call-ids",
    model: models.anthropic(),
    request: { tools: [look], messages: round("a:b.c") },
    without: /holds characters that are not allowed/
  },
  {
    rule: "calls-last",
    model: models.bedrock(),
    request: {
      tools: [look],
      messages: [user("a"), said([call(), { type: "text", text: "I look." }]), results([result()])]
    },
    without: /without `tool_result` blocks immediately after/
  },
  {
    rule: "mistral-answer-between",
    model: models.mistral(),
    request: { tools: [look], messages: [...round("abcdefghi"), user("b")] },
    without: /Unexpected role 'user' after role 'tool'/
  },
  {
    rule: "one-user-message",
    model: models.chat("sonar", "alternating"),
    provider: "perplexity",
    request: {
      messages: [user("a"), user("b"), said([{ type: "text", text: "x" }]), user("c"), user("d")],
      cache: { tools: false, system: true, messages: [4] }
    },
    without: /should alternate/
  }
]
