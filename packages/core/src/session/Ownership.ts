/** Who runs a session's turns: one owner at a time, by a claim that ends with the owner's life. */
import { Context, Effect, Layer, Schema } from "effect"
import { uuid } from "../internal/uuid.ts"

/** A running runtime. On one boot of a machine it lives as long as its process; `started` tells it from a later process with the same pid. */
export const Owner = Schema.Struct({
  id: Schema.String,
  host: Schema.String,
  boot: Schema.String,
  pid: Schema.Int,
  started: Schema.String,
  /** Since when it holds the claim that it stands in, in milliseconds since 1970. */
  since: Schema.optionalKey(Schema.Finite)
})
/** A runtime as others see it in the claim that it holds. */
export type Owner = typeof Owner.Type

/** An owner on another machine, or of an earlier boot, counts as dead when its last heartbeat is this old. */
export const heartbeatLimitMillis = 30_000

/** Tells who this runtime is, and whether another one still lives. */
export class Ownership extends Context.Service<
  Ownership,
  {
    /** This runtime. */
    readonly self: Owner
    /** Does the owner still live? `heartbeatAgeMillis` decides only where its process cannot be looked at. */
    readonly isAlive: (owner: Owner, heartbeatAgeMillis: number) => Effect.Effect<boolean>
  }
>()("@rein/core/session/Ownership") {}

/** For stores that one process alone can see: every owner in it lives until it releases its claims. */
export const layerSolo: Layer.Layer<Ownership> = Layer.sync(Ownership, () =>
  Ownership.of({
    self: { id: uuid(), host: "solo", boot: "solo", pid: 0, started: "solo" },
    isAlive: () => Effect.succeed(true)
  })
)
