/** Notices a turn that goes round in circles. Looks at the folded log only. */
import { Context, Effect, Layer } from "effect"
import type { Call } from "../schema/Part.ts"
import { inputKey } from "../session/History.ts"
import type { SessionState, SettledCall } from "../session/SessionState.ts"

/** `note` is told to the model once; `stop` ends the turn as `no-progress`. */
export type Advice =
  | { readonly _tag: "go-on" }
  | { readonly _tag: "note"; readonly text: string }
  | { readonly _tag: "stop"; readonly message: string }

export class ProgressGuard extends Context.Service<
  ProgressGuard,
  {
    /** Before a call is authorised. A stop here means that the call does not run. */
    readonly beforeCall: (state: SessionState, call: Call) => Effect.Effect<Exclude<Advice, { _tag: "note" }>>
    /** After each step. */
    readonly afterStep: (state: SessionState) => Effect.Effect<Advice>
  }
>()("@rein/core/loop/ProgressGuard") {}

export interface Options {
  /** So many equal calls in a row with equal results bring a note. */
  readonly note: number
  /** So many end the turn. */
  readonly stop: number
}

/** Three equal calls: a note. A fourth one is stopped before it runs. */
export const defaults: Options = { note: 3, stop: 4 }

const isEqual = (a: SettledCall, b: SettledCall): boolean =>
  a.tool === b.tool && a.input === b.input && a.output === b.output

/** How many calls at the end of the turn were equal, with equal results. */
export const repeats = (recent: ReadonlyArray<SettledCall>): number => {
  const last = recent.at(-1)
  if (last === undefined) return 0
  const different = recent.findLastIndex((call) => !isEqual(call, last))
  return recent.length - 1 - different
}

const goOn = { _tag: "go-on" } as const

export const layerWith = (options: Options): Layer.Layer<ProgressGuard> =>
  Layer.succeed(
    ProgressGuard,
    ProgressGuard.of({
      beforeCall: (state, call) => {
        const last = state.recent.at(-1)
        const again = last !== undefined && last.tool === call.tool && last.input === inputKey(call)
        if (!again || repeats(state.recent) + 1 < options.stop) return Effect.succeed(goOn)
        return Effect.succeed({
          _tag: "stop",
          message: `${call.tool} was called ${options.stop} times in a row with the same input, and gave the same result each time`
        })
      },
      afterStep: (state) => {
        const count = repeats(state.recent)
        const last = state.recent.at(-1)
        if (last === undefined || count !== options.note) return Effect.succeed(goOn)
        return Effect.succeed({
          _tag: "note",
          text: `You have called ${last.tool} ${count} times in a row with the same input, and got the same result each time. Try something else, or say what is in the way.`
        })
      }
    })
  )

export const layer: Layer.Layer<ProgressGuard> = layerWith(defaults)

/** Lets everything go on. */
export const layerOff: Layer.Layer<ProgressGuard> = Layer.succeed(
  ProgressGuard,
  ProgressGuard.of({ beforeCall: () => Effect.succeed(goOn), afterStep: () => Effect.succeed(goOn) })
)
