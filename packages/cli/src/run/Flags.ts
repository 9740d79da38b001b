/** The flags that say how to work, of every command that does. */
import { Option } from "effect"
import { Flag } from "effect/cli"
import type * as Choose from "./Choose.ts"

const rule = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("permission:pattern"),
    Flag.withDescription(`${description}; can be repeated`),
    Flag.atLeast(0)
  )

/** For the command's configuration. */
export const flags = {
  model: Flag.String("model").pipe(
    Flag.withAlias("m"),
    Flag.withDescription(
      "The model, as provider/model, or a recording, as replay:file; a continued session is switched to another one"
    ),
    Flag.optional
  ),
  record: Flag.String("record").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription("Record what goes to the model and comes from it, for --model replay:file"),
    Flag.optional
  ),
  fallback: Flag.String("fallback").pipe(
    Flag.withMetavar("provider/model"),
    Flag.withDescription("Ask this model for the rest of a turn when the one before it fails; can be repeated"),
    Flag.atLeast(0)
  ),
  "fallback-any-price": Flag.Boolean("fallback-any-price").pipe(
    Flag.withDescription("Fall back also to a model that costs more, or whose price is unknown"),
    Flag.withDefault(false)
  ),
  agent: Flag.String("agent").pipe(
    Flag.withDescription("The agent to work with, default: build; a continued session has its own"),
    Flag.optional
  ),
  allow: rule("allow", "Allow what this rule matches, e.g. bash:npm test*"),
  ask: rule("ask", "Ask for what this rule matches, also with --yes"),
  deny: rule("deny", "Deny what this rule matches, e.g. edit:secrets/*"),
  yes: Flag.Boolean("yes").pipe(Flag.withDescription("Allow everything that no rule denies"), Flag.withDefault(false)),
  "max-steps": Flag.String("max-steps").pipe(
    Flag.withMetavar("number"),
    Flag.withDescription("Stop after so many steps, with exit code 11"),
    Flag.optional
  ),
  dir: Flag.String("dir").pipe(
    Flag.withDescription("The directory to work in; default: the current one, or that of --session"),
    Flag.optional
  ),
  continue: Flag.Boolean("continue").pipe(
    Flag.withAlias("c"),
    Flag.withDescription("Go on with the newest session of the directory, first with what was left open"),
    Flag.withDefault(false)
  ),
  session: Flag.String("session").pipe(Flag.withDescription("Go on with this session"), Flag.optional),
  debug: Flag.Boolean("debug").pipe(
    Flag.withDescription("With an error, also say where it came from"),
    Flag.withDefault(false)
  )
}

/** The flags as the command line gives them. */
export interface Parsed {
  readonly model: Option.Option<string>
  readonly fallback: ReadonlyArray<string>
  readonly "fallback-any-price": boolean
  readonly record: Option.Option<string>
  readonly agent: Option.Option<string>
  readonly allow: ReadonlyArray<string>
  readonly ask: ReadonlyArray<string>
  readonly deny: ReadonlyArray<string>
  readonly yes: boolean
  readonly "max-steps": Option.Option<string>
  readonly dir: Option.Option<string>
  readonly continue: boolean
  readonly session: Option.Option<string>
}

/** What they came to. */
export const read = (parsed: Parsed): Choose.Given => ({
  model: Option.getOrUndefined(parsed.model),
  fallback: { models: parsed.fallback, anyPrice: parsed["fallback-any-price"] },
  record: Option.getOrUndefined(parsed.record),
  agent: Option.getOrUndefined(parsed.agent),
  maxSteps: Option.getOrUndefined(parsed["max-steps"]),
  rules: { allow: parsed.allow, ask: parsed.ask, deny: parsed.deny, yes: parsed.yes },
  directory: Option.getOrUndefined(parsed.dir),
  goOn: parsed.continue,
  session: Option.getOrUndefined(parsed.session)
})
