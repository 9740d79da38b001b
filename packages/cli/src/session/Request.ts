/** Shows what a step has asked its model, before and after the rules of its provider. Only reads, and sends nothing. */
import { Blobs } from "@rein/core/blob/Blobs"
import * as PastRequest from "@rein/core/context/PastRequest"
import * as ModelRef from "@rein/core/schema/ModelRef"
import { Inspect } from "@rein/providers"
import { Effect } from "effect"
import { UsageError } from "../Failure.ts"
import { dataFolder } from "../Folders.ts"
import * as Harness from "../Harness.ts"
import { ofProcess, type Output } from "../Output.ts"
import { stored } from "../run/Choose.ts"
import { withoutSecrets } from "../Secrets.ts"
import { visible, visibleJson } from "../Visible.ts"
import * as Readable from "./Readable.ts"

/** The words of the command line; that there is such a session and such a step is found out here. */
export interface Given {
  readonly session: string
  /** From 1; without one the last. */
  readonly step: string | undefined
  readonly format: "text" | "json"
}

/** What programs read; raised when a field changes its meaning or goes. */
const schemaVersion = 1

const number = Effect.fnUntraced(function* (text: string): Effect.fn.Return<number, UsageError> {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  return yield* new UsageError({ message: `${text} is no step: write a whole number from 1 on.` })
})

const find = Effect.fnUntraced(function* ({ session, step }: Given) {
  const wanted = step === undefined ? undefined : yield* number(step)
  const { id } = yield* stored(session)
  const readable = Readable.make()
  const events = yield* readable.read(id)
  const past = yield* PastRequest.load(yield* Blobs, id, events, wanted).pipe(
    Effect.catchTag("StepNotFound", ({ message }) => new UsageError({ message }))
  )
  return { id, past, end: readable.end }
})

const section = (output: Output, title: string, value: unknown): void => {
  output.answer(`\n== ${title}\n${visible(withoutSecrets(JSON.stringify(value, null, 2)))}\n`)
}

const tell = (output: Output, past: PastRequest.PastRequest, seen: Inspect.Inspection): void => {
  const { request, step, steps } = past
  const names = seen.changes.map(({ name, what }) => `  ${name}: ${what}`)
  output.answer(
    [
      `step ${step} of ${steps}, ${ModelRef.format(request.model)}`,
      ...(past.isSame ? [] : ["another version of rein has built it otherwise: this is what it would be now"]),
      names.length === 0 ? "no rule has changed it" : "changed by",
      ...names,
      ""
    ]
      .map(visible)
      .join("\n")
  )
  section(output, "the request", request)
  section(output, "what the provider's package is given", seen.options)
  if (seen.wire !== undefined) section(output, `POST ${seen.wire.url}`, seen.wire.body)
  else output.answer(`\n== nothing is sent\n${visible(withoutSecrets(seen.refusal ?? ""))}\n`)
}

/** One request, in one of two forms. */
export const request = Effect.fn("rein.session.request")(function* (given: Given) {
  const layer = Harness.layerStore(yield* dataFolder)
  const { end, id, past } = yield* Effect.provide(find(given), layer)
  const seen = yield* Inspect.inspectHere(past.request)
  const output = ofProcess()
  if (given.format === "text") {
    tell(output, past, seen)
    return yield* end
  }
  const { isSame, request: before, step, steps } = past
  const whole = { type: "Request", schemaVersion, session: id, step, steps, isSame, request: before, ...seen }
  output.answer(`${withoutSecrets(visibleJson(whole))}\n`)
  yield* end
})
