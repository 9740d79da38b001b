// Random events and model parts. Ids come from small pools, so that they meet.
import { Arbitrary, Schema } from "effect"
import type { ModelPart } from "../../src/model/ModelPart.ts"
import { type Command, Delivery } from "../../src/schema/Command.ts"
import type * as Ids from "../../src/schema/Ids.ts"
import { ModelErrorReason } from "../../src/schema/ModelError.ts"
import { CallResult, FileSource } from "../../src/schema/Part.ts"
import { Answer, AnsweredBy } from "../../src/schema/Question.ts"
import * as SessionEvent from "../../src/schema/SessionEvent.ts"
import { Usage } from "../../src/schema/Usage.ts"

type Arb<A> = Arbitrary.Arbitrary<A>

/** The longest list; the full run takes longer ones. */
const longest = process.env["REIN_TEST_FULL"] === undefined ? 40 : 150

/** How often a property is tried. */
export const runs = process.env["REIN_TEST_FULL"] === undefined ? 150 : 1_500

const one = <const A extends ReadonlyArray<string | number | boolean>>(...values: A) =>
  Arbitrary.schema(Schema.Literals(values))

const oneOf = <A>(options: ReadonlyArray<Arb<A>>): Arb<A> => {
  const fallback = options[0] as Arb<A> // callers give at least one
  return Arbitrary.flatMap(
    Arbitrary.schema(Schema.Literals(options.map((_, index) => index))),
    (index) => options[index] ?? fallback
  )
}

const record = Arbitrary.all
const map = Arbitrary.map

/** Text of all kinds: empty, blank, with control characters and halves of characters. */
const text = oneOf<string>([
  Arbitrary.schema(Schema.String),
  one("", " ", "\n", "word", "a\u0000b", "\ud83d", "\ude00", "😀")
])

/** An id out of three. */
const id = <Id>(prefix: string): Arb<Id> => map(one("1", "2", "3"), (n) => `${prefix}_${n}` as Id)

const json = Arbitrary.schema(Schema.Json)
const sequence = Arbitrary.schema(Schema.Literals([-1, 0, 1, 2, 3, 5, 8, 13, 21, 1_000]))

const part = oneOf<SessionEvent.EventData<"PartFinished">["part"]>([
  map(
    record({ id: id<Ids.PartId>("prt"), type: one("text", "reasoning"), said: text, cut: one(true, false) }),
    ({ cut, id, said, type }) => ({
      type,
      id,
      text: said,
      ...(cut ? { interrupted: true } : {})
    })
  ),
  map(record({ id: id<Ids.PartId>("prt"), source: Arbitrary.schema(FileSource) }), (some) => ({
    type: "file" as const,
    mediaType: "image/png",
    ...some
  })),
  map(record({ id: id<Ids.PartId>("prt"), url: text }), (some) => ({ type: "source" as const, ...some }))
])

const call = map(
  record({
    id: id<Ids.CallId>("cal"),
    tool: one("a", "b"),
    value: json,
    hosted: one(true, false),
    malformed: one(true, false)
  }),
  ({ hosted, id, malformed, tool, value }) => ({
    id,
    tool,
    input: malformed ? { type: "malformed" as const, text: "{" } : { type: "json" as const, value },
    providerCallId: `hosted ${id}`,
    ...(hosted ? { hosted } : {})
  })
)

const question = record({
  id: id<Ids.QuestionId>("que"),
  request: record({
    call: id<Ids.CallId>("cal"),
    tool: one("a"),
    permission: one("p", "q"),
    patterns: Arbitrary.array(text),
    title: text
  })
})

