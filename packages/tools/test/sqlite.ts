// A store on disk that outlives its process.
import { join } from "node:path"
import * as NodeBlobs from "@rein/core/node/NodeBlobs"
import * as NodeOwnership from "@rein/core/node/NodeOwnership"
import * as SessionStoreSql from "@rein/core/node/SessionStoreSql"
import { Layer } from "effect"

export const sqlite = (data: string) =>
  SessionStoreSql.layerWith({ path: join(data, "rein.db") }).pipe(
    Layer.provide([NodeBlobs.layerWith({ directory: join(data, "blobs") }), NodeOwnership.layer])
  )
