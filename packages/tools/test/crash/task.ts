// The task of the matrix: what the model does in a request follows from the request alone, so it goes on anywhere.
import { appendFile } from "node:fs/promises"
import { join } from "node:path"
import { Compaction } from "@rein/core/context/Compaction"
import type { ModelRequest } from "@rein/core/model/ModelRequest"
import * as SessionEvent from "@rein/core/schema/SessionEvent"
import { ToolError } from "@rein/core/schema/ToolError"
import { type Entry, isCall } from "@rein/core/session/History"
import { ScriptedModel } from "@rein/core/testing"
import * as Tool from "@rein/core/tool/Tool"
import { Effect, Layer } from "effect"
import { z } from "zod"

/** What is in the project before the task. */
export const filesBefore: Readonly<Record<string, string>> = {
  "a.txt": "alpha\n",
  "b.txt": "beta\n",
  "c.txt": "gamma\n",
  "d.txt": "delta\n",
  "wrong.txt": "nothing of interest\n",
  "worse.txt": "nothing at all\n",
  "notes.txt": "a draft of the notes\n"
}

/** What must be in it afterwards, whatever died in between. */
export const filesAfter: Readonly<Record<string, string>> = {
  ...filesBefore,
  "notes.txt": "a checked draft of the notes\n",
  "build.log": "built\n",
  "report.txt": "all is done\n",
  "counter.txt": "one\ntwo\nsteered\npublished\nqueued\n"
}

/** The end of the last answer, as the model quotes it from the file. */
export const lastLines = ["one", "two", "steered", "published", "queued"]

/** Once the command has written its line, it stays while this file is there: for those who look what a crash leaves. */
export const holdFile = "hold"
const build = `echo built >> build.log; echo built; if [ -e ${holdFile} ]; then sleep 60 & sleep 60; fi`

interface Wanted {
  readonly tool: string
  readonly input: Readonly<Record<string, string>>
  /** Where it shows whether the call took effect. */
  readonly shows?: readonly [path: string, text: string]
}

interface Move {
  readonly calls: ReadonlyArray<Wanted>
  readonly says?: string
  /** What the request must hold before. */
  readonly after?: string
  /** With this in the request it is not wanted any more. */
  readonly unless?: string
  /** What a person does while the model thinks of it. */
  readonly person?: Person
}

/** An input from a person beside the first one. */
export type Person = "steer" | "queue"

export const says: Readonly<Record<Person | "task", string>> = {
  task: "TASK: do the twelve steps.",
  steer: "STEER: count the steering, too.",
  queue: "QUEUED: count once more."
}

const read = (path: string): Wanted => ({ tool: "read", input: { path } })
const count = (line: string, tool = "count"): Wanted => ({
  tool,
  input: { line },
  shows: ["counter.txt", line]
})

const undone = '<note kind="undo">'

/** Longer than what is kept in memory of an open text. */
const longText = "So much is to be said of it. ".repeat(300)

const moves: ReadonlyArray<Move> = [
  { calls: [read("a.txt"), read("b.txt"), read("c.txt")], says: longText },
  { calls: [count("one")] },
  {
    calls: [
      {
        tool: "edit",
        // Done twice it would show.
        input: { path: "notes.txt", oldString: "draft", newString: "checked draft" },
        shows: ["notes.txt", "checked"]
      }
    ],
    person: "queue"
  },
  { calls: [{ tool: "bash", input: { command: build }, shows: ["build.log", "built"] }], says: "Building." },
  { calls: [count("two"), read("a.txt")], person: "steer" },
  { calls: [count("steered")], after: says.steer },
  { calls: [count("published", "publish")] },
  // Behind this one the history is compacted; the next two are undone.
  { calls: [read("d.txt")] },
  { calls: [read("wrong.txt")], unless: undone },
  { calls: [read("worse.txt")], unless: undone },
  {
    calls: [{ tool: "write", input: { path: "report.txt", content: "all is done\n" }, shows: ["report.txt", "done"] }]
  },
  { calls: [count("queued")], after: says.queue }
]

interface Fact {
  readonly key: string
  readonly output: string
  readonly failed: boolean
}

const keyOf = (tool: string, input: unknown): string => `${tool} ${JSON.stringify(input)}`

/** The calls and their results, in order. */
const factsOf = (request: ModelRequest): ReadonlyArray<Fact> => {
  const contents = request.messages.flatMap(
    (message): ReadonlyArray<ModelRequest["messages"][number]["content"][number]> => message.content
  )
  const keys = new Map(
    contents.flatMap((content) => (content.type === "call" ? [[content.id, keyOf(content.tool, content.input)]] : []))
  )
  return contents.flatMap((content) =>
    content.type === "result"
      ? [{ key: keys.get(content.id) ?? "", output: content.output, failed: content.failed }]
      : []
  )
}

