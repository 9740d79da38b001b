/** Models for Rein. */
export * as AiSdk from "./AiSdk.ts"
export * as Catalogue from "./Catalogue.ts"
export * as Classify from "./Classify.ts"
export * as ModelName from "./ModelName.ts"
export { languageModel, model, type ModelOptions, type ModelSource } from "./ModelSource.ts"
