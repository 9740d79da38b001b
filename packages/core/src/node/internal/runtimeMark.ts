/**
 * The mark that every program of a runtime carries in its environment: whose it is, and how to tell whether that
 * runtime still lives. So whoever starts next can clear up after a runtime that died, without any file.
 */
import { uuidV7Unsafe } from "effect/crypto/SecureRandom"
import { hasEnded, pidNamespace, startOf } from "./processFacts.ts"

/** The variable that says whose a process is. */
export const ownerVariable = "REIN_OWNER"

/** `REIN_OWNER=<namespace>.<pid>.<start>.<id>:`, the beginning of what all programs of one runtime carry. */
export const makeRuntimeMark = (): string =>
  `${ownerVariable}=${pidNamespace() ?? "none"}.${process.pid}.${startOf(process.pid) ?? "none"}.${uuidV7Unsafe()}:`

const pattern = new RegExp(`^${ownerVariable}=(\\d+)\\.(\\d+)\\.(\\d+)\\.[^:]*:`)

/** The runtime mark in an environment (`/proc/PID/environ`), if that runtime has died. Of a foreign namespace nothing is known. */
export const markOfDead = (environment: string): string | undefined => {
  const entry = environment.split("\0").find((one) => one.startsWith(`${ownerVariable}=`))
  const [mark, namespace, pid, start = ""] = (entry === undefined ? null : pattern.exec(entry)) ?? []
  if (mark === undefined || namespace !== pidNamespace()) return undefined
  return hasEnded(Number(pid), start) ? mark : undefined
}
