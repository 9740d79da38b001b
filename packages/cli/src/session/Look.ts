/** Shows stored sessions. Only reads. */
import { SessionId } from "@rein/core/schema/Ids"
import { type SessionInfo, SessionStore } from "@rein/core/session/SessionStore"
import { fold } from "@rein/core/session/Fold"
import { Effect, Schema } from "effect"
import { UsageError } from "../Failure.ts"
import { dataFolder, realDirectory } from "../Folders.ts"
import * as Harness from "../Harness.ts"
import { ofProcess } from "../Output.ts"
import * as View from "../run/View.ts"
import { visible } from "../Visible.ts"

const row = ({ directory, id, title, updatedAt }: SessionInfo): string =>
  [id, new Date(updatedAt).toISOString().slice(0, 19), directory, ...(title === undefined ? [] : [title])].join("  ")

const withStore = <A, E>(effect: Effect.Effect<A, E, SessionStore>) =>
  Effect.flatMap(dataFolder, (data) => Effect.provide(effect, Harness.layerStore(data)))

/** One line for each session of a directory, or of all. */
export const list = Effect.fn("rein.session.list")(function* (given: string | undefined) {
  const directory = given === undefined ? undefined : yield* realDirectory(given)
  const found = yield* withStore(
    Effect.flatMap(SessionStore, (store) => store.list(directory === undefined ? {} : { directory }))
  )
  const output = ofProcess()
  for (const info of found) output.answer(`${visible(row(info))}\n`)
  if (found.length === 0) output.line(`No sessions${directory === undefined ? "" : ` in ${directory}`}.`)
})

/** The whole conversation. */
export const show = Effect.fn("rein.session.show")(function* (given: string) {
  const missing = new UsageError({
    message: `There is no session ${given}. \`rein session list --all\` shows all of them.`
  })
  const id = yield* Schema.decodeUnknownEffect(SessionId)(given).pipe(Effect.mapError(() => missing))
  const events = yield* withStore(Effect.flatMap(SessionStore, (store) => store.read(id, 0))).pipe(
    Effect.catchTag("StoreError", (error) => Effect.fail(error.reason._tag === "NotFound" ? missing : error))
  )
  const { directory, lastTurn } = fold(id, events)
  const output = ofProcess()
  output.line(`session ${id} in ${directory}`)
  const view = View.make({ output, withInputs: true })
  for (const event of events) view.show(event)
  if (lastTurn !== undefined) output.line(`last turn: ${lastTurn.outcome._tag}`)
})
