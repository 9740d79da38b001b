/** Large values by the SHA-256 of their bytes. Putting the same bytes twice stores them once. */
import { Context, Effect, Layer, Schema } from "effect"
import { BlobHash } from "../schema/Ids.ts"

/** A blob could not be written or read. */
export class BlobError extends Schema.TaggedError<BlobError>("@rein/core/blob/Blobs/BlobError")("BlobError", {
  operation: Schema.Literals(["put", "get"]),
  detail: Schema.String,
  /** Where it is known: what is wrong with the place, by the names that a store has for it. */
  reason: Schema.optionalKey(Schema.Literals(["Full", "NotWritable"]))
}) {
  override get message() {
    return `A stored value could not be ${this.operation === "put" ? "written" : "read"}: ${this.detail}`
  }
}

/** Keeps blobs. There is no way to remove one: a log may name it for ever. */
export class Blobs extends Context.Service<
  Blobs,
  {
    /** Stores the bytes (text as UTF-8); when it succeeds they survive the death of the process. */
    readonly put: (value: string | Uint8Array) => Effect.Effect<BlobHash, BlobError>
    /** The bytes; fails when they are missing or no longer have their hash. */
    readonly get: (hash: BlobHash) => Effect.Effect<Uint8Array, BlobError>
  }
>()("@rein/core/blob/Blobs") {}

/** The hash of a blob. */
export const hashOf = (bytes: Uint8Array): Effect.Effect<BlobHash> =>
  Effect.promise(() => globalThis.crypto.subtle.digest("SHA-256", new Uint8Array(bytes))).pipe(
    Effect.map((digest) =>
      BlobHash.make(Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join(""))
    )
  )

/** The bytes of a value. */
export const bytesOf = (value: string | Uint8Array): Uint8Array =>
  typeof value === "string" ? new TextEncoder().encode(value) : value

/** Keeps blobs in memory, for as long as the runtime lives. */
export const layerMemory: Layer.Layer<Blobs> = Layer.sync(Blobs, () => {
  const held = new Map<BlobHash, Uint8Array>()
  return Blobs.of({
    put: Effect.fnUntraced(function* (value) {
      const bytes = bytesOf(value)
      const hash = yield* hashOf(bytes)
      held.set(hash, bytes)
      return hash
    }),
    get: Effect.fnUntraced(function* (hash) {
      const bytes = held.get(hash)
      if (bytes === undefined)
        return yield* new BlobError({ operation: "get", detail: `nothing is stored under ${hash}` })
      return bytes
    })
  })
})
