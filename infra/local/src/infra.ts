// npm run infra -- up|down|status|reset: the engines that npm start uses, kept running in the
// background.
import { join } from 'node:path'
import { Command } from 'commander'
import { type EngineStatus, engineStatus, resetEngines, startEngines, stopEngines } from './engines.ts'

const MONGO_PORT = 27117
const KAFKA_PORT = 9192
const dataDir = join(import.meta.dirname, '../../../.dcms/engines')
const progress = (line: string) => console.log(line)

const program = new Command('infra').description('Starts, stops and shows the engines that DCMS runs on.').showHelpAfterError()

program
  .command('up')
  .description('start the document database and Kafka, which keep running in the background')
  .action(async () => {
    const begun = performance.now()
    const engines = await startEngines({ dataDir, mongoPort: MONGO_PORT, kafkaPort: KAFKA_PORT, progress })
    const how = engines.attached ? 'were running' : `up in ${((performance.now() - begun) / 1000).toFixed(1)} s`
    progress(`engines: ${how} (${engines.kind})`)
    progress(`MONGO_URL=${engines.mongoUrl}\nKAFKA_BROKERS=${engines.kafkaBrokers}`)
  })

program
  .command('down')
  .description('stop them; the data stays')
  .action(async () => {
    await stopEngines(dataDir)
    progress('engines: stopped, the data stays')
  })

program
  .command('status')
  .description('show what is running; exit code 1 if something is not')
  .action(async () => {
    const status = await engineStatus(dataDir)
    for (const line of statusTable(status)) progress(line)
    process.exitCode = status.parts.every(({ running }) => running) ? 0 : 1
  })

program
  .command('reset')
  .description('stop them and delete their data')
  .action(async () => {
    await resetEngines(dataDir)
    progress('engines: stopped, the data is deleted')
  })

function statusTable({ kind, parts }: EngineStatus): string[] {
  const names = { mongo: 'document database', kafka: 'Kafka' }
  const rows = parts.map(({ part, running, address, pids }) => [
    names[part],
    running ? 'up' : 'down',
    address || '-',
    running ? kind : '-',
    pids.join(' ') || '-',
  ])
  return [['engine', 'state', 'address', 'kind', 'pids'], ...rows].map((row) =>
    row
      .map((cell) => cell.padEnd(20))
      .join('')
      .trimEnd(),
  )
}

await program.parseAsync().catch((problem: Error) => {
  console.error(problem.message)
  process.exitCode = 1
})
