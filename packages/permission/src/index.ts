export * as Rules from "./Rules.ts"
export type { Action, Decision, Layer, Rule } from "./Rules.ts"
export * as Reading from "./shell/Reading.ts"
export * as Script from "./shell/Script.ts"
