// Both built-in stores keep the contract; SQLite also with its own process-wide promises.
import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as SessionStoreMemory from "../../src/session/SessionStoreMemory.ts"
import { storeContract } from "../../src/testing/storeContract.ts"
import { storeIn, temporaryFolder } from "./support.ts"

describe("memory", () => {
  for (const { name, run } of storeContract(SessionStoreMemory.shared)) it.live(name, () => run)
})

describe("SQLite", () => {
  const fresh = Effect.map(temporaryFolder, (folder) => storeIn(folder))
  for (const { name, run } of storeContract(fresh)) it.live(name, () => run)
})
