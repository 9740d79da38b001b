/** Keeps a copy of open text in the store while a turn runs, so that a crash loses at most a second of it. */
import { Effect, Schema, type Scope } from "effect"
import { PartId, StepId } from "../schema/Ids.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { StoreError } from "../session/SessionStore.ts"

/** The draft row is looked at so often, and written when the open text has changed. */
export const every = "1 second"

/** Each part with its step: a draft that was not overwritten in time says nothing of the next step. */
const Draft = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({ step: StepId, kind: Schema.Literals(["text", "reasoning"]), id: PartId, text: Schema.String })
  )
)

/** Saves open text and reasoning until the scope closes. A draft that cannot be saved costs nothing but the draft. */
export const keepDraft = (session: OpenSession): Effect.Effect<void, never, Scope.Scope> => {
  let saved = 0
  const save = Effect.suspend(() => {
    const open = session.live
      .openParts()
      .flatMap(({ kind, part, step, text }) => (kind === "call" ? [] : [{ step, kind, id: part, text }]))
    const length = open.reduce((sum, { text }) => sum + text.length, 0)
    if (length === saved) return Effect.void
    const draft = open.length === 0 ? undefined : Schema.encodeSync(Draft)(open)
    return Effect.map(session.saveDraft(draft), () => {
      saved = length
    })
  })
  return Effect.sleep(every).pipe(Effect.andThen(Effect.ignore(save)), Effect.forever, Effect.forkScoped, Effect.asVoid)
}

/** Turns the draft that a dead owner left into interrupted parts of its open step. */
export const recoverDraft = Effect.fnUntraced(function* (session: OpenSession): Effect.fn.Return<void, StoreError> {
  const { step } = session.state()
  const text = yield* session.readDraft
  if (text === undefined) return
  const draft = Schema.decodeUnknownOption(Draft)(text)
  if (step !== undefined && step.finish === undefined && draft._tag === "Some") {
    const known = new Set(step.items.flatMap((item) => (item.type === "part" ? [item.part.id] : [])))
    const parts = draft.value.filter((part) => part.step === step.step && part.text !== "" && !known.has(part.id))
    const events = parts.map(({ id, kind, text: said }) =>
      SessionEvent.make("PartFinished", { step: step.step, part: { type: kind, id, text: said, interrupted: true } })
    )
    if (events.length > 0) yield* session.append(events)
  }
  yield* session.saveDraft(undefined)
})
