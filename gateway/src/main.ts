// Start of the gateway process.
import { createLogger, onShutdown, runProcess } from '@dcms/service'
import { readConfig } from './config.ts'
import { startGateway } from './gateway.ts'

await runProcess(async () => {
  const config = readConfig()
  const logger = createLogger('gateway', config.logLevel)
  // The workers' code is loaded only where there are some.
  const start = config.workers > 1 ? (await import('./workers/start-workers.ts')).startWorkers : startGateway
  const gateway = await start(config, logger)
  onShutdown(() => gateway.close(), config.drainMs)
  gateway.ready.catch(() => undefined) // told below
  logger.info({ port: gateway.port, internalPort: gateway.internalPort }, 'listening')
  await gateway.ready
})
