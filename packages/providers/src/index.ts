/** Models for Rein. */
export * as AiSdk from "./AiSdk.ts"
export * as Catalogue from "./Catalogue.ts"
export * as Classify from "./Classify.ts"
export * as Inspect from "./Inspect.ts"
export * as ModelName from "./ModelName.ts"
export * as Recording from "./recording/Recording.ts"
export { languageModel, model, type ModelOptions, type ModelSource } from "./ModelSource.ts"
/** What `rules` is made of, and the model by which a rule is chosen. */
export type { Rule, Target as RuleTarget } from "./transform/Rule.ts"
export { rules } from "./transform/Rules.ts"
