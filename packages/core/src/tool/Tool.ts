/**
 * What a tool is: a value with a description, parameters, a safety and an effect.
 *
 * Validation, guard, permission, truncation, progress and timeouts are added by
 * `ToolRunner`, so no author can forget them.
 */
import type { Action, Layer as RuleLayer, Rule } from "@rein/permission"
import { Effect, type Schema } from "effect"
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "effect/StandardSchema"
import type { CallId, SessionId } from "../schema/Ids.ts"
import type { CallJob, FilePart } from "../schema/Part.ts"
import type { Offer } from "../schema/Question.ts"
import type { Safety } from "../schema/SessionEvent.ts"
import { ToolError } from "../schema/ToolError.ts"

type Json = Schema.Json

/** What differs from call to call. */
export interface ToolContext {
  readonly session: SessionId
  readonly call: CallId
  readonly agent: string
  /** The session's directory as a real path. */
  readonly directory: string
  /** The call's idempotency key: the same when an `idempotent` call runs again after a crash. */
  readonly key: CallId
  /** Shows a line while the tool runs; lost if nobody looks. */
  readonly progress: (text: string) => Effect.Effect<void>
}

/** What a tool gives back. `output` is for the model, `title` one line for people, `metadata` for programs. */
export interface ToolResult {
  readonly title?: string
  readonly output: string
  readonly metadata?: Readonly<Record<string, Json>>
  readonly attachments?: ReadonlyArray<FilePart>
  /** A job that the call has started, or that it tells the end of: then no note tells it again. */
  readonly job?: CallJob
}

/** What a need comes to under the rules in force. */
export interface Verdict {
  readonly action: Action
  /** In a few words, for people. */
  readonly why: string
  /** The rest of what a person should see, in place of the need's own. */
  readonly details?: string
  /** What decided, if it was a rule. */
  readonly rule?: Rule
  readonly origin?: string
  /** What an answer for the session or the project would save. Without any, only this call can be allowed. */
  readonly offers?: ReadonlyArray<Offer>
}

/** Something the call wants to touch, to be allowed before it runs. */
export interface PermissionNeed {
  readonly permission: string
  /** Real values: the command, the real path, the host. */
  readonly patterns: ReadonlyArray<string>
  /** One line for people: what will be done. */
  readonly title: string
  /** The rest of what a person should see, e.g. a diff. */
  readonly details?: string
  /** What must be allowed besides, e.g. to leave the session's directory. Judged by itself, asked together with the rest. */
  readonly also?: ReadonlyArray<Pick<PermissionNeed, "permission" | "patterns">>
  /** What an answer for the session or the project would save. Default: exactly the values, and those of `also`. */
  readonly offers?: ReadonlyArray<Offer>
  /**
   * Decides in place of the comparison of values with rules, where values do not tell enough, as with a line of shell.
   * The layers are all that are in force; what people have answered is among them, as layers that only count for asks.
   */
  readonly judge?: (layers: ReadonlyArray<RuleLayer>) => Effect.Effect<Verdict>
}

/** What a tool can say of its own call that had begun when the runtime died. */
export type Recovery =
  | { readonly _tag: "happened"; readonly result: ToolResult }
  | { readonly _tag: "did-not-happen" }
  | { readonly _tag: "unknown" }

/** A call whose input was valid. */
export interface PreparedCall {
  readonly permissions: (context: ToolContext) => Effect.Effect<ReadonlyArray<PermissionNeed>, ToolError>
  readonly journal?: (context: ToolContext) => Effect.Effect<Json | undefined, ToolError>
  readonly resources?: (context: ToolContext) => Effect.Effect<ReadonlyArray<string>, ToolError>
  readonly execute: (context: ToolContext) => Effect.Effect<ToolResult, ToolError>
  readonly recover?: (context: ToolContext, journal: Json | undefined) => Effect.Effect<Recovery, ToolError>
}

/** A tool, with the type of its input closed over. */
export interface Tool {
  readonly name: string
  readonly description: string
  /** JSON Schema (draft 2020-12) of the input, as the model gets it. */
  readonly jsonSchema: Json
  readonly safety: Safety
  /** Which end of a long output is kept. */
  readonly keep: "head" | "tail"
  readonly timeoutMillis: number
  /** Checks the input; the error tells the model what was expected. */
  readonly prepare: (input: Json) => Effect.Effect<PreparedCall, ToolError>
}

