/** The command line of `rein models`. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"

const own = {
  provider: Argument.String("provider").pipe(
    Argument.withDescription("Only the models of this provider"),
    Argument.optional
  ),
  local: Flag.Boolean("local").pipe(
    Flag.withDescription("The servers of models that answer on this machine now"),
    Flag.withDefault(false)
  ),
  refresh: Flag.Boolean("refresh").pipe(
    Flag.withDescription("First load newer facts from models.dev, or from where REIN_MODELS_URL says"),
    Flag.withDefault(false)
  ),
  format: Flag.Literals("format", ["text", "json"]).pipe(
    Flag.withDescription("text, or json: one line for each model"),
    Flag.withDefault("text")
  )
}

/** `rein models`. What it runs is loaded when it is called. */
export const modelsCommand = Command.make(
  "models",
  own,
  Effect.fnUntraced(function* (given) {
    const { models } = yield* Effect.promise(() => import("./Models.ts"))
    yield* models({ ...given, provider: Option.getOrUndefined(given.provider) })
  })
).pipe(Command.withDescription("Lists models: limits, prices, what they can do, and whether there is a key"))
