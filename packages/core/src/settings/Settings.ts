/** The merged configuration, and where each part of it comes from. */
import type { Layer as RuleLayer, Options as PatternOptions } from "@rein/permission"
import { Context, Effect, Layer } from "effect"
import type { ModelRef } from "../schema/ModelRef.ts"

/** What is in force in one directory. Only rules keep their layers apart. */
export interface Values {
  /** The model of sessions whose agent names none. */
  readonly model?: ModelRef
  /** Rules in the order of their layers: built-in, user, project. */
  readonly rules: ReadonlyArray<RuleLayer>
  /** Rules behind those of the agent, e.g. what a command line allows and denies. */
  readonly lastRules?: ReadonlyArray<RuleLayer>
  /** What patterns mean here, e.g. the home directory that `~` stands for. */
  readonly patterns?: PatternOptions
}

/** Gives the settings of a directory, asked anew each time that they are needed. */
export class Settings extends Context.Service<
  Settings,
  {
    /** The settings that are in force in a directory. */
    readonly forDirectory: (directory: string) => Effect.Effect<Values>
  }
>()("@rein/core/settings/Settings") {}

/** The same settings everywhere. */
export const layerValues = (values: Values): Layer.Layer<Settings> =>
  Layer.succeed(Settings, Settings.of({ forDirectory: () => Effect.succeed(values) }))

/** No model, no rules: everything is asked. */
export const layer: Layer.Layer<Settings> = layerValues({ rules: [] })
