// The outside world, simulated: a process that services know by one base URL per partner. Imported
// by tests and tools only.
export { readConfig, type SandboxConfig } from './config.ts'
export { type Sandbox, startSandbox } from './sandbox.ts'
