// What must be so after a runtime has died and another one has come to the end.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { ModelMessage } from "@rein/core/model/ModelRequest"
import { InputId, type SessionId } from "@rein/core/schema/Ids"
import type { StoredEvent } from "@rein/core/schema/SessionEvent"
import * as Fold from "@rein/core/session/Fold"
import { inputOutcome, lastText } from "@rein/core/session/SessionState"
import { rendering } from "@rein/core/testing"
import { filesAfter, lastLines } from "./task.ts"

/** What is wrong, by kind; all of it empty where the session survived. */
export interface Findings {
  readonly lost: ReadonlyArray<string>
  readonly doubled: ReadonlyArray<string>
  readonly left: ReadonlyArray<string>
  /** Any other difference. */
  readonly wrong: ReadonlyArray<string>
}

/** What there is to look at. */
export interface Remains {
  readonly folder: string
  readonly session: SessionId
  readonly log: ReadonlyArray<StoredEvent>
  /** What a follower in another process has got. */
  readonly followed: ReadonlyArray<StoredEvent>
}

type Of<Type extends StoredEvent["type"]> = Extract<StoredEvent, { readonly type: Type }>

const ofType = <Type extends StoredEvent["type"]>(log: ReadonlyArray<StoredEvent>, type: Type) =>
  log.filter((event): event is Of<Type> => event.type === type)

const linesOf = (path: string): ReadonlyArray<string> =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : []

const repeated = (values: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index))
]

/** Acknowledged inputs without their one delivery and outcome, and events that a follower has not got. */
const lost = ({ folder, followed, log, session }: Remains): ReadonlyArray<string> => {
  const state = Fold.fold(session, log)
  const inputs = [...new Set(linesOf(join(folder, "acknowledged")))].map((id) => InputId.make(id))
  const delivered = ofType(log, "InputDelivered").map((event) => event.data.input)
  return [
    ...(inputs.length === 3 ? [] : [`${inputs.length} of 3 inputs were acknowledged`]),
    ...inputs.flatMap((input) => {
      const outcome = inputOutcome(state, input)?._tag ?? "nothing"
      const times = delivered.filter((one) => one === input).length
      return outcome === "completed" && times === 1 ? [] : [`input ${input}: ${outcome}, delivered ${times} times`]
    }),
    ...(followed.length === log.length && followed.every((event, index) => event.sequence === index + 1)
      ? []
      : [`a follower got ${followed.map((event) => event.sequence).join()} of ${log.length} events`])
  ]
}

/** Effects, results and endings that are there twice, and results that claim to be unknown where nothing was unknown. */
const doubled = ({ folder, log }: Remains): ReadonlyArray<string> => {
  const project = join(folder, "project")
  const started = new Map(ofType(log, "CallStarted").map((event) => [event.data.call, event.sequence]))
  const resumed = ofType(log, "TurnResumed").map((event) => event.sequence)
  const settled = ofType(log, "CallSettled")
  return [
    ...["counter.txt", "build.log"].flatMap((file) =>
      repeated(linesOf(join(project, file))).map((line) => `${file} holds "${line}" twice`)
    ),
    ...repeated(settled.map((event) => event.data.call)).map((call) => `call ${call} has two results`),
    ...repeated(ofType(log, "TurnEnded").map((event) => event.data.turn)).map((turn) => `turn ${turn} ended twice`),
    ...settled
      .filter((event) => event.data.result.status === "unverified")
      .filter(({ data, sequence }) => {
        const start = started.get(data.call)
        return start === undefined || !resumed.some((other) => start < other && other < sequence)
      })
      .map((event) => `call ${event.data.call} is unverified, and it had not started in another runtime`)
  ]
}

/** Processes of the session that live now, by the mark that each carries. */
export const programsOf = (session: SessionId): ReadonlyArray<{ readonly pid: number; readonly command: string }> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, "utf8").includes(session)) return []
        return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") }]
      } catch {
        return []
      }
    })

const left = ({ folder, session }: Remains): ReadonlyArray<string> => {
  const data = join(folder, "data")
  const stored = readdirSync(data, { recursive: true, encoding: "utf8" })
  const known = new Set(Object.keys(filesAfter))
  return [
    ...programsOf(session).map(({ command, pid }) => `process ${pid}: ${command}`),
    ...readdirSync(join(folder, "project")).filter((name) => !known.has(name)),
    ...stored.filter((name) => /tmp|journal|wal|shm/.test(name) && name !== join("blobs", "tmp"))
  ]
}

/** A request as one wire spells it. */
const onTheWire = ({ messages, system }: Request) => ({
  messages: [
    { role: "system", content: system.join("\n") },
    ...messages.flatMap((message): ReadonlyArray<object> => {
      if (message.role === "tool")
        return message.content.map(({ id, output }) => ({ role: "tool", tool_call_id: id, content: output }))
      const content = message.content.flatMap((one) => (one.type === "text" ? [{ type: "text", text: one.text }] : []))
      const calls = message.content.flatMap((one) =>
        one.type === "call"
          ? [{ id: one.id, type: "function", function: { name: one.tool, arguments: JSON.stringify(one.input) } }]
          : []
      )
      return [{ role: message.role, content, ...(calls.length === 0 ? {} : { tool_calls: calls }) }]
    })
  ]
})

interface Request {
  readonly system: ReadonlyArray<string>
  readonly messages: ReadonlyArray<ModelMessage>
}

/** Every request of every runtime: valid, and the beginning of the next one but for the two rewrites. */
const histories = ({ folder }: Remains): ReadonlyArray<string> => {
  const bodies = linesOf(join(folder, "requests.jsonl")).map((line) => onTheWire(JSON.parse(line) as Request)) // ours
  const blocks = bodies.map((body) => rendering.render("chat-completions", body))
  const breaks = blocks.filter((block, index) => index > 0 && !rendering.isPrefix(blocks[index - 1] ?? [], block))
  return [
    ...bodies.flatMap((body, index) =>
      rendering.checkHistory("chat-completions", body).map((problem) => `request ${index}: ${problem}`)
    ),
    ...(breaks.length === 2 ? [] : [`the prefix changed ${breaks.length} times with 2 rewrites`])
  ]
}

const wrong = (remains: Remains): ReadonlyArray<string> => {
  const { folder, log, session } = remains
  const project = join(folder, "project")
  const answer = `The counter says: ${lastLines.join(", ")}.`
  const said = lastText(Fold.fold(session, log))
  return [
    ...histories(remains),
    ...Object.entries(filesAfter).flatMap(([name, text]) => {
      const path = join(project, name)
      const found = existsSync(path) ? readFileSync(path, "utf8") : undefined
      return found === text ? [] : [`${name} holds ${JSON.stringify(found)}`]
    }),
    ...(said === answer ? [] : [`the last answer is ${JSON.stringify(said)}`]),
    ...(["Compacted", "Reverted", "QuestionSettled"] as const).flatMap((type) =>
      ofType(log, type).length > 0 ? [] : [`there is no ${type}`]
    ),
    ...(ofType(log, "TurnEnded").length === 2 ? [] : [`${ofType(log, "TurnEnded").length} turns ended, not 2`])
  ]
}

export const check = (remains: Remains): Findings => ({
  lost: lost(remains),
  doubled: doubled(remains),
  left: left(remains),
  wrong: wrong(remains)
})
