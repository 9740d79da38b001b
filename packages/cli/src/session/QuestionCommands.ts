/** The command lines of `rein session questions` and `rein session answer`. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"

const format = Flag.Literals("format", ["text", "json"]).pipe(
  Flag.withDescription("json: one line of JSON each; default: text"),
  Flag.withDefault("text" as const)
)

/** `rein session questions`. */
export const questionsCommand = Command.make(
  "questions",
  {
    session: Argument.String("session").pipe(
      Argument.withDescription("Only those of this session; default: all of the directory"),
      Argument.optional
    ),
    all: Flag.Boolean("all").pipe(Flag.withDescription("Those of every directory"), Flag.withDefault(false)),
    dir: Flag.String("dir").pipe(
      Flag.withDescription("Those of this directory; default: the current one"),
      Flag.withDefault(".")
    ),
    format
  },
  Effect.fnUntraced(function* (given) {
    const { questions } = yield* Effect.promise(() => import("./OpenQuestions.ts"))
    yield* questions({ ...given, session: Option.getOrUndefined(given.session) })
  })
).pipe(Command.withDescription("Lists the questions that wait for an answer"))

/** `rein session answer`. */
export const answerCommand = Command.make(
  "answer",
  {
    question: Argument.String("question").pipe(
      Argument.withDescription("The id, as `rein session questions` shows it")
    ),
    answer: Argument.String("answer").pipe(Argument.withDescription("once, session, project or reject")),
    message: Flag.String("message").pipe(
      Flag.withDescription("With reject: what the model reads, and goes on with; without it the turn ends"),
      Flag.optional
    ),
    format
  },
  Effect.fnUntraced(function* (given) {
    const { answer } = yield* Effect.promise(() => import("./OpenQuestions.ts"))
    yield* answer({ ...given, message: Option.getOrUndefined(given.message) })
  })
).pipe(Command.withDescription("Answers a question, also while another process waits for it"))
