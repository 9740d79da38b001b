/** What anyone may ask of a session. A command is stored first and takes effect at most once, by an event of the owner that names it. */
import { Schema } from "effect"
import { InputId, QuestionId, TurnId } from "./Ids.ts"
import { ModelRef } from "./ModelRef.ts"
import { InputPart } from "./Part.ts"
import { Answer } from "./Question.ts"

/** `steer` is delivered between steps of the running turn, `queue` starts the next turn. */
export const Delivery = Schema.Literals(["steer", "queue"])
/** When an input reaches the model. */
export type Delivery = typeof Delivery.Type

/** Something to tell the model. Without a running turn either delivery starts one. */
export const Input = Schema.TaggedStruct("input", {
  input: InputId,
  delivery: Delivery,
  parts: Schema.Array(InputPart)
})
/** An input with its parts; its id is what a caller waits with for the outcome. */
export type Input = typeof Input.Type

/** Takes an input back. Ignored once the input was delivered. */
export const Withdraw = Schema.TaggedStruct("withdraw", { input: InputId })
/** Answers an open question; the first answer counts. */
export const AnswerQuestion = Schema.TaggedStruct("answer", { question: QuestionId, answer: Answer })
/** Without a turn: whatever turn runs when the owner reads it. */
export const Interrupt = Schema.TaggedStruct("interrupt", { turn: Schema.optionalKey(TurnId) })

/** From the next step on another model is asked. */
export const SwitchModel = Schema.TaggedStruct("model", { model: ModelRef })

/** All that can be asked. The id of a command is stored beside it, not in it. */
export const Command = Schema.Union([Input, Withdraw, AnswerQuestion, Interrupt, SwitchModel])
/** One thing that somebody asks of a session. */
export type Command = typeof Command.Type
