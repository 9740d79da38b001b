/** A server of Node on this machine for as long as the scope is open, and its address. */
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

export const listening = (server: Server) =>
  Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
    () =>
      Effect.promise(() => {
        server.closeAllConnections()
        return new Promise<void>((resolve) => server.close(() => resolve()))
      })
    // A server that listens on a port has an address of this form.
  ).pipe(Effect.map(() => `http://127.0.0.1:${(server.address() as AddressInfo).port}`))
