/** The command line of `rein demo`. */
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"

const dir = Flag.String("dir").pipe(
  Flag.withDescription("Work on this copy of examples/fix-the-bug/project; default: a new copy"),
  Flag.optional
)

const model = Flag.String("model").pipe(
  Flag.withAlias("m"),
  Flag.withDescription("Give the same task to a real model, as provider/model; default: a scripted one"),
  Flag.optional
)

/** `rein demo`. */
export const demoCommand = Command.make(
  "demo",
  { dir, model },
  Effect.fnUntraced(function* (given) {
    const { demo } = yield* Effect.promise(() => import("./Demo.ts"))
    yield* demo({ directory: Option.getOrUndefined(given.dir), model: Option.getOrUndefined(given.model) })
  })
).pipe(Command.withDescription("Repairs a small project with a scripted model; needs no key and no network"))
