// Start of the gateway process.
import { createLogger, onShutdown, runProcess } from '@dcms/service'
import { readConfig } from './config.ts'
import { startGateway } from './gateway.ts'

await runProcess(async () => {
  const config = readConfig()
  const logger = createLogger('gateway', config.logLevel)
  const gateway = await startGateway(config, logger)
  onShutdown(() => gateway.close())
  logger.info({ port: gateway.port, internalPort: gateway.internalPort }, 'listening')
})
