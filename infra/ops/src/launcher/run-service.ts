// One service alone, with the engines it needs: `npm run service -- kit`.
import { join } from 'node:path'
import { startEngines } from '@dcms/local'
import { Command } from 'commander'
import { devKafkaPort, devMongoPort } from './dev-engines.ts'
import { isStartedName, type StartedName, startedNames } from './process-environment.ts'
import { startInstallation } from './processes.ts'
import { stateDirOf } from './run-file.ts'
import { untilStopped } from './until-stopped.ts'

async function runService(name: StartedName): Promise<void> {
  await untilStopped(async ({ cleanUp, progress, stopped }) => {
    const stateDir = stateDirOf(process.env)
    const engines = await startEngines({ dataDir: join(stateDir, 'engines'), mongoPort: devMongoPort, kafkaPort: devKafkaPort, progress })
    cleanUp(() => engines.stop())
    const installation = await startInstallation({ engines, stateDir, services: [name], progress })
    cleanUp(() => installation.stop())
    const { url, internalUrl, logFile, pid } = installation.process(name)
    console.log(`
${name} runs alone (process ${pid}); what it asks of others it will not get.
  public listener    ${url}   (health: ${url}/health, metrics: ${url}/metrics)
  internal listener  ${internalUrl}
  log                ${logFile}
Ctrl-C ends it.`)
    await stopped
    return 0
  })
}

const command = new Command('service')
  .description('run one service alone, with the engines it needs, until Ctrl-C')
  .argument('<name>', startedNames.join(', '))
  .action(async (name: string) => {
    if (!isStartedName(name))
      return command.error(`error: there is no service ${name}; there are ${startedNames.join(', ')}`, { exitCode: 2 })
    await runService(name)
  })
await command.parseAsync()
