/** `rein chat`: a person and an agent, line by line. */
import { isatty } from "node:tty"
import type { InputId, SessionId, TurnId } from "@rein/core/schema/Ids"
import * as ModelRef from "@rein/core/schema/ModelRef"
import * as Outcome from "@rein/core/schema/Outcome"
import type { Question } from "@rein/core/schema/Question"
import type { Item } from "@rein/core/session/LiveHub"
import { openCalls } from "@rein/core/session/SessionState"
import { Sessions } from "@rein/core/session/Sessions"
import { ModelName } from "@rein/providers"
import { Clock, Effect, Queue, Result as EffectResult, Schedule } from "effect"
import { Ended } from "../Failure.ts"
import * as Harness from "../Harness.ts"
import { ofProcess, type Output } from "../Output.ts"
import * as Choose from "../run/Choose.ts"
import * as Follow from "../run/Follow.ts"
import * as QuestionText from "../run/QuestionText.ts"
import * as Result from "../run/Result.ts"
import * as Signals from "../run/Signals.ts"
import * as Tally from "../run/Tally.ts"
import * as Turns from "../run/Turns.ts"
import * as View from "../run/View.ts"
import { oneLine, visible } from "../Visible.ts"
import * as Mailbox from "./Mailbox.ts"
import { statusText } from "./StatusText.ts"
import * as Typed from "./Typed.ts"

/** After the person wants to leave the end may take so long; then the process goes, and the store knows what was open. */
const endMillis = 2_500

const closed = "The input was closed before anybody answered."

interface Sent {
  readonly text: string
  /** Typed while the agent was at work, so that it is worth a word when it gets there. */
  readonly isWaiting: boolean
  /** The turn that has got it. */
  readonly turn?: TurnId
}

/** What the chat knows between two messages. */
interface Talk {
  readonly session: SessionId
  readonly output: Output
  /** What the command line says; a session that goes on may have another. */
  readonly model: ModelRef.ModelRef | undefined
  readonly isTerminal: boolean
  readonly groups: ReadonlySet<number>
  readonly view: View.View
  readonly mailbox: Mailbox.Mailbox
  /** Lines that were sent and have not come to their end. */
  readonly sent: Map<InputId, Sent>
  /** Asked, in their order; the first one is on the screen. */
  readonly questions: Array<Question>
  /** Rejected because nobody can answer any more. */
  readonly rejected: Set<Question["id"]>
  tally: Tally.Tally
  isBusy: boolean
  /** The person has typed `n` and may say why. */
  asksWhy: boolean
  isInputOver: boolean
  /** Since the last line: the first interrupts, the second leaves. */
  interrupts: number
  exitCode: number
}

const quiet = ({ output }: Talk, text: string): void => {
  output.endLine()
  output.line(text, "quiet")
}

const show = (talk: Talk, text: string): void => {
  talk.output.endLine()
  process.stderr.write(text)
}

const put = (talk: Talk): void => {
  const [question] = talk.questions
  if (question !== undefined) show(talk, `${QuestionText.intro(question)}${QuestionText.choices}`)
}

/** Says that it is the person's turn: again what can be answered, else a mark on a terminal. */
const invite = (talk: Talk): void => {
  const { asksWhy, isBusy, isInputOver, isTerminal, output, questions } = talk
  output.endLine()
  if (questions.length > 0) return show(talk, asksWhy ? QuestionText.why : QuestionText.choices)
  if (isTerminal && !isInputOver && !isBusy) process.stderr.write("> ")
}

const settled = (talk: Talk, id: Question["id"]): void => {
  const index = talk.questions.findIndex((question) => question.id === id)
  if (index === -1) return
  talk.questions.splice(index, 1)
  talk.asksWhy = false
  if (index === 0) put(talk)
}

/** What an event changes for the chat, besides what the view shows of it. */
const follow = (talk: Talk, item: Exclude<Item, { readonly after: number }>): void => {
  const { output, sent } = talk
  switch (item.type) {
    case "TurnStarted":
    case "TurnResumed":
      talk.isBusy = true
      talk.tally = Tally.make()
      return
    case "CommandSubmitted": {
      const { request } = item.data
      // What was typed here is on the screen already.
      if (request._tag === "input" && !sent.has(request.input))
        quiet(talk, `* from elsewhere: ${oneLine(View.inputText(request.parts), 200)}`)
      return
    }
    case "InputDelivered": {
      const { input, turn } = item.data
      const line = sent.get(input)
      if (line === undefined) return
      sent.set(input, { ...line, turn })
      if (line.isWaiting) quiet(talk, `* the model gets: ${oneLine(line.text, 200)}`)
      return
    }
    case "InputWithdrawn": {
      const line = sent.get(item.data.input)
      sent.delete(item.data.input)
      if (line !== undefined) quiet(talk, `* taken back: ${oneLine(line.text, 200)}`)
      return
    }
    case "QuestionAsked":
      talk.questions.push(item.data.question)
      if (talk.questions.length === 1) put(talk)
      return
    case "QuestionSettled":
      return settled(talk, item.data.question)
    case "TurnEnded": {
      const { outcome, turn } = item.data
      talk.isBusy = false
      for (const [input, line] of sent) if (line.turn === turn) sent.delete(input)
      talk.exitCode = Outcome.exitCode(outcome)
      const facts = { session: talk.session, outcome, exitCode: talk.exitCode, counted: talk.tally.counted(), text: "" }
      output.endLine()
      output.line(Result.summary(facts), Result.tone(facts))
      return invite(talk)
    }
    default:
      return
  }
}

