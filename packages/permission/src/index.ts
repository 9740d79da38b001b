export * as Arity from "./Arity.ts"
export * as Judge from "./judge/Judge.ts"
/** What `Judge` takes and gives. */
export type { CommandJudgement, Context, Facts, Judgement, PathJudgement } from "./judge/Judgement.ts"
export { readOnly } from "./judge/ReadOnly.ts"
export * as Review from "./Review.ts"
export * as Rules from "./Rules.ts"
export { evaluate, explain } from "./Rules.ts"
/** What `Rules` takes and gives; `Options` say what a pattern means here. */
export type { Action, Decision, Layer, Options, Rule } from "./Rules.ts"
export { loadReader } from "./shell/Load.ts"
export * as Reading from "./shell/Reading.ts"
export * as Script from "./shell/Script.ts"
