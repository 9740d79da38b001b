/** Keeps a copy of open text in the store while a turn runs, so that a crash loses little of it. */
import { Context, Effect, Fiber, Schema, Scope } from "effect"
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

/** What keeps the draft of one turn. Most turns wait most of the time, so nothing is made before text comes. */
class Keeper {
  readonly #session: OpenSession
  readonly #fork: (work: Effect.Effect<void>) => Fiber.Fiber<void>
  #unsaved = 0
  #isSaved = false
  #saving: Fiber.Fiber<void> | undefined
  #hurry: (() => void) | undefined

  constructor(session: OpenSession, fork: (work: Effect.Effect<void>) => Fiber.Fiber<void>) {
    this.#session = session
    this.#fork = fork
  }

  grown(length: number): void {
    this.#unsaved += length
    if (this.#unsaved >= atOnce) this.#hurry?.()
    this.#saving ??= this.#fork(this.#saveSoon())
  }

  /** The turn is over: a draft whose step is settled goes. */
  get end(): Effect.Effect<void> {
    const remove = Effect.suspend(() =>
      this.#isSaved && this.#session.state().step === undefined
        ? Effect.asVoid(within(this.#session.saveDraft(undefined), removeWithin))
        : Effect.void
    )
    return this.#saving === undefined ? remove : Effect.andThen(Fiber.interrupt(this.#saving), remove)
  }

  #saveSoon(): Effect.Effect<void> {
    return Effect.whileLoop({
      while: () => this.#unsaved > 0,
      body: () => Effect.andThen(Effect.raceFirst(Effect.sleep(every), this.#enough()), this.#save()),
      step: () => {}
    }).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          this.#saving = undefined
        })
      )
    )
  }

  #enough(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.#hurry = () => resume(Effect.void)
      if (this.#unsaved >= atOnce) this.#hurry()
      return Effect.sync(() => {
        this.#hurry = undefined
      })
    })
  }

  #save(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#unsaved = 0
      const draft = textOf(this.#session)
      if (draft === undefined && !this.#isSaved) return Effect.void
      this.#isSaved = draft !== undefined
      return Effect.ignore(this.#session.saveDraft(draft))
    })
  }
}

/**
 * Saves open text and reasoning until the scope closes, and removes the draft when their step is settled. Nothing runs
 * while no text comes. A draft that cannot be saved costs nothing but the draft.
 */
export const keepDraft = (session: OpenSession): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(Effect.context<Scope.Scope>(), (context) => {
    const keeper = new Keeper(session, Effect.runForkWith(context))
    const forget = session.onText((length) => keeper.grown(length))
    const end = Effect.suspend(() => {
      forget()
      return keeper.end
    })
    return Scope.addFinalizer(Context.get(context, Scope.Scope), end)
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
