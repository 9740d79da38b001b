/** The frozen sections of the system text. What differs between two sessions of a project is the first note, not here. */
import { Context, Effect, Layer } from "effect"
import type { Agent } from "../agent/Agents.ts"
import type { ModelRef } from "../schema/ModelRef.ts"

/** What the sections may depend on: nothing that changes within an epoch. */
export interface PromptInput {
  readonly agent: Agent
  readonly model: ModelRef
  /** The session's directory. */
  readonly directory: string
  readonly instructions: ReadonlyArray<string>
}

/** Writes what the model is told before anything else. */
export class SystemPrompt extends Context.Service<
  SystemPrompt,
  {
    /** The sections in order; called once per epoch. */
    readonly sections: (input: PromptInput) => Effect.Effect<ReadonlyArray<string>>
    /** What a session is told in front of its first input, if anything. */
    readonly firstNote: (directory: string) => Effect.Effect<string | undefined>
  }
>()("@rein/core/context/SystemPrompt") {}

const identity = [
  "You are an agent that works for a person with the tools you are given.",
  "Work on the task until it is done; look before you change, and check what you changed.",
  "When a tool answers with an error, read it and do what it says. When a call is declined, do not try it again in another way: say what you would need.",
  'Text in <note kind="..."> comes from the runtime, not from the person.',
  "When you are done, say in a few sentences what you did and what is left."
].join("\n")

/** Options of the one template. */
export interface Options {
  /** Facts that are equal in every session on this machine, e.g. platform and shell. */
  readonly environment: ReadonlyArray<string>
}

/** One template: identity and rules, stable environment, instructions. */
export const layerWith = (options: Options): Layer.Layer<SystemPrompt> =>
  Layer.succeed(
    SystemPrompt,
    SystemPrompt.of({
      sections: ({ agent, instructions }) =>
        Effect.succeed(
          [agent.prompt ?? identity, options.environment.join("\n"), ...instructions].filter(
            (section) => section !== ""
          )
        ),
      firstNote: Effect.fnUntraced(function* (directory) {
        const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
        return `Working directory: ${directory}\nDate: ${new Date(now).toISOString().slice(0, 10)}`
      })
    })
  )

/** The default: the template without anything about the machine. */
export const layer: Layer.Layer<SystemPrompt> = layerWith({ environment: [] })

/** Exactly these sections and nothing else. */
export const layerFixed = (sections: ReadonlyArray<string>): Layer.Layer<SystemPrompt> =>
  Layer.succeed(
    SystemPrompt,
    SystemPrompt.of({ sections: () => Effect.succeed(sections), firstNote: () => Effect.succeed(undefined) })
  )