const take = (talk: Talk, items: ReadonlyArray<Item>): void => {
  for (const item of items) {
    talk.tally.see(item)
    talk.view.show(item)
    if (!("after" in item)) follow(talk, item)
  }
}

/** Events do not tell of a broken store, nor of an owner that has died: whoever waits for the outcome learns of the one and takes over from the other. */
const watch = Effect.fnUntraced(function* ({ mailbox, session }: Talk, input: InputId) {
  const sessions = yield* Sessions
  yield* Effect.forkScoped(
    Effect.catchCause(sessions.outcome(session, input), (cause) => Queue.failCause(mailbox, cause))
  )
})

const say = Effect.fnUntraced(function* (talk: Talk, text: string, delivery: "steer" | "queue") {
  const sessions = yield* Sessions
  if (talk.isBusy) quiet(talk, delivery === "steer" ? "* for the next step" : "* for a turn of its own")
  const isWaiting = talk.isBusy
  const input = yield* sessions.prompt(talk.session, text, { delivery })
  // Its events are taken out of the mailbox after this.
  talk.sent.set(input, { text, isWaiting })
  yield* watch(talk, input)
})

const withdraw = Effect.fnUntraced(function* (talk: Talk) {
  const sessions = yield* Sessions
  const { waiting } = yield* sessions.state(talk.session)
  const last = waiting.findLast(({ input }) => talk.sent.has(input.input))
  if (last === undefined) return quiet(talk, "* nothing waits: the model has got it all")
  yield* sessions.withdraw(talk.session, last.input.input)
})

const switchModel = Effect.fnUntraced(function* (talk: Talk, name: string) {
  const sessions = yield* Sessions
  const { epoch, model } = yield* sessions.state(talk.session)
  const current = model ?? epoch?.model ?? talk.model
  if (name === "") {
    return quiet(talk, current === undefined ? "* no model yet" : `* ${visible(ModelRef.format(current))}`)
  }
  const read = ModelName.read(name)
  if (EffectResult.isFailure(read)) return quiet(talk, visible(read.failure))
  yield* sessions.switchModel(talk.session, read.success)
})

const answer = Effect.fnUntraced(function* (talk: Talk, question: Question, line: string) {
  const read = talk.asksWhy ? QuestionText.rejection(line) : QuestionText.readAnswer(line)
  if (read === undefined) return show(talk, QuestionText.choices)
  talk.asksWhy = read === "why"
  if (read === "why") return show(talk, QuestionText.why)
  yield* (yield* Sessions).answer(talk.session, question.id, read)
})

/** Does what a typed line says. True when the person leaves. */
const typed = Effect.fnUntraced(function* (talk: Talk, line: string) {
  talk.interrupts = 0
  const [question] = talk.questions
  if (question !== undefined && !line.startsWith("/")) return yield* Effect.as(answer(talk, question, line), false)
  const read = Typed.read(line)
  switch (read._tag) {
    case "quit":
      return true
    case "say":
      yield* say(talk, read.text, "steer")
      return false
    case "queue":
      yield* say(talk, read.text, "queue")
      return false
    case "model":
      yield* switchModel(talk, read.name)
      break
    case "withdraw":
      yield* withdraw(talk)
      break
    case "retry":
      if (!(yield* (yield* Sessions).retryNow(talk.session))) quiet(talk, "* nothing waits to ask the model again")
      break
    case "status": {
      const now = yield* Clock.currentTimeMillis
      for (const one of statusText(yield* (yield* Sessions).status(talk.session), now)) quiet(talk, one)
      break
    }
    case "help":
      show(talk, Typed.help)
      break
    case "wrong":
      quiet(talk, visible(read.message))
      break
    case "empty":
      break
  }
  invite(talk)
  return false
})

