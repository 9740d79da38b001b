/** What was decided of a permission, kept with the call for whoever asks later why it could run. */
import { Schema } from "effect"
import { QuestionId } from "./Ids.ts"

/** A rule decided, or a saved answer; or somebody just now. */
export const Decided = Schema.Struct({
  permission: Schema.String,
  /** What it was wanted for; long values are cut, the call itself has them whole. */
  values: Schema.Array(Schema.String),
  by: Schema.Literals(["rule", "person", "policy"]),
  /** Where the rule comes from, or which answer it was. */
  origin: Schema.String,
  rule: Schema.optionalKey(Schema.Struct({ permission: Schema.String, pattern: Schema.String })),
  question: Schema.optionalKey(QuestionId)
})
/** One decision on one permission; a call that needed several has several. */
export type Decided = typeof Decided.Type

const shownValues = 20
const shownLength = 300

const cut = (value: string): string =>
  value.length <= shownLength ? value : `${value.slice(0, shownLength - 1).toWellFormed()}…`

/** Values as they are kept: the log must not grow by them. */
export const shortValues = (values: ReadonlyArray<string>): ReadonlyArray<string> =>
  values.length <= shownValues
    ? values.map(cut)
    : [...values.slice(0, shownValues).map(cut), `… and ${values.length - shownValues} more`]

/** One line for people. */
export const describe = ({ by, origin }: Decided): string => (by === "rule" ? `rule of ${origin}` : `${by}: ${origin}`)
