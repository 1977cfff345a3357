// What tests and benches use: the launcher, the operator's side, and the demo banks.
export { bankServices, entryOf, hasMasterKey, type ProcessName, processNames, serviceNames, settingPrefix } from '@dcms/contract'
export { demoBranch } from './demo/demo-branch.ts'
export {
  type DemoAccess,
  type DemoClient,
  type DemoKeyHolders,
  demoClient,
  demoKeyHolders,
  sdkOptions,
  setUpDemoTenants,
} from './demo/demo-client.ts'
export { demoFileKits, fileProduct } from './demo/demo-file.ts'
export { ensureKeys } from './demo/demo-keys.ts'
export { demoRegistration } from './demo/demo-registration.ts'
export { EventWatch } from './demo/event-watch.ts'
export { sealedCall } from './demo/sealed-call.ts'
export { handOut, type InstallationKeys, installationKeys, keyFilesOf, keyReceivers } from './launcher/installation-keys.ts'
export { type Engines, type StartedName, startedNames } from './launcher/process-environment.ts'
export { type Installation, type InstallationOptions, startInstallation } from './launcher/processes.ts'
export type { ServiceProcess } from './launcher/service-process.ts'
export { createOperator, type Operator, OperatorRefused, OperatorUnreachable, OutcomeUnknown } from './operator/operator.ts'
export type { KeyOperations, KeysOfContext } from './operator/operator-keys.ts'
export { checkTenant, readTenantFile } from './operator/tenant-file.ts'
