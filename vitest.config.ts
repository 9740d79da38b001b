// Lets `npx vitest` and editors find the configuration under the name they look for.
export { default } from "./vitest.workspace.ts"
