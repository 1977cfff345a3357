// What tests and benches use: the launcher, the operator's side, and the demo banks.
export {
  type DemoAccess,
  type DemoClient,
  type DemoKeyHolders,
  demoClient,
  demoKeyHolders,
  sdkOptions,
  setUpDemoTenants,
} from './demo-client.ts'
export { demoRegistration } from './demo-registration.ts'
export { EventWatch } from './event-watch.ts'
export { callers, handOut, type InstallationKeys, installationKeys, keyFilesOf, keyReceivers } from './installation-keys.ts'
export { createOperator, type Operator, OperatorRefused, OperatorUnreachable, OutcomeUnknown } from './operator.ts'
export type { KeyOperations, KeysOfContext } from './operator-keys.ts'
export { type Engines, type ProcessName, processNames, type StartedName, startedNames } from './process-environment.ts'
export { type Installation, type InstallationOptions, startInstallation } from './processes.ts'
export { sealedCall } from './sealed-call.ts'
export type { ServiceProcess } from './service-process.ts'
export { checkTenant, readTenantFile } from './tenant-file.ts'
