// The mix bench: a bank's day in small, sealed, by three banks at once: how many calls a second,
// and how long one takes when the machine is not full.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { processNames } from '@dcms/contract'
import { ensureKeys, type Installation, startedNames } from '@dcms/ops'
import { Dcms } from '@dcms/sdk'
import { atOnce } from './at-once.ts'
import { type Customer, Day, prepare } from './bank-day.ts'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { newSubject } from './cost-calls.ts'
import { engineCpu } from './engine-cpu.ts'
import { versionsOf } from './machine.ts'
import { residentMb } from './memory-watch.ts'
import { bankOf } from './more-banks.ts'
import { delayQuantile, delaysAtRest, noticeDelays } from './notice-delay.ts'
import { cpuSeconds } from './process-cpu.ts'
import { comparisonRow, figureRow, type Row } from './report.ts'
import type { Running } from './running.ts'
import { percentile, spreadOf } from './statistics.ts'
import { addBank, benchEnginesDir, startSurroundings, TENANT } from './surroundings.ts'

const BANKS = 3
const RATE_AIMED = 1_000
const P99_MS_MAX = 50
const NOTICE_P99_S_MAX = 5
/** Of the rate that was reached: where times are measured. */
const PART_OF_RATE = 0.7
const MEMORY_EVERY_MS = 1_000

interface Amounts {
  subjectsPerBank: number
  callers: number
}
const AMOUNTS: Record<Size, Amounts> = {
  full: { subjectsPerBank: 120, callers: 32 },
  tiny: { subjectsPerBank: 4, callers: 4 },
}

async function run({ running, size, seconds, profileDir }: BenchOptions): ReturnType<Bench['run']> {
  const { subjectsPerBank, callers } = AMOUNTS[size]
  const { installation, bank } = await startSurroundings(running, { services: startedNames, profileDir })
  const banks = [bank]
  for (let at = 1; at < BANKS; at++)
    banks.push(await addBank(installation, `MIX_BANK_${at}`, (definition) => bankOf(definition, `MIX_BANK_${at}`, at)))
  const customers: Customer[] = []
  for (const { baseUrl, tenant, username, password, clientKeys } of banks) {
    const [pinKey, fieldKey] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
    await ensureKeys(installation.operator, tenant, { pin: pinKey, field: fieldKey })
    const dcms = new Dcms({ baseUrl, tenant, username, password, keys: { clientKeys, pinKey, fieldKey } })
    running.cleanUp(() => dcms.close())
    for (let at = 0; at < subjectsPerBank; at++) customers.push({ dcms, subject: newSubject(at), status: 'ACTIVE' })
  }
  await atOnce(callers, customers, ({ dcms, subject }) => prepare(dcms, subject), running.goOn)
  running.progress(`${customers.length} customers of ${banks.length} banks (${TENANT} and others) have a card and a PIN`)
  // So that no bank's customers are all at the end of the line.
  const day = new Day(customers.toSorted(() => Math.random() - 0.5))
  await flatOut(day, callers, Math.min(5_000, seconds * 500), running)

  const { url: customerUrl } = installation.process('customer')
  const noticesBefore = await noticeDelays(customerUrl)
  const memory = watchGrowth(installation)
  const cpuBefore = await cpuOf(installation)
  const full = await flatOut(day, callers, seconds * 1_000, running)
  const cpuAfter = await cpuOf(installation)
  running.progress(`${full.calls} calls in ${full.seconds.toFixed(1)} s: ${Math.round(full.calls / full.seconds)}/s`)
  const rate = full.calls / full.seconds
  const times = await onSchedule(day, { rate: rate * PART_OF_RATE, ms: seconds * 1_000, inFlightMax: customers.length }, running)
  const change = memory.stop()
  const notices = await delaysAtRest(customerUrl, running.goOn)
  const alone = (value: number) => spreadOf([value])
  const rows: Row[] = [
    comparisonRow({
      name: 'rate',
      unit: 'calls/s',
      value: alone(rate),
      better: 'high',
      comparedWith: 'the rate aimed at',
      baseline: alone(RATE_AIMED),
      aimRatio: 1,
    }),
    figureRow('p50 at 70 % of the rate', 'ms', alone(percentile(times, 0.5))),
    figureRow('p99 at 70 % of the rate', 'ms', alone(percentile(times, 0.99)), P99_MS_MAX),
    figureRow('p99.9 at 70 % of the rate', 'ms', alone(percentile(times, 0.999))),
    figureRow('notice to the cardholder, p99 behind its event', 's', alone(delayQuantile(noticesBefore, notices, 0.99)), NOTICE_P99_S_MAX),
    figureRow('memory of all processes, change', 'MB per minute', alone(change)),
    ...[...cpuAfter].map(([name, used]) =>
      figureRow(`CPU, ${name}`, 'CPU s per 1,000 calls', alone(((used - (cpuBefore.get(name) ?? 0)) * 1_000) / full.calls)),
    ),
  ]
  return { rows, versions: await versionsOf(['mongoose', 'undici']) }
}

