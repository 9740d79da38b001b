// Session stores in a folder of their own, which goes with the scope.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer, type Scope } from "effect"
import * as NodeBlobs from "../../src/node/NodeBlobs.ts"
import * as SessionStoreSql from "../../src/node/SessionStoreSql.ts"
import type { Blobs } from "../../src/blob/Blobs.ts"
import { make as makeId, type SessionId } from "../../src/schema/Ids.ts"
import { make, type SessionEvent } from "../../src/schema/SessionEvent.ts"
import { layerSolo, type Ownership } from "../../src/session/Ownership.ts"
import { SessionStore, type StoreError } from "../../src/session/SessionStore.ts"

export const temporaryFolderIn = (parent: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(parent, "rein-store-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )

export const temporaryFolder = temporaryFolderIn(tmpdir())

export const blobsIn = (folder: string): Layer.Layer<Blobs> => NodeBlobs.layerWith({ directory: join(folder, "blobs") })

export const pathIn = (folder: string): string => join(folder, "rein.db")

/** The store in a folder, as the owner that the environment gives. */
export const storeIn = (
  folder: string,
  options: Partial<SessionStoreSql.Options> = {}
): Layer.Layer<SessionStore, StoreError, Ownership> =>
  SessionStoreSql.layerWith({ path: pathIn(folder), ...options }).pipe(Layer.provide(blobsIn(folder)))

/** Runs a program on the store in a folder, opened for it alone. */
export const onStore = <A, E, R>(
  folder: string,
  program: Effect.Effect<A, E, R | SessionStore>,
  options: Partial<SessionStoreSql.Options> = {}
) => Effect.provide(program, Layer.fresh(Layer.provide(storeIn(folder, options), layerSolo)))

export const created = (session: SessionId): SessionEvent =>
  make("SessionCreated", { directory: "/work", root: session, agent: "build", rein: "0.1.0" })

export const note = (text: string): SessionEvent => make("NoteAdded", { kind: "test", text })

/** A new, claimed session with these notes. */
export const sessionWith = Effect.fnUntraced(function* (texts: ReadonlyArray<string>) {
  const store = yield* SessionStore
  const session = makeId.session()
  yield* store.create(session, [created(session), ...texts.map(note)])
  return { session, fence: yield* store.claim(session) }
})
