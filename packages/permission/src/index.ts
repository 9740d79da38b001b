export * as Rules from "./Rules.ts"
export type { Action, Decision, Layer, Rule } from "./Rules.ts"
export * as Arity from "./Arity.ts"