async function flatOut(day: Day, callers: number, ms: number, { goOn }: Running): Promise<{ calls: number; seconds: number }> {
  const begun = performance.now()
  let calls = 0
  const lane = async (): Promise<void> => {
    while (performance.now() - begun < ms) {
      goOn()
      await day.next()
      calls++
    }
  }
  await Promise.all(Array.from({ length: callers }, lane))
  return { calls, seconds: (performance.now() - begun) / 1_000 }
}

/** Milliseconds of each call from the moment when it was due, whoever kept it waiting. */
async function onSchedule(
  day: Day,
  { rate, ms, inFlightMax }: { rate: number; ms: number; inFlightMax: number },
  { goOn }: Running,
): Promise<number[]> {
  const times: number[] = []
  const underWay = new Set<Promise<void>>()
  const begun = performance.now()
  let failure: unknown
  for (let sent = 0; sent < (rate * ms) / 1_000; ) {
    goOn()
    if (failure) throw failure
    const dueMs = begun + (sent * 1_000) / rate
    if (performance.now() < dueMs || underWay.size >= inFlightMax) {
      await sleep(1)
      continue
    }
    sent++
    const call: Promise<void> = day
      .next()
      .then(() => void times.push(performance.now() - dueMs))
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => underWay.delete(call))
    underWay.add(call)
  }
  await Promise.all(underWay)
  if (failure) throw failure
  return times
}

type Used = 'sandbox' | (typeof processNames)[number] | 'store' | 'Kafka'

/** Seconds so far. */
async function cpuOf({ processes }: Installation): Promise<Map<Used, number>> {
  const used = new Map<Used, number>()
  for (const name of [...processNames, 'sandbox'] as const) {
    const pid = processes.get(name)?.pid
    used.set(name, pid === undefined ? 0 : await cpuSeconds(pid))
  }
  const { ferretdb, postgres, kafka } = await engineCpu(benchEnginesDir)
  return used.set('store', ferretdb + postgres).set('Kafka', kafka)
}

/** Resident memory of all DCMS processes, once a second. */
function watchGrowth({ processes }: Installation): { stop(): number } {
  const samples: { minutes: number; megabytes: number }[] = []
  const begun = performance.now()
  const look = async (): Promise<void> => {
    let megabytes = 0
    for (const { pid } of processes.values()) megabytes += await residentMb(pid)
    samples.push({ minutes: (performance.now() - begun) / 60_000, megabytes })
  }
  const timer = setInterval(() => void look(), MEMORY_EVERY_MS)
  void look()
  return {
    stop() {
      clearInterval(timer)
      return slopeOf(samples)
    },
  }
}

/** By least squares; MB per minute. */
function slopeOf(samples: readonly { minutes: number; megabytes: number }[]): number {
  const mean = (values: number[]): number => values.reduce((all, each) => all + each, 0) / Math.max(1, values.length)
  const [minutes, megabytes] = [mean(samples.map((each) => each.minutes)), mean(samples.map((each) => each.megabytes))]
  const above = samples.reduce((all, each) => all + (each.minutes - minutes) * (each.megabytes - megabytes), 0)
  const below = samples.reduce((all, each) => all + (each.minutes - minutes) ** 2, 0)
  return below === 0 ? 0 : above / below
}

export const mixBench: Bench = {
  name: 'mix',
  summary: 'a bank’s day of calls, sealed, by three banks at once: rate, times at 70 % of it, processor by process',
  run,
}
