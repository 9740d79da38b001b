/** Facts about models in a file: what is kept there was written by this or another version, or by a person. */
import { Option, Schema } from "effect"
import type { Models } from "./Snapshot.ts"

const Count = Schema.Union([Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)), Schema.Literal("unknown")])
const Money = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const rates = { input: Money, output: Money, cacheRead: Money, cacheWrite: Money }

/** The models of one provider, by their names. */
export const StoredModels = Schema.Record(
  Schema.String,
  Schema.Struct({
    name: Schema.optionalKey(Schema.String),
    contextTokens: Count,
    outputTokens: Count,
    prices: Schema.Union([
      Schema.Struct({ ...rates, above: Schema.optionalKey(Schema.Array(Schema.Struct({ tokens: Money, ...rates }))) }),
      Schema.Literal("unknown")
    ]),
    capabilities: Schema.optionalKey(
      Schema.Struct({ tools: Schema.Boolean, reasoning: Schema.Boolean, input: Schema.Array(Schema.String) })
    )
  })
)

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(StoredModels))

/** Reads what was stored; nothing when any of it is no fact. */
export const readStored = (text: string): Models | undefined => Option.getOrUndefined(decode(text))
