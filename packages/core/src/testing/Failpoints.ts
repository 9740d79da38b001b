/**
 * Places where a runtime can be made to die: before and after everything that leaves a trace outside of it.
 *
 * They are put around layers, so what is shipped knows nothing of them. A point has a name, e.g. `store append
 * TurnEnded, before`; what happens there is up to whoever gives `at`: record it, or end the process.
 */
import { Effect, Layer, Stream } from "effect"
import { Blobs } from "../blob/Blobs.ts"
import { Model } from "../model/Model.ts"
import { isSemantic } from "../model/ModelPart.ts"
import { Processes } from "../process/Processes.ts"
import { SessionStore } from "../session/SessionStore.ts"

/** Called whenever a point is passed. It may never come back. */
export type At = (point: string) => void

/** Passes a point before an effect and one after its success. */
export const around = <A, E, R>(at: At, what: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    at(`${what}, before`)
    return Effect.tap(effect, () => Effect.sync(() => at(`${what}, after`)))
  })

/** The store with points around all that it writes. */
export const store = (at: At): Layer.Layer<SessionStore, never, SessionStore> =>
  Layer.effect(
    SessionStore,
    Effect.map(SessionStore, (inner) =>
      SessionStore.of({
        ...inner,
        create: (session, events) => around(at, "store create", inner.create(session, events)),
        append: (session, fence, after, events) => {
          const append = inner.append(session, fence, after, events)
          if (events.length === 0) return append
          return around(at, `store append ${events.map((event) => event.type).join("+")}`, append)
        },
        submit: (session, command, request) =>
          around(at, `store submit ${request._tag}`, inner.submit(session, command, request)),
        claim: (session) => around(at, "store claim", inner.claim(session)),
        release: (fence) => around(at, "store release", inner.release(fence)),
        saveDraft: (session, fence, draft) => {
          const what = draft === undefined ? "store remove draft" : "store save draft"
          return around(at, what, inner.saveDraft(session, fence, draft))
        }
      })
    )
  )

/** Blobs with points around each that is put. */
export const blobs = (at: At): Layer.Layer<Blobs, never, Blobs> =>
  Layer.effect(
    Blobs,
    Effect.map(Blobs, (inner) => Blobs.of({ ...inner, put: (value) => around(at, "blob put", inner.put(value)) }))
  )

/** Processes with points around each run and at its first output. */
export const processes = (at: At): Layer.Layer<Processes, never, Processes> =>
  Layer.effect(
    Processes,
    Effect.map(Processes, (inner) =>
      Processes.of({
        ...inner,
        run: (options) => {
          let isFirst = true
          const onOutput: typeof options.onOutput = (stream, bytes) =>
            Effect.suspend(() => {
              if (isFirst) at("process run, first output")
              isFirst = false
              return options.onOutput?.(stream, bytes) ?? Effect.void
            })
          return around(at, "process run", inner.run({ ...options, onOutput }))
        }
      })
    )
  )

/** The model with points before each request, at its first part and at the end of its answer. */
export const model = (at: At): Layer.Layer<Model, never, Model> =>
  Layer.effect(
    Model,
    Effect.map(Model, (inner) =>
      Model.of({
        stream: (request) =>
          Stream.suspend(() => {
            at("model request, before")
            let isFirst = true
            return inner.stream(request).pipe(
              Stream.tap((part) =>
                Effect.sync(() => {
                  if (isFirst && isSemantic(part)) at("model request, first part")
                  isFirst &&= !isSemantic(part)
                })
              ),
              Stream.onEnd(Effect.sync(() => at("model request, after")))
            )
          })
      })
    )
  )
