/** Keeps a copy of open text in the store while a turn runs, so that a crash loses little of it. */
import { Effect, Fiber, Schema, type Scope } from "effect"
import { within } from "../internal/within.ts"
import { PartId, StepId } from "../schema/Ids.ts"
import * as SessionEvent from "../schema/SessionEvent.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { StoreError } from "../session/SessionStore.ts"

/** New text is in the store after so long. */
export const every = "1 second"

/** So many new characters are stored at once. */
export const atOnce = 8_192

/** Removing the draft at the end of the turn may wait so long for the store. */
const removeWithin = "500 millis"

/** Each part with its step: a draft that was not overwritten in time says nothing of the next step. */
const Draft = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({ step: StepId, kind: Schema.Literals(["text", "reasoning"]), id: PartId, text: Schema.String })
  )
)

const textOf = (session: OpenSession): string | undefined => {
  const open = session.live
    .openParts()
    .flatMap(({ kind, part, step, text }) => (kind === "call" ? [] : [{ step, kind, id: part, text }]))
  return open.length === 0 ? undefined : Schema.encodeSync(Draft)(open)
}

/**
 * Saves open text and reasoning until the scope closes, and removes the draft when their step is settled. Nothing runs
 * while no text comes. A draft that cannot be saved costs nothing but the draft.
 */
export const keepDraft = Effect.fnUntraced(function* (
  session: OpenSession
): Effect.fn.Return<void, never, Scope.Scope> {
  const fork = yield* Effect.map(Effect.context<never>(), Effect.runForkWith)
  let unsaved = 0
  let isSaved = false
  let saving: Fiber.Fiber<void> | undefined
  let hurry: (() => void) | undefined

  const enough = Effect.callback<void>((resume) => {
    hurry = () => resume(Effect.void)
    if (unsaved >= atOnce) hurry()
    return Effect.sync(() => {
      hurry = undefined
    })
  })
  const save = Effect.suspend(() => {
    unsaved = 0
    const draft = textOf(session)
    if (draft === undefined && !isSaved) return Effect.void
    isSaved = draft !== undefined
    return Effect.ignore(session.saveDraft(draft))
  })
  const saveSoon = Effect.gen(function* () {
    while (unsaved > 0) {
      yield* Effect.raceFirst(Effect.sleep(every), enough)
      yield* save
    }
  }).pipe(
    Effect.ensuring(
      Effect.sync(() => {
        saving = undefined
      })
    )
  )

  const forget = session.onText((length) => {
    unsaved += length
    if (unsaved >= atOnce) hurry?.()
    saving ??= fork(saveSoon)
  })
  const finish = Effect.fnUntraced(function* () {
    if (saving !== undefined) yield* Fiber.interrupt(saving)
    if (isSaved && session.state().step === undefined) yield* within(session.saveDraft(undefined), removeWithin)
  })
  yield* Effect.addFinalizer(() => {
    forget()
    return saving === undefined && !isSaved ? Effect.void : finish()
  })
})

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
