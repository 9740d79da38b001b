/** A durable store for `createAgent`: one SQLite file, and the blobs beside it. */
import { dirname, join } from "node:path"
import { Layer } from "effect"
import type { Blobs } from "../blob/Blobs.ts"
import type { SessionStore, StoreError } from "../session/SessionStore.ts"
import * as NodeBlobs from "./NodeBlobs.ts"
import * as NodeOwnership from "./NodeOwnership.ts"
import * as SessionStoreSql from "./SessionStoreSql.ts"

/** Opens the store in `file`, making it and its directory when they are missing. Blobs go to `blobs/` in the same directory. */
export const sqlite = (
  file: string,
  options: Omit<SessionStoreSql.Options, "path"> = {}
): Layer.Layer<SessionStore | Blobs, StoreError> => {
  const blobs = NodeBlobs.layerWith({
    directory: join(dirname(file), "blobs"),
    ...(options.durability === undefined ? {} : { durability: options.durability })
  })
  const store = Layer.provide(SessionStoreSql.layerWith({ ...options, path: file }), [blobs, NodeOwnership.layer])
  return Layer.merge(store, blobs)
}