/** Parameters: any Standard Schema that can also tell its JSON Schema (zod, Effect Schema, valibot, ...). */
export type Parameters<Input> = StandardSchemaV1<unknown, Input> & StandardJSONSchemaV1<unknown, Input>

/** What an author gives. Whatever a call may do, its `safety` says what happens after a crash. */
export interface Options<Input> {
  readonly description: string
  readonly parameters: Parameters<Input>
  readonly safety: Safety
  /** What the call wants to touch. Without it: the permission is the tool's name and the value `*`. */
  readonly permissions?: (input: Input, context: ToolContext) => Effect.Effect<ReadonlyArray<PermissionNeed>, ToolError>
  /**
   * What else must not use at the same time, e.g. `file:/project/a.ts`: calls of a step that name the same resource run in
   * the order in which the model made them. Calls of safety `once` do so anyway.
   */
  readonly resources?: (input: Input, context: ToolContext) => Effect.Effect<ReadonlyArray<string>, ToolError>
  /** Default 2 minutes, from the start of the call: waiting for a person or for other calls does not count. */
  readonly timeoutMillis?: number
  /** Default `head`. */
  readonly keep?: "head" | "tail"
  readonly execute: (input: Input, context: ToolContext) => Effect.Effect<ToolResult, ToolError>
  /** What `recover` has to know of the state before the call. Small, without effects; stored with the start of the call. */
  readonly journal?: (input: Input, context: ToolContext) => Effect.Effect<Json | undefined, ToolError>
  /** For `once` tools that can find out by themselves whether a call happened. */
  readonly recover?: (
    input: Input,
    context: ToolContext,
    journal: Json | undefined
  ) => Effect.Effect<Recovery, ToolError>
}

/** A call may take this long unless its tool says otherwise. */
export const defaultTimeoutMillis = 120_000

const explain = (name: string, issues: ReadonlyArray<StandardSchemaV1.Issue>): string => {
  const lines = issues.map((issue) => {
    const path = (issue.path ?? [])
      .map((segment) => String(typeof segment === "object" ? segment.key : segment))
      .join(".")
    return `- ${path === "" ? "input" : path}: ${issue.message}`
  })
  return `The input of ${name} is not valid, so it did not run:\n${lines.join("\n")}\nCall it again with an input that fits its schema.`
}

/** Makes a tool. */
export const make = <Input>(name: string, options: Options<Input>): Tool => {
  const prepared = (input: Input): PreparedCall => {
    const { journal, permissions, recover, resources } = options
    return {
      permissions: (context) =>
        permissions?.(input, context) ?? Effect.succeed([{ permission: name, patterns: ["*"], title: name }]),
      ...(resources === undefined ? {} : { resources: (context: ToolContext) => resources(input, context) }),
      ...(journal === undefined ? {} : { journal: (context: ToolContext) => journal(input, context) }),
      execute: (context) => options.execute(input, context),
      ...(recover === undefined
        ? {}
        : { recover: (context: ToolContext, noted: Json | undefined) => recover(input, context, noted) })
    }
  }
  return {
    name,
    description: options.description,
    // The standard says "a JSON Schema object"; a JSON Schema is JSON.
    jsonSchema: options.parameters["~standard"].jsonSchema.input({ target: "draft-2020-12" }) as Json,
    safety: options.safety,
    keep: options.keep ?? "head",
    timeoutMillis: options.timeoutMillis ?? defaultTimeoutMillis,
    prepare: Effect.fnUntraced(function* (input) {
      const checked = yield* Effect.tryPromise({
        try: async () => options.parameters["~standard"].validate(input),
        catch: (cause) => new ToolError({ message: `The schema of ${name} failed: ${String(cause)}` })
      })
      if (checked.issues !== undefined) return yield* new ToolError({ message: explain(name, checked.issues) })
      return prepared(checked.value)
    })
  }
}

/** Makes a tool by an effect that takes its services once. */
export const effect = <Input, R>(
  name: string,
  options: Effect.Effect<Options<Input>, never, R>
): Effect.Effect<Tool, never, R> => Effect.map(options, (made) => make(name, made))
