/** For tests of agents and layers: a scripted model, whole runtimes, wire servers, contract suites. */
export { type ContractTest, ContractViolation } from "./contract.ts"
export {
  compactionContract,
  modelContract,
  permissionContract,
  retryContract,
  truncationContract
} from "./layerContracts.ts"
export * as Failpoints from "./Failpoints.ts"
export * as rendering from "./rendering.ts"
export * as ScriptedModel from "./ScriptedModel.ts"
export { type FreshStore, storeContract } from "./storeContract.ts"
export * as TestRuntime from "./TestRuntime.ts"
export * as WireServer from "./WireServer.ts"
