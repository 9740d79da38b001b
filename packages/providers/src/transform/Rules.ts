/** All rules, in the order in which they are applied. */
import * as CallIds from "./CallIds.ts"
import * as Effort from "./Effort.ts"
import * as Empty from "./Empty.ts"
import * as Foreign from "./Foreign.ts"
import * as Media from "./Media.ts"
import * as Options from "./Options.ts"
import * as Order from "./Order.ts"
import * as Placeholder from "./Placeholder.ts"
import * as Reasoning from "./Reasoning.ts"
import type { Rule } from "./Rule.ts"
import * as Sampling from "./Sampling.ts"
import * as Schemas from "./Schemas.ts"

/** Those of other models come first: what they leave is then like one's own. Order comes last: others add messages. */
export const rules: ReadonlyArray<Rule> = [
  ...Foreign.rules,
  ...Reasoning.rules,
  ...Media.rules,
  ...Empty.rules,
  ...CallIds.rules,
  ...Order.rules,
  ...Schemas.rules,
  ...Placeholder.rules,
  ...Options.rules,
  ...Reasoning.settingsRules,
  ...Effort.rules,
  ...Sampling.rules
]