const command = oneOf<Command>([
  map(
    record({ input: id<Ids.InputId>("inp"), delivery: Arbitrary.schema(Delivery), said: text }),
    ({ said, ...rest }) => ({
      _tag: "input" as const,
      ...rest,
      parts: [{ type: "text" as const, text: said }]
    })
  ),
  map(id<Ids.InputId>("inp"), (input) => ({ _tag: "withdraw" as const, input })),
  map(record({ question: id<Ids.QuestionId>("que"), answer: Arbitrary.schema(Answer) }), (rest) => ({
    _tag: "answer" as const,
    ...rest
  })),
  map(id<Ids.TurnId>("trn"), (turn) => ({ _tag: "interrupt" as const, turn })),
  map(record({ provider: text, model: text }), (model) => ({ _tag: "model" as const, model }))
])

const hash = Arbitrary.Constant("0".repeat(64) as Ids.BlobHash)
const turn = id<Ids.TurnId>("trn")
const step = id<Ids.StepId>("stp")
const input = id<Ids.InputId>("inp")
const commandId = id<Ids.CommandId>("cmd")
const session = id<Ids.SessionId>("ses")
const millis = one(0, 1, 1_000)

const data: { readonly [Type in SessionEvent.EventType]: Arb<SessionEvent.EventData<Type>> } = {
  SessionCreated: record({ directory: text, root: session, agent: text, rein: text }),
  ForkedFrom: record({ from: session, sequence, inherited: sequence, rein: text }),
  CommandSubmitted: record({ command: commandId, request: command }),
  CommandIgnored: record({ command: commandId, why: text }),
  TurnStarted: record({ turn, rein: text }),
  TurnResumed: record({ turn, rein: text }),
  TurnSuspended: record({ turn, resumes: millis }),
  InputDelivered: record({ input, command: commandId, turn }),
  InputWithdrawn: record({ input, command: commandId }),
  ModelSwitched: record({ command: commandId, to: record({ provider: text, model: text }) }),
  NoteAdded: record({ kind: one("progress"), text }),
  EpochStarted: record({
    reason: Arbitrary.schema(SessionEvent.EpochReason),
    model: record({ provider: text, model: text }),
    agent: text,
    system: hash,
    tools: hash
  }),
  StepStarted: record({ step, turn, index: millis, fingerprint: text }),
  AttemptFailed: record({ step, attempt: millis, reason: Arbitrary.schema(ModelErrorReason), message: text }),
  FellBack: record({
    turn,
    step,
    role: one("model"),
    from: record({ provider: text, model: text }),
    to: record({ provider: text, model: text }),
    reason: Arbitrary.schema(ModelErrorReason),
    message: text
  }),
  PartFinished: record({ step, part }),
  CallRequested: record({ step, call }),
  CallStarted: record({ call: id<Ids.CallId>("cal"), safety: Arbitrary.schema(SessionEvent.Safety), allowedBy: text }),
  CallSettled: map(
    record({
      call: id<Ids.CallId>("cal"),
      result: Arbitrary.schema(CallResult.mapFields(({ output, status }) => ({ output, status }))),
      by: one("rule", "person", "nobody", "none")
    }),
    ({ by, ...rest }) => ({
      ...rest,
      ...(by === "none" ? {} : { declined: { permission: "p", patterns: [], by, why: "" } })
    })
  ),
  StepFinished: record({
    step,
    finish: Arbitrary.schema(SessionEvent.FinishReason),
    usage: Arbitrary.schema(Usage),
    cost: oneOf<number | "unknown">([millis, one("unknown")]),
    durationMillis: millis
  }),
  QuestionAsked: record({ question }),
  QuestionSettled: record({
    question: id<Ids.QuestionId>("que"),
    answer: Arbitrary.schema(Answer),
    by: Arbitrary.schema(AnsweredBy),
    command: commandId
  }),
  TurnEnded: map(
    record({ turn, tag: one("completed", "interrupted"), commands: Arbitrary.array(commandId) }),
    ({ commands, tag, turn }) => ({
      turn,
      outcome: { _tag: tag },
      durationMillis: 0,
      commands
    })
  ),
  Compacted: record({ summary: text, keepFrom: sequence, why: text }),
  Reverted: record({ to: sequence })
}

