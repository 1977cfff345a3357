// The lag bench: cards locked and unlocked at a steady rate, and how long until the customer
// context knows it.
import { processNames } from '@dcms/contract'
import { type Installation, startedNames } from '@dcms/ops'
import { databaseName } from '@dcms/service'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { EffectWatch } from './effect-watch.ts'
import { clientOf, issueKits, whenKnown } from './issue-kits.ts'
import { type CommandKit, type LagSample, type Steady, sendSteadily } from './lock-kits.ts'
import { versionsOf } from './machine.ts'
import { cpuSeconds } from './process-cpu.ts'
import { comparisonRow, figureRow, type Row } from './report.ts'
import { percentile, spreadOf } from './statistics.ts'
import { connectTo, startSurroundings, TENANT } from './surroundings.ts'

const RATE = 500
/** Commands per second that leave the processor free: what then takes time are waits. */
const LOW_RATE = 20
type Windows = (Steady & { cpuPer1000: number })[]

interface Amounts {
  kitCount: number
  /** Commands per second asked for. */
  rateAsked: number
  trialSeconds: number
  trialsMax: number
  windowCount: number
}
const AMOUNTS: Record<Size, Amounts> = {
  full: { kitCount: 400, rateAsked: RATE, trialSeconds: 3, trialsMax: 5, windowCount: 5 },
  tiny: { kitCount: 40, rateAsked: 100, trialSeconds: 0.5, trialsMax: 2, windowCount: 2 },
}
/**
 * A rate is kept when this share of it was reached; the next trial asks for so much of what went
 * through.
 */
const KEPT_SHARE = 0.95
const NEXT_SHARE = 0.8

async function run({ running, size, seconds, profileDir }: BenchOptions): ReturnType<Bench['run']> {
  const { progress, goOn, cleanUp } = running
  const { kitCount, rateAsked, trialSeconds, trialsMax, windowCount } = AMOUNTS[size]
  const { installation, engines, bank } = await startSurroundings(running, { profileDir, services: startedNames }) // with the partners: notices that nobody takes are set aside, which costs
  const dcms = clientOf(bank)
  cleanUp(() => dcms.close())
  const issued = await issueKits(dcms, kitCount, running)
  const database = databaseName(installation.installation, 'customer', TENANT)
  await whenKnown(engines.mongoUrl, database, 'kits', issued.length, running)
  const client = await connectTo(engines.mongoUrl)
  cleanUp(() => client.close())
  const watch = new EffectWatch(client.db(database).collection('kits'))
  cleanUp(() => watch.stop())

  const kits: CommandKit[] = issued.map((kit) => ({ ...kit, sequence: 1, status: 'INACTIVE' }))
  await sendSteadily({ dcms, kits, watch, rate: rateAsked / 2, count: kits.length, goOn }) // activates each
  const steadyWindows = async (rate: number): Promise<Windows> => {
    const windows: Windows = []
    for (let window = 1; window <= windowCount; window++) {
      const count = Math.max(1, Math.round((rate * seconds) / windowCount))
      const cpuBefore = await cpuOf(installation)
      const steady = await sendSteadily({ dcms, kits, watch, rate, count, goOn })
      windows.push({ ...steady, cpuPer1000: (((await cpuOf(installation)) - cpuBefore) * 1000) / count })
      const lags = steady.samples.map(({ fromEventMs }) => fromEventMs)
      progress(
        `window ${window}/${windowCount}: ${Math.round(steady.reached)} commands/s, lag p50 ${percentile(lags, 0.5).toFixed(1)} ms, p99 ${percentile(lags, 0.99).toFixed(1)} ms`,
      )
    }
    return windows
  }
  await sendSteadily({ dcms, kits, watch, rate: LOW_RATE, count: Math.round(LOW_RATE * trialSeconds), goOn }) // what came before settles
  const alone = await steadyWindows(LOW_RATE)
  let rate = rateAsked
  for (let trial = 1; trial <= trialsMax; trial++) {
    const { reached } = await sendSteadily({ dcms, kits, watch, rate, count: Math.round(rate * trialSeconds), goOn })
    progress(`trial ${trial}: asked for ${rate} commands/s, reached ${Math.round(reached)}`)
    if (trial === 1) continue // a warm-up
    if (reached >= rate * KEPT_SHARE) break
    rate = Math.max(10, Math.floor((reached * NEXT_SHARE) / 10) * 10)
  }
  const windows = await steadyWindows(rate)
  const cpuPer1000 = windows.map((window) => window.cpuPer1000)
  return {
    rows: [
      ...lagRowsOf(`at ${LOW_RATE} commands/s`, alone),
      commandsRow(windows, rate, rateAsked),
      ...lagRowsOf('', windows),
      figureRow('CPU, the four DCMS processes, idling included', 'CPU s per 1,000 commands', spreadOf(cpuPer1000)),
    ],
    versions: await versionsOf(['mongoose', 'undici']),
  }
}

async function cpuOf({ processes }: Installation): Promise<number> {
  const pids = processNames.flatMap((name) => processes.get(name)?.pid ?? [])
  const used = await Promise.all(pids.map(cpuSeconds))
  return used.reduce((sum, each) => sum + each, 0)
}

function commandsRow(windows: Windows, rate: number, rateAsked: number): Row {
  const reached = windows.map((window) => window.reached)
  const total =
    windows.reduce((sum, { samples }) => sum + samples.length, 0) /
    windows.reduce((sum, { samples, reached: each }) => sum + samples.length / each, 0)
  return comparisonRow({
    name: rate === rateAsked ? 'commands' : `commands (${rateAsked}/s were too many: 80 % of what went through, ${rate}/s)`,
    unit: 'calls/s',
    value: { median: total, min: Math.min(...reached), max: Math.max(...reached) },
    better: 'high',
    comparedWith: 'the rate asked for',
    baseline: { median: rateAsked, min: rateAsked, max: rateAsked },
    aimRatio: KEPT_SHARE,
  })
}

/** @param at what the rate is, where it is not that of the row of commands */
function lagRowsOf(at: string, windows: Windows): Row[] {
  const row = (name: string, lagOf: (sample: LagSample) => number, share: number, aimMax?: number): Row => {
    const ofWindows = windows.map(({ samples }) => percentile(samples.map(lagOf), share))
    const median = percentile(
      windows.flatMap(({ samples }) => samples.map(lagOf)),
      share,
    )
    return figureRow(
      at === '' ? name : `${at}: ${name}`,
      'ms',
      { median, min: Math.min(...ofWindows), max: Math.max(...ofWindows) },
      aimMax,
    )
  }
  return [
    row('lag p50, from the time in the event', ({ fromEventMs }) => fromEventMs, 0.5, 20),
    row('lag p99, from the time in the event', ({ fromEventMs }) => fromEventMs, 0.99, 100),
    row('lag p50, from the answer to the caller', ({ fromAnswerMs }) => fromAnswerMs, 0.5),
    row('lag p99, from the answer to the caller', ({ fromAnswerMs }) => fromAnswerMs, 0.99),
    row('the watch itself p50, one look at the store', ({ lookMs }) => lookMs, 0.5),
  ]
}

export const lagBench: Bench = {
  name: 'lag',
  summary: `from a command's commit to its effect in another context, at ${RATE} commands/s`,
  run,
}
