/** Shows the events of a session as text, while they come or later from the store. */
import type { CallId, PartId } from "@rein/core/schema/Ids"
import * as ModelRef from "@rein/core/schema/ModelRef"
import type { Call, InputPart, OutputPart } from "@rein/core/schema/Part"
import type { Item } from "@rein/core/session/LiveHub"
import type { Output } from "../Output.ts"
import { oneLine, visible, visibleStream } from "../Visible.ts"
import { callLine, tone } from "./CallLine.ts"

/** Shows one session; its items have to come in their order. */
export interface View {
  readonly show: (item: Item) => void
}

/** Options of `make`; as a rule the person knows what they sent, so it is left out. */
export interface Options {
  readonly output: Output
  /** Also what the person sent; for looking at a session afterwards. */
  readonly withInputs?: boolean
  /** Calls that were made before the first event that is shown, and are settled later. */
  readonly calls?: ReadonlyArray<Call>
}

/** How much of a text part is on the screen. */
interface Shown {
  length: number
  readonly clean: (piece: string) => string
}

/** What was sent, as text. */
export const inputText = (parts: ReadonlyArray<InputPart>): string =>
  parts.map((part) => (part.type === "text" ? part.text : `[file ${part.name ?? part.mediaType}]`)).join("\n")

/** Makes a view; one per session, since it remembers what it has shown. */
export const make = ({ calls: open = [], output, withInputs = false }: Options): View => {
  const texts = new Map<PartId, Shown>()
  const calls = new Map<CallId, Call>(open.map((call) => [call.id, call]))

  const shownOf = (part: PartId): Shown => {
    const known = texts.get(part) ?? { length: 0, clean: visibleStream() }
    texts.set(part, known)
    return known
  }

  /** Shows what is new of a part's text from `offset` on. After lost deltas it waits for the whole text, which comes. */
  const text = (part: PartId, offset: number, piece: string) => {
    const shown = shownOf(part)
    if (offset > shown.length) return
    output.answer(shown.clean(piece.slice(shown.length - offset)))
    shown.length = Math.max(shown.length, offset + piece.length)
  }

  const finished = (part: OutputPart) => {
    if (part.type !== "text") return
    text(part.id, 0, part.text)
    texts.delete(part.id)
    output.endLine()
  }

  const stored = (item: Exclude<Item, { readonly after: number }>) => {
    switch (item.type) {
      case "PartFinished":
        return finished(item.data.part)
      case "CallRequested":
        calls.set(item.data.call.id, item.data.call)
        return
      case "CallSettled": {
        const call = calls.get(item.data.call)
        if (call !== undefined) output.line(callLine(call, item.data.result, output.width()), tone(item.data.result))
        return
      }
      case "AttemptFailed": {
        const { message, retryInMillis } = item.data
        // Without another attempt the outcome tells it.
        if (retryInMillis !== undefined) {
          output.line(`* ${oneLine(message, 200)} Again in ${(retryInMillis / 1000).toFixed(1)} s.`, "warning")
        }
        return
      }
      case "FellBack": {
        const { from, message, to } = item.data
        return output.line(
          `* ${oneLine(message, 200)} Goes on with ${oneLine(ModelRef.format(to))} instead of ${oneLine(ModelRef.format(from))} for this turn.`,
          "warning"
        )
      }
      case "NoteAdded":
        // The environment is told in every session, and of an interrupt the person knows.
        if (item.data.kind !== "environment" && item.data.kind !== "interrupted") {
          output.line(`* note to the model: ${oneLine(item.data.text, 200)}`, "quiet")
        }
        return
      case "ModelSwitched": {
        const { from, to } = item.data
        const before = from === undefined ? "" : `, before: ${ModelRef.format(from)}`
        return output.line(`* the model from now on: ${oneLine(`${ModelRef.format(to)}${before}`, 200)}`, "quiet")
      }
      case "TurnResumed":
        return output.line("* goes on with the turn that was cut off", "quiet")
      case "TurnSuspended":
        return output.line(
          "* the turn was cut off too often and waits until somebody lets it go on: rein run --continue",
          "warning"
        )
      case "CommandSubmitted":
        if (withInputs && item.data.request._tag === "input")
          output.line(`> ${visible(inputText(item.data.request.parts))}`)
        return
      case "Unknown":
        return output.line(`* an event that only a newer rein knows: ${oneLine(item.data.type)}`)
      default:
        return
    }
  }

  return {
    show: (item) => {
      if (!("after" in item)) return stored(item)
      if (item.type === "Delta" && item.kind === "text") return text(item.part, item.offset, item.text)
      if (item.type === "PartSoFar" && item.kind === "text") text(item.part, 0, item.text)
    }
  }
}