/** Any event of any type. */
export const event: Arb<SessionEvent.SessionEvent> = oneOf(
  SessionEvent.types.map((type) =>
    // The pair is one of the union because `data` is keyed by type.
    map(data[type] as Arb<unknown>, (value) => ({ type, data: value }) as SessionEvent.SessionEvent)
  )
)

const unknownEvent = { type: "Unknown", version: 9, data: { type: "Dreamt", data: null } } as const

const envelope = (given: SessionEvent.SessionEvent | typeof unknownEvent, index: number): SessionEvent.StoredEvent => ({
  session: "ses_1" as Ids.SessionId,
  sequence: index + 1,
  id: `evt_${index}` as Ids.EventId,
  time: index,
  version: 1,
  ...given
})

/** Any stored events in any order, now and then one that a newer version wrote. */
export const log: Arb<ReadonlyArray<SessionEvent.StoredEvent>> = map(
  Arbitrary.array(
    oneOf<SessionEvent.SessionEvent | typeof unknownEvent>([
      event,
      event,
      event,
      event,
      event,
      event,
      event,
      Arbitrary.Constant(unknownEvent)
    ]),
    { maxLength: longest }
  ),
  (events) => events.map(envelope)
)

/** Mostly what a session's steps are made of, so that histories grow. */
export const steps: Arb<ReadonlyArray<SessionEvent.StoredEvent>> = map(
  Arbitrary.array(
    oneOf<SessionEvent.SessionEvent>(
      (
        [
          "StepStarted",
          "PartFinished",
          "CallRequested",
          "CallRequested",
          "CallSettled",
          "StepFinished",
          "NoteAdded",
          "CommandSubmitted",
          "InputDelivered",
          "TurnEnded",
          "Compacted",
          "Reverted"
        ] as const
      ).map((type) => map(data[type] as Arb<unknown>, (value) => ({ type, data: value }) as SessionEvent.SessionEvent))
    ),
    { minLength: 5, maxLength: longest }
  ),
  (events) => withOwnCalls(events).map(envelope)
)

/** Calls have UUIDs, so the same one is never requested in two steps: the second request of an id goes. */
const withOwnCalls = (events: ReadonlyArray<SessionEvent.SessionEvent>): ReadonlyArray<SessionEvent.SessionEvent> => {
  const seen = new Set<string>()
  return events.filter((given) => {
    if (given.type !== "CallRequested") return true
    const isNew = !seen.has(given.data.call.id)
    seen.add(given.data.call.id)
    return isNew
  })
}

const key = one("1", "2", "3")
const arguments_ = one("", "{}", '{"text":"x"}', '{"text":1}', "{", "null", "[1]", '"\\ud83d"', '{"text":"\\ud83d"}')
const finishUsage = { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 }

/** Any part of a model's answer. */
export const modelPart: Arb<ModelPart> = oneOf<ModelPart>([
  record({ type: one("text-start", "text-end", "reasoning-start", "reasoning-end", "call-end"), id: key }),
  record({ type: one("text-delta", "text-delta", "reasoning-delta", "call-delta"), id: key, text }),
  record({ type: one("text-delta"), id: key, text }),
  record({ type: one("call-start"), id: key, tool: one("echo", "missing") }),
  record({ type: one("call"), id: key, tool: one("echo", "Echo", "fails"), input: arguments_ }),
  record({
    type: one("call"),
    id: key,
    tool: one("search"),
    input: arguments_,
    hosted: Arbitrary.Constant(true as const)
  }),
  record({ type: one("call-result"), id: key, result: json, failed: one(true, false) }),
  record({ type: one("file"), mediaType: one("image/png"), base64: one("AA==", "") }),
  record({ type: one("source"), url: text }),
  record({ type: one("response"), responseId: text }),
  map(Arbitrary.schema(SessionEvent.FinishReason), (reason) => ({
    type: "finish" as const,
    reason,
    usage: finishUsage
  })),
  record({ type: one("unknown"), name: text })
])

/** Any parts in any order. */
export const modelParts: Arb<ReadonlyArray<ModelPart>> = Arbitrary.array(modelPart, { maxLength: longest })
