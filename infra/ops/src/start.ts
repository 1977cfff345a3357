// `npm start`: engines, services, demo banks, a demo journey; stays up until Ctrl-C, with --exit
// ends after the journey.
import { join, relative } from 'node:path'
import { startEngines } from '@dcms/local'
import { Command } from 'commander'
import { demoClient, demoClientFile, demoKeyHolders, setUpDemoTenants } from './demo/demo-client.ts'
import { runDemoJourney } from './demo/demo-journey.ts'
import { devKafkaPort, devMongoPort } from './launcher/dev-engines.ts'
import { type Installation, startInstallation } from './launcher/processes.ts'
import { isRunning, readRunFile, removeRunFile, stateDirOf, writeRunFile } from './launcher/run-file.ts'
import { takeStartLock } from './launcher/start-lock.ts'
import { durationText, painter } from './launcher/terminal.ts'
import { type Running, untilStopped } from './launcher/until-stopped.ts'

const paint = painter(process.stdout)

async function start({ cleanUp, progress, stopped }: Running, exitAfterwards: boolean): Promise<number> {
  const begun = performance.now()
  const stateDir = stateDirOf(process.env)
  const releaseStart = await takeStartLock(stateDir)
  cleanUp(releaseStart)
  await refuseSecondStart(stateDir)
  const engines = await startEngines({ dataDir: join(stateDir, 'engines'), mongoPort: devMongoPort, kafkaPort: devKafkaPort, progress })
  cleanUp(() => engines.stop())
  const installation = await startInstallation({ engines, stateDir, progress })
  cleanUp(() => installation.stop())
  await writeRunFile(stateDir, installation)
  await releaseStart()
  cleanUp(() => removeRunFile(stateDir))
  const client = await demoClient(stateDir, installation.gatewayUrl)
  progress('tenants: ACME_BANK and SANDBOX_BANK, their users and keys')
  const { shortLivedToken } = await setUpDemoTenants(installation.operator, client, await demoKeyHolders(stateDir))
  progress(`everything is up after ${durationText(performance.now() - begun)}`)
  const failed = await runDemoJourney({
    client,
    engines,
    installation: installation.installation,
    operator: installation.operator,
    sandboxUrl: installation.process('sandbox').url,
    shortLivedToken,
    stopped,
  })
  if (failed > 0) process.stderr.write(`\n${failed} of the demo's steps failed; the logs are in ${installation.logDir}\n`)
  if (!exitAfterwards) {
    tellWhereToLook(installation, stateDir)
    await stopped
  }
  return failed > 0 ? 1 : 0
}

async function refuseSecondStart(stateDir: string): Promise<void> {
  const run = await readRunFile(stateDir)
  if (run && (await isRunning(run)))
    throw new Error(
      `npm start is running already (process ${run.pid}, since ${run.startedAt}), with its gateway at ${run.gatewayUrl}.\n` +
        'End it with Ctrl-C where it runs, or use it: npm run dcms -- events tail',
    )
}

function tellWhereToLook({ gatewayUrl, logDir, processes }: Installation, stateDir: string): void {
  const shown = (path: string): string => relative(process.cwd(), path) || path
  const rows: [string, string][] = [
    ['gateway', `${gatewayUrl}   (calls: ${gatewayUrl}/v1/…, health: ${gatewayUrl}/health)`],
    ['demo access', `${shown(demoClientFile(stateDir))}   (what the SDK needs, per bank; keep it secret)`],
    ['keys', 'npm run dcms -- keys list --tenant ACME_BANK'],
    ['events', 'npm run dcms -- events tail'],
    ['operating', 'npm run dcms -- --help'],
    ['logs', `${shown(logDir)}/*.log`],
    [
      'services',
      [...processes.values()]
        .filter(({ name }) => name !== 'gateway' && name !== 'sandbox')
        .map(({ name, url }) => `${name} ${url}`)
        .join('   '),
    ],
    ['partners', sandboxRow(processes.get('sandbox')?.url ?? '')],
  ]
  console.log(`\n${paint('bold', 'Where to look')}`)
  for (const [name, where] of rows) console.log(`  ${name.padEnd(12)} ${where}`)
  console.log('\nEverything stays up until Ctrl-C.')
}

const sandboxRow = (url: string): string =>
  `${url}/courier   ${url}/messaging   ${url}/cms   ${url}/vendor   (simulated; clock, faults, messages: ${url}/_control/ACME_BANK/…, see infra/sandbox)`

const options = new Command('npm start')
  .description('Starts DCMS and everything it needs on this machine, and runs a demo journey')
  .option('--exit', 'stop everything after the demo journey; the exit code is 0 if every step succeeded')
  .parse()
  .opts<{ exit?: boolean }>()
await untilStopped((running) => start(running, options.exit ?? false))
