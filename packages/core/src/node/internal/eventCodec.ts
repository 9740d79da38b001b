/** Between events and their rows. Large data goes to the blobs before the row that names it. */
import { Effect, Result } from "effect"
import type { Blobs } from "../../blob/Blobs.ts"
import type { BlobHash, SessionId } from "../../schema/Ids.ts"
import { decode, type EventRow, type SessionEvent, type StoredEvent } from "../../schema/SessionEvent.ts"
import { StoreError } from "../../session/SessionStore.ts"
import type { StoredRow } from "./sessionTables.ts"

/** JSON with more bytes than this is not kept in the table. */
export const blobThreshold = 64 * 1024

/** An event whose data is ready to be inserted. */
export interface EncodedEvent {
  readonly event: SessionEvent
  readonly data: string | null
  readonly blob: BlobHash | null
}

const isLarge = (json: string): boolean =>
  // One character is at most three bytes, so most texts need not be counted.
  json.length * 3 > blobThreshold && Buffer.byteLength(json) > blobThreshold

const inRow = (event: SessionEvent): EncodedEvent => ({ event, data: JSON.stringify(event.data), blob: null })

const putLarge = (blobs: Blobs["Service"], encoded: EncodedEvent): Effect.Effect<EncodedEvent, StoreError> => {
  const { data, event } = encoded
  if (data === null || !isLarge(data)) return Effect.succeed(encoded)
  return blobs.put(data).pipe(
    Effect.map((blob): EncodedEvent => ({ event, data: null, blob })),
    Effect.mapError(
      (error) => new StoreError({ reason: { _tag: error.reason ?? "Unavailable" }, message: error.message })
    )
  )
}

/** Makes the data of events ready; after it only the rows are missing. */
export const encodeEvents = (
  blobs: Blobs["Service"],
  events: ReadonlyArray<SessionEvent>
): Effect.Effect<ReadonlyArray<EncodedEvent>, StoreError> =>
  Effect.suspend(() => {
    const encoded = events.map(inRow)
    return encoded.some((one) => isLarge(one.data ?? ""))
      ? Effect.forEach(encoded, (one) => putLarge(blobs, one))
      : Effect.succeed(encoded)
  })

/** The error for an event that cannot be read; the session is the only one to lose anything. */
export const damaged = (session: SessionId, sequence: number, detail: string): StoreError =>
  new StoreError({
    reason: { _tag: "Corrupt" },
    message: `Event ${sequence} of session ${session} is damaged: ${detail}. The other sessions are not affected; restore a copy of the store to get this one back.`
  })

const decodeText = (row: StoredRow, text: string): Result.Result<StoredEvent, StoreError> => {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    return Result.fail(damaged(row.session, row.sequence, error instanceof Error ? error.message : String(error)))
  }
  const { id, sequence, session, time, type, version } = row
  const whole: EventRow = { session, sequence, id, time, version, type, data }
  return Result.mapError(decode(whole), (error) => damaged(row.session, row.sequence, error.detail))
}

const textOf = (blobs: Blobs["Service"], row: StoredRow): Effect.Effect<string, StoreError> =>
  row.blob === null
    ? Effect.fail(damaged(row.session, row.sequence, "its data is missing"))
    : blobs.get(row.blob).pipe(
        Effect.map((bytes) => new TextDecoder().decode(bytes)),
        Effect.mapError((error) => damaged(row.session, row.sequence, error.message))
      )

/** Reads rows up to the first damaged one; that one is told when it is the first of all. */
export const decodeSound = Effect.fnUntraced(function* (
  blobs: Blobs["Service"],
  rows: ReadonlyArray<StoredRow>
): Effect.fn.Return<ReadonlyArray<StoredEvent>, StoreError> {
  const all = yield* Effect.result(decodeRows(blobs, rows))
  if (Result.isSuccess(all)) return all.success
  const events: Array<StoredEvent> = []
  for (const row of rows) {
    const one = yield* Effect.result(decodeRows(blobs, [row]))
    if (Result.isSuccess(one)) events.push(...one.success)
    else if (events.length === 0) return yield* one.failure
    else break
  }
  return events
})

/** Reads rows; the usual ones, whose data lies in the table, in one go. */
export const decodeRows = Effect.fnUntraced(function* (
  blobs: Blobs["Service"],
  rows: ReadonlyArray<StoredRow>
): Effect.fn.Return<ReadonlyArray<StoredEvent>, StoreError> {
  const events: Array<StoredEvent> = []
  for (const row of rows) {
    const event = decodeText(row, row.data ?? (yield* textOf(blobs, row)))
    if (Result.isFailure(event)) return yield* event.failure
    events.push(event.success)
  }
  return events
})
