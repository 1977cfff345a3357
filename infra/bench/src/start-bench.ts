// The start bench: processes that have just started under load: how long the first call takes, and
// when calls are as fast again as before.
import type { ProcessName } from '@dcms/contract'
import { type Installation, startedNames } from '@dcms/ops'
import type { Dcms } from '@dcms/sdk'
import { atOnce, untilAnswered } from './at-once.ts'
import { callNamed } from './bank-day.ts'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { newSubject, type Subject } from './cost-calls.ts'
import { clientOf } from './issue-kits.ts'
import { versionsOf } from './machine.ts'
import { figureRow, type Row } from './report.ts'
import type { Running } from './running.ts'
import { spreadOf } from './statistics.ts'
import { startSurroundings } from './surroundings.ts'

const FIRST_CALL_MS_MAX = 100
const WARM_AGAIN_S_MAX = 20
const WARM_SHARE = 0.8

/** By process: a read that it answers, which asks no other but those behind it. */
const firstCalls: readonly [ProcessName, string][] = [
  ['gateway', 'fetchKitsByEntityId'],
  ['kit', 'fetchKitsByEntityId'],
  ['customer', 'viewCustomer'],
  ['pin-preference', 'preference/fetch'],
]

interface Amounts {
  rounds: number
  subjects: number
  callers: number
  /** Of load before the restart, and after it. */
  warmSeconds: number
  watchedSeconds: number
}
const AMOUNTS: Record<Size, Amounts> = {
  full: { rounds: 3, subjects: 64, callers: 16, warmSeconds: 30, watchedSeconds: 30 },
  tiny: { rounds: 1, subjects: 2, callers: 2, warmSeconds: 1, watchedSeconds: 1 },
}

async function run({ running, size, profileDir }: BenchOptions): ReturnType<Bench['run']> {
  const amounts = AMOUNTS[size]
  const { installation, bank } = await startSurroundings(running, { services: startedNames, profileDir })
  const dcms = clientOf(bank)
  running.cleanUp(() => dcms.close())
  const subjects = Array.from({ length: amounts.subjects }, (_, at) => newSubject(at))
  const prepare = async (subject: Subject): Promise<void> => {
    await callNamed('register with a card').call(dcms, subject)
    await callNamed('kitActivation').call(dcms, subject)
    await untilAnswered(() => callNamed('preference/fetch').call(dcms, subject))
  }
  await atOnce(amounts.callers, subjects, prepare, running.goOn)

  const firsts = new Map<ProcessName, number[]>()
  const again: number[] = []
  for (let round = 1; round <= amounts.rounds; round++) {
    for (const [name, call] of firstCalls) {
      running.goOn()
      firsts.set(name, [
        ...(firsts.get(name) ?? []),
        await firstCallMs({ installation, dcms, subject: subjects[0] as Subject }, name, call),
      ])
    }
    again.push(await secondsUntilWarm({ installation, dcms, subjects, amounts, running }))
    const told = [...firsts].map(([name, ms]) => `${name} ${ms.at(-1)?.toFixed(0)} ms`).join(', ')
    running.progress(`round ${round}/${amounts.rounds}: first calls ${told}; warm again after ${again.at(-1)} s`)
  }
  const rows: Row[] = [
    ...[...firsts].map(([name, ms]) => figureRow(`first call after a start, ${name}`, 'ms', spreadOf(ms), FIRST_CALL_MS_MAX)),
    figureRow('all started anew under load, until 80 % of the rate before', 's', spreadOf(again), WARM_AGAIN_S_MAX),
  ]
  return { rows, versions: await versionsOf(['undici', 'mongoose']) }
}

interface Asked {
  installation: Installation
  dcms: Dcms
}

/** From a process that is ready and was not called yet. */
async function firstCallMs(
  { installation, dcms, subject }: Asked & { subject: Subject },
  name: ProcessName,
  call: string,
): Promise<number> {
  await installation.process(name).restart()
  const begun = performance.now()
  await callNamed(call).call(dcms, subject)
  return performance.now() - begun
}

/** Whole seconds of load after which a second had four fifths of the calls that it had before. */
async function secondsUntilWarm({
  installation,
  dcms,
  subjects,
  amounts,
  running,
}: Asked & { subjects: readonly Subject[]; amounts: Amounts; running: Running }): Promise<number> {
  const warm = await callsBySecond({ dcms, subjects, amounts, running }, amounts.warmSeconds)
  const rate = mean(warm.slice(Math.floor(warm.length / 2)))
  for (const [name] of firstCalls) await installation.process(name).restart()
  await untilAnswered(() => callNamed('viewCustomer').call(dcms, subjects[0] as Subject))
  const after = await callsBySecond({ dcms, subjects, amounts, running }, amounts.watchedSeconds)
  const at = after.findIndex((calls) => calls >= rate * WARM_SHARE)
  return at < 0 ? amounts.watchedSeconds + 1 : at + 1
}

async function callsBySecond(
  { dcms, subjects, amounts, running }: { dcms: Dcms; subjects: readonly Subject[]; amounts: Amounts; running: Running },
  seconds: number,
): Promise<number[]> {
  const counts = Array.from({ length: seconds }, () => 0)
  const begun = performance.now()
  const lane = async (_: unknown, first: number): Promise<void> => {
    for (let at = first; performance.now() - begun < seconds * 1_000; at++) {
      running.goOn()
      const [, call] = firstCalls[at % firstCalls.length] as (typeof firstCalls)[number]
      await callNamed(call).call(dcms, subjects[at % subjects.length] as Subject)
      const second = Math.floor((performance.now() - begun) / 1_000)
      if (second < seconds) counts[second] = (counts[second] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: amounts.callers }, lane))
  return counts
}

const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length)

export const startBench: Bench = {
  name: 'start',
  summary: 'processes that have just started: the first call, and seconds of load until they are as fast as before',
  run,
}
