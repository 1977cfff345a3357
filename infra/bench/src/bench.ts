// npm run bench -- <name> [--json] [--seconds N | --tiny]: measures a path side by side with
// something known.
import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Bench } from './bench-kind.ts'
import { benches } from './benches.ts'
import { machine } from './machine.ts'
import { type BenchResult, reportText } from './report.ts'
import { runAndCleanUp } from './running.ts'

const SECONDS = 8
const SECONDS_MAX = 600
const TINY_SECONDS = 0.25
const CARDS_MIN = 100
const CARDS_MAX = 1_000_000

const list = (): string => benches.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= SECONDS_MAX)) throw new InvalidArgumentError(`give seconds above 0, up to ${SECONDS_MAX}.`)
  return seconds
}

function cardsOf(text: string): number {
  const cards = Number(text)
  if (!(Number.isInteger(cards) && cards >= CARDS_MIN && cards <= CARDS_MAX))
    throw new InvalidArgumentError(`give a whole number from ${CARDS_MIN} to ${CARDS_MAX}.`)
  return cards
}

interface Options {
  json?: boolean
  seconds: number
  cards?: number
  tiny?: boolean
  cpuProf?: string
}

async function measure(bench: Bench, { json, seconds, cards, tiny, cpuProf }: Options): Promise<never> {
  return runAndCleanUp(async (running) => {
    const { rows, versions } = await bench.run({
      running,
      size: tiny ? 'tiny' : 'full',
      seconds: tiny ? TINY_SECONDS : seconds,
      ...(cards !== undefined && { cards }),
      ...(cpuProf !== undefined && { profileDir: resolve(cpuProf) }),
    })
    const result: BenchResult = { bench: bench.name, machine: machine(), versions, rows }
    process.stdout.write(`${json ? JSON.stringify(result) : reportText(result)}\n`)
  })
}

const program = new Command('npm run bench --')
  .description(
    'Measures DCMS against a known baseline, with both sides warmed up and alternating. What counts is the ratio, not the figure.',
  )
  .argument('[name]', 'which bench to run')
  .option('--json', 'one JSON object on standard output instead of a table; progress goes to standard error')
  .option('--seconds <n>', 'how long each side is measured, over all rounds', secondsOf, SECONDS)
  .option('--cards <n>', 'cards of the largest order that the bench bulk makes (default a million)', cardsOf)
  .addOption(
    new Option('--tiny', 'only a few calls, done in seconds: shows that the bench works but measures nothing').conflicts('seconds'),
  )
  .option('--cpu-prof <folder>', 'write a CPU profile of each DCMS process to this folder; slows them down, so do not measure with it')
  .addHelpText('after', `\nBenches:\n${list()}`)
  .showHelpAfterError()
  .action(async (name: string | undefined, options: Options) => {
    if (name === undefined) {
      process.stdout.write(`${list()}\n`)
      return
    }
    const bench = benches.find((each) => each.name === name)
    if (bench) await measure(bench, options)
    else program.error(`error: there is no bench named ${name}; there are: ${benches.map((each) => each.name).join(', ')}`)
  })
await program.parseAsync()