/** The first one stops the turn and takes back what waits, so that nothing goes on; true for the second. */
const interrupted = Effect.fnUntraced(function* (talk: Talk) {
  talk.interrupts += 1
  if (talk.interrupts > 1) return true
  const state = yield* (yield* Sessions).state(talk.session)
  const isOpen = state.turn !== undefined || state.waiting.length > 0
  quiet(talk, isOpen ? "* stopping; Ctrl-C again leaves" : "* nothing runs; Ctrl-C again leaves")
  if (isOpen) yield* Turns.stopOnce(talk.session)
  else invite(talk)
  return false
})

/** Rejects each question that nobody can answer any more, once. */
const rejectOpen = Effect.fnUntraced(function* ({ questions, rejected, session }: Talk) {
  const sessions = yield* Sessions
  const open = questions.filter(({ id }) => !rejected.has(id))
  for (const { id } of open) {
    rejected.add(id)
    yield* sessions.answer(session, id, { _tag: "reject", message: closed })
  }
})

/** Handles one message; gives the exit code when it was the last one. */
const handle = Effect.fnUntraced(function* (talk: Talk, message: Mailbox.Message) {
  switch (message._tag) {
    case "items":
      take(talk, message.items)
      break
    case "line":
      if (yield* typed(talk, message.text)) return 0
      break
    case "end":
      talk.isInputOver = true
      break
    case "signal":
      if (message.name !== "SIGINT") return Signals.codes[message.name]
      if (yield* interrupted(talk)) {
        Signals.killAll(talk.groups)
        return Signals.codes.SIGINT
      }
  }
  if (!talk.isInputOver) return undefined
  yield* rejectOpen(talk)
  return talk.isBusy || talk.sent.size > 0 ? undefined : talk.exitCode
})

/** Stops what still runs, for a while. */
const leave = Effect.fnUntraced(function* (talk: Talk) {
  const { session } = talk
  const sessions = yield* Sessions
  const isOver = Effect.map(sessions.state(session), ({ turn, waiting }) => turn === undefined && waiting.length === 0)
  if (yield* isOver) return
  // After a Ctrl-C it was said.
  if (talk.interrupts === 0) quiet(talk, "* stopping")
  const over = Effect.repeat(isOver, { until: (is) => is, schedule: Schedule.spaced("20 millis") })
  yield* Effect.raceFirst(over, Turns.stop(session)).pipe(Effect.timeoutOption(endMillis))
})

interface Prepared {
  readonly place: Choose.Place
  readonly model: ModelRef.ModelRef | undefined
  readonly groups: ReadonlySet<number>
}

const inSession = Effect.fnUntraced(function* (given: Choose.Given, { groups, model, place }: Prepared) {
  const sessions = yield* Sessions
  const agent = yield* Choose.agent(given.agent)
  const session = yield* Choose.session(place, agent, given.model !== undefined)
  const state = yield* sessions.state(session)
  const output = ofProcess()
  const isTerminal = isatty(0) && isatty(2)
  const talk: Talk = {
    session,
    output,
    model,
    isTerminal,
    groups,
    view: View.make({ output, calls: openCalls(state) }),
    mailbox: yield* Mailbox.open(session, state.sequence, process.stdin),
    sent: new Map(),
    questions: [],
    rejected: new Set(),
    tally: Tally.make(),
    isBusy: state.turn !== undefined,
    asksWhy: false,
    isInputOver: false,
    interrupts: 0,
    exitCode: 0
  }
  quiet(talk, `* session ${session} in ${visible(place.directory)}; /help lists the commands`)
  talk.questions.push(...state.questions)
  put(talk)
  const open = Turns.openInput(state)
  if (open === undefined) invite(talk)
  else yield* Effect.andThen(sessions.resume(session), watch(talk, open))
  for (;;) {
    const code = yield* handle(talk, yield* Queue.take(talk.mailbox))
    if (code === undefined) continue
    yield* Signals.exitAtTheLatest(code)
    yield* leave(talk)
    return code
  }
})

/** Talks until the person leaves or nothing more can be typed. */
export const chat = Effect.fn("rein.chat")(function* (given: Choose.Given) {
  const chosen = yield* Choose.all(given)
  const known = chosen.place.session?.id
  const owner = known === undefined ? undefined : yield* Effect.provide(Follow.holderOf(known), chosen.store)
  if (known !== undefined && owner !== undefined) return yield* Follow.inUse(known, owner)
  yield* Effect.provide(Choose.switchModel(chosen.place, chosen.model), chosen.store)
  const groups = new Set<number>()
  const layer = Harness.layer({ ...chosen, isAttended: true, groups })
  const code = yield* Effect.provide(inSession(given, { place: chosen.place, model: chosen.model, groups }), layer)
  if (code !== 0) return yield* new Ended({ code })
}, Effect.scoped)
