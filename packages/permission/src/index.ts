export * as Review from "./Review.ts"
export * as Rules from "./Rules.ts"
export { evaluate, explain } from "./Rules.ts"
export type { Action, Decision, Layer, Options, Rule } from "./Rules.ts"
