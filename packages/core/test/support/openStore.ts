// Opens a store and adds a session. Prints the reason and message of the error, or the word `stored`.
import { Effect } from "effect"
import { onStore, sessionWith } from "../session/support.ts"

const [folder = ""] = process.argv.slice(2)

const program = Effect.match(onStore(folder, sessionWith([])), {
  onFailure: (error) => ({ reason: error.reason._tag, message: error.message }),
  onSuccess: () => ({ reason: "stored", message: "" })
})

console.log(JSON.stringify(await Effect.runPromise(program)))
