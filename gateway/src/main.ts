// Start of the gateway process.
import { createLogger, onShutdown, runProcess } from '@dcms/service'
import { readConfig } from './config.ts'
import { startGateway } from './gateway.ts'

await runProcess(async () => {
  const config = readConfig()
  const logger = createLogger('gateway', config.logLevel)
  const gateway = await startGateway(config, logger)
  onShutdown(() => gateway.close(), config.drainMs)
  gateway.ready.catch(() => undefined) // told below
  logger.info({ port: gateway.port, internalPort: gateway.internalPort }, 'listening')
  await gateway.ready
})
