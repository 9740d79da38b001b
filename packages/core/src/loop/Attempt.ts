/** Reads one answer: until its stream ends or fails, the step should stop, or the model is silent for too long. */
import { type Duration, Effect, Exit, Stream } from "effect"
import { stoppable } from "../internal/stoppable.ts"
import type { ModelPart } from "../model/ModelPart.ts"
import { type Limits, Watch } from "../model/Watchdog.ts"
import type { ModelError } from "../schema/ModelError.ts"
import type { StoreError } from "../session/SessionStore.ts"
import type { StopSignal } from "./StopSignal.ts"

/** After its finish the stream is read until it closes, or so long. */
export const closeWithin: Duration.Input = "2 seconds"

/** A stream that ignores its interruption is waited for so long. */
const grace: Duration.Input = "1 second"

/** The stream to read, and everything that can end the reading. */
export interface Reading {
  readonly stream: Stream.Stream<ModelPart, ModelError>
  /** Its name for people. */
  readonly model: string
  readonly limits: Limits
  readonly stop: StopSignal
  /** Has the answer said that it is finished? */
  readonly isFinished: () => boolean
  /** Takes what has come; the next parts are not asked for before it is done. */
  readonly accept: (batch: ReadonlyArray<ModelPart>) => Effect.Effect<void, StoreError>
}

type End = (exit: Exit.Exit<void, ModelError>) => void

const reading = ({ accept, isFinished, limits, model, stop, stream }: Reading, end: End) =>
  Effect.clockWith((clock) => {
    const watch = new Watch(limits, model, () => clock.currentTimeMillisUnsafe())
    let closing = false

    // Both timers are children of the reading fiber and end with it.
    const patrol = Effect.gen(function* () {
      for (let pause = watch.lookAgainIn; pause > 0; pause = watch.lookAgainIn) yield* Effect.sleep(pause)
      // The end that comes behind a finish has its own, shorter time.
      if (!closing) end(Exit.fail(watch.error))
    })
    const close = Effect.andThen(
      Effect.sleep(closeWithin),
      Effect.sync(() => end(Exit.void))
    )

    const take = Effect.fnUntraced(function* (batch: ReadonlyArray<ModelPart>) {
      watch.arrived(batch)
      yield* accept(batch)
      if (!closing && isFinished()) {
        closing = true
        yield* Effect.forkChild(close)
      }
      watch.wait()
      return [stop.reason() !== undefined] as const
    })

    const drain = stream.pipe(
      Stream.mapArrayEffect(take),
      Stream.takeUntil((stopped) => stopped),
      Stream.runDrain
    )
    return Effect.andThen(Effect.forkChild(patrol), drain)
  })

/** The model's error is the error of the attempt; a stop is none. */
export const readAnswer = (options: Reading): Effect.Effect<void, ModelError | StoreError> =>
  Effect.suspend(() => {
    const { stop } = options
    let ended: Exit.Exit<void, ModelError> = Exit.void
    let close = () => {}
    const end: End = (exit) => {
      ended = exit
      close()
    }
    // Beside `takeUntil`, because a model that is silent gives no part after which to look.
    const listen = (stopReading: () => void) => {
      close = stopReading
      return stop.onRequest(() => end(Exit.void))
    }
    return Effect.flatMap(stoppable(reading(options, end), { listen, grace }), (exit) => exit ?? ended)
  })