/** What is to be called for something wanted: nothing, itself, or first a look whether it has happened already. */
const needed = (wanted: Wanted, facts: ReadonlyArray<Fact>, text: string): Wanted | undefined => {
  const key = keyOf(wanted.tool, wanted.input)
  if (text.includes(`DONE ${key}`)) return undefined
  const last = facts.findLastIndex((fact) => fact.key === key)
  const found = facts[last]
  if (found === undefined) return wanted
  if (!found.failed) return undefined
  if (wanted.shows === undefined) return wanted
  const [path, shown] = wanted.shows
  const look = read(path)
  const looked = facts.findLast((fact, index) => index > last && fact.key === keyOf(look.tool, look.input))
  if (looked === undefined) return look
  return !looked.failed && looked.output.includes(shown) ? undefined : wanted
}

/** The first move that is not done, and what is left to be called for it. */
const due = (request: ModelRequest) => {
  const text = ScriptedModel.textOf(request)
  const facts = factsOf(request)
  for (const move of moves) {
    if (move.after !== undefined && !text.includes(move.after)) continue
    if (move.unless !== undefined && text.includes(move.unless)) continue
    const calls = move.calls.flatMap((wanted) => needed(wanted, facts, text) ?? [])
    if (calls.length > 0) return { move, calls }
  }
  return undefined
}

/** What a person does before this request is answered. */
export const personBefore = (request: ModelRequest): Person | undefined => due(request)?.move.person

/** The lines that a result of `read` shows of the counter. */
const linesOf = (output: string): ReadonlyArray<string> =>
  lastLines.filter((line) => new RegExp(`\\b${line}\\b`).test(output))

const counter = read("counter.txt")

const answer = (request: ModelRequest): ReadonlyArray<ScriptedModel.Piece> => {
  const next = due(request)
  if (next !== undefined) {
    return [
      ...(next.move.says === undefined ? [] : [{ text: next.move.says }]),
      ...next.calls.map(({ input, tool }) => ({ call: tool, input }))
    ]
  }
  const last = factsOf(request).at(-1)
  const isFresh = last?.key === keyOf(counter.tool, counter.input) && !last.failed
  return isFresh
    ? [{ text: `The counter says: ${linesOf(last.output).join(", ")}.` }]
    : [
        { reasoning: "What does the counter say?", signature: "s" },
        { call: counter.tool, input: counter.input }
      ]
}

/** More answers than any run takes. */
export const script: ReadonlyArray<ScriptedModel.ScriptedStep> = Array.from({ length: 200 }, () => ({ answer }))

const appends = (name: string) =>
  Tool.make(name, {
    description: "Appends a line to the counter.",
    parameters: z.object({ line: z.string() }),
    safety: "once",
    execute: ({ line }, { directory }) =>
      Effect.tryPromise({
        try: () => appendFile(join(directory, "counter.txt"), `${line}\n`),
        catch: (cause) => new ToolError({ message: String(cause) })
      }).pipe(Effect.as({ output: `appended ${line}` }))
  })

/** Two `once` tools that cannot tell whether they ran; the second one asks first. */
export const counters = [appends("count"), appends("publish")]

const callsIn = (entry: Entry) => (entry.type === "step" ? entry.items.filter(isCall) : [])

const inputOf = (call: ReturnType<typeof callsIn>[number]["call"]): unknown =>
  call.input.type === "json" ? call.input.value : undefined

const reads = (entry: Entry, path: string): boolean =>
  callsIn(entry).some(
    ({ call, result }) => result?.status === "completed" && keyOf(call.tool, inputOf(call)) === keyOf("read", { path })
  )

/** One summary and one undoing in each session, at places that the history alone tells. */
export const rewriting: Layer.Layer<Compaction> = Layer.succeed(
  Compaction,
  Compaction.of({
    rewrite: ({ state }) =>
      Effect.sync(() => {
        const history = state.history.toArray()
        const isSummarised = history.some((entry) => entry.type === "summary")
        const second = history.find((entry) => reads(entry, "d.txt"))
        if (!isSummarised && second !== undefined) {
          const done = history.flatMap(callsIn).map(({ call }) => `DONE ${keyOf(call.tool, inputOf(call))}`)
          return [
            SessionEvent.make("Compacted", {
              // The model says what it has seen to, whatever became of each single call.
              summary: [says.task, ...new Set(done)].join("\n"),
              keepFrom: second.sequence,
              why: "the test wants it"
            })
          ]
        }
        const detour = history.find((entry) => reads(entry, "wrong.txt"))
        if (detour === undefined || !history.some((entry) => reads(entry, "worse.txt"))) return []
        return [
          SessionEvent.make("Reverted", { to: detour.sequence - 1 }),
          SessionEvent.make("NoteAdded", { kind: "undo", text: "What was read last does not count." })
        ]
      })
  })
)
