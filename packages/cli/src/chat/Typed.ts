/** What a typed line means while nothing is asked. */

/** One line as it was understood; a command that does not exist is `wrong`, and no text for the model. */
export type Typed =
  | { readonly _tag: "empty" }
  /** For the model: now when nothing runs, else between two steps. */
  | { readonly _tag: "say"; readonly text: string }
  /** For the model, as a turn of its own. */
  | { readonly _tag: "queue"; readonly text: string }
  /** Ask this model from now on; without a name, say which one it is. */
  | { readonly _tag: "model"; readonly name: string }
  | { readonly _tag: "withdraw" | "retry" | "status" | "help" | "quit" }
  | { readonly _tag: "wrong"; readonly message: string }

/** The commands, for people. */
export const help = `A line goes to the model: at once when nothing runs, else between two steps.
  /queue TEXT  a turn of its own, when the running one has ended
  /withdraw    take back the last line that the model has not got yet
  /retry       ask the model again at once, instead of waiting
  /model NAME  ask another model from the next step on; without a name: which one it is
  /status      what it does, why, what it used, and how to step in
  /help        these lines
  /quit        leave; the session stays (rein chat --continue goes on with it)
A line that begins with two slashes goes to the model with one of them.
Ctrl-C interrupts; Ctrl-C again leaves.
`

const simple = ["withdraw", "retry", "status", "help", "quit"] as const

/** Reads one line. */
export const read = (line: string): Typed => {
  const text = line.trim()
  if (text === "") return { _tag: "empty" }
  if (!text.startsWith("/")) return { _tag: "say", text }
  if (text.startsWith("//")) return { _tag: "say", text: text.slice(1) }
  const [, name = "", rest = ""] = /^\/(\S*)\s*([\s\S]*)$/.exec(text) ?? []
  if (name === "queue") {
    return rest === ""
      ? { _tag: "wrong", message: "Write what to queue behind it: /queue TEXT" }
      : { _tag: "queue", text: rest }
  }
  if (name === "model") return { _tag: "model", name: rest.trim() }
  const command = simple.find((one) => one === name)
  if (command !== undefined && rest === "") return { _tag: command }
  if (command !== undefined) return { _tag: "wrong", message: `/${name} takes no text.` }
  return { _tag: "wrong", message: `There is no command /${name}. /help lists them; //${name} goes to the model.` }
}
