/** The wire server under the name by which tests know it; what needs Node is in `node/`. */
export * from "./node/WireServer.ts"
