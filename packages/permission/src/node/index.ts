/** What of `@rein/permission` needs Node. */
export * as NodeReader from "./NodeReader.ts"
export * as NodeFacts from "./NodeFacts.ts"
