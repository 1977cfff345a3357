// Starts the sandbox.
import { onShutdown, runProcess } from '@dcms/service'
import { readConfig } from './config.ts'
import { startSandbox } from './sandbox.ts'

await runProcess(async () => {
  const sandbox = await startSandbox(readConfig(process.env))
  onShutdown(() => sandbox.close())
})
