// What @dcms/gateway offers to other packages: starting one in the same process, for benches and
// tests.
export { type GatewayConfig, readConfig } from './config.ts'
export { type RunningGateway, startGateway } from './gateway.ts'
