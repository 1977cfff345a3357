// The cost bench: what each call costs in statements, messages, calls between processes and
// processor time, over all processes and engines.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Broker } from '@dcms/events'
import { ensureKeys, type Installation, startedNames } from '@dcms/ops'
import { Dcms } from '@dcms/sdk'
import { createLogger } from '@dcms/service'
import { atOnce } from './at-once.ts'
import { measureBare } from './bare-cost.ts'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { type CostCall, costCalls, newSubject, type Subject } from './cost-calls.ts'
import { type Consumer, costOf, engineNames, hasAim, isOfCall, type Made, rowsOf, sourcesOf, sumOf, tableOf } from './cost-figures.ts'
import { engineCpu } from './engine-cpu.ts'
import { versionsOf } from './machine.ts'
import { cpuSeconds } from './process-cpu.ts'
import type { Running } from './running.ts'
import { notingEnvironment, statementsWithin } from './statement-notes.ts'
import { benchEnginesDir, connectTo, startSurroundings, storeVersion, TENANT } from './surroundings.ts'

const AFTERMATH_MS_MAX = 20_000
/** The processes write their notes every fifth of a second. */
const NOTES_BEHIND_MS = 300
const AT_REST_MS = 10_000

interface Amounts {
  subjects: number
  callers: number
  warmUp: number
  /** Customers with whom the calls whose processor time has an aim are made on top of that. */
  warmUpOfAims: number
  /**
   * What follows calls (events, notices, outboxes emptied) is over when the store had no more of it
   * for so long.
   */
  restMs: number
}
const AMOUNTS: Record<Size, Amounts> = {
  full: { subjects: 200, callers: 16, warmUp: 60, warmUpOfAims: 400, restMs: 1_500 },
  // One after the other: what nothing shares, so it is the same in each run.
  tiny: { subjects: 2, callers: 1, warmUp: 1, warmUpOfAims: 0, restMs: 300 },
}

interface Parts {
  notes: string
  dcms: Dcms
  /** Seconds so far. */
  cpu: () => Promise<Map<Consumer, number>>
  /** Seconds in a millisecond in which nobody calls. */
  cpuAtRest: Map<Consumer, number>
  messages: () => Promise<number>
  running: Running
  amounts: Amounts
}

async function run({ running, size, profileDir }: BenchOptions): ReturnType<Bench['run']> {
  const amounts = AMOUNTS[size]
  const notes = await mkdtemp(join(tmpdir(), 'dcms-statements-'))
  running.cleanUp(() => rm(notes, { recursive: true, force: true }))
  const { installation, engines, bank } = await startSurroundings(running, {
    services: startedNames,
    environment: notingEnvironment(notes, 1),
    profileDir,
  })
  const [pinKey, fieldKey] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  await ensureKeys(installation.operator, TENANT, { pin: pinKey, field: fieldKey })
  const { baseUrl, tenant, username, password, clientKeys } = bank
  const dcms = new Dcms({ baseUrl, tenant, username, password, keys: { clientKeys, pinKey, fieldKey } })
  running.cleanUp(() => dcms.close())
  const broker = new Broker({
    brokers: engines.kafkaBrokers,
    clientId: 'bench',
    installation: installation.installation,
    logger: createLogger('bench', 'error'),
  })
  running.cleanUp(() => broker.stop())
  const messages = async (): Promise<number> => (size === 'full' ? await messagesOf(broker, `${installation.installation}.`) : 0)
  const cpu = (): Promise<Map<Consumer, number>> => cpuOf(installation, size === 'full')
  const parts: Parts = { cpu, cpuAtRest: new Map(), notes, dcms, messages, running, amounts }

  const forWarmUp = Array.from({ length: amounts.warmUp }, (_, at) => newSubject(50_000 + at))
  for (const { call, before } of costCalls) {
    if (before) await makeAll(parts, { call: before }, forWarmUp)
    await makeAll(parts, { call }, forWarmUp)
  }
  const forAims = Array.from({ length: amounts.warmUpOfAims }, (_, at) => newSubject(60_000 + at))
  for (const call of costCalls.filter(hasAim)) await makeAll(parts, call, forAims)
  running.progress(`warmed up with ${forWarmUp.length + forAims.length} customers`)
  await untilRest(parts)
  if (size === 'full') parts.cpuAtRest = await atRest(cpu)
  const client = await connectTo(engines.mongoUrl)
  running.cleanUp(() => client.close())
  const bare = await measureBare(client.db(`${installation.installation}_bare`))

  const subjects = Array.from({ length: amounts.subjects }, (_, at) => newSubject(at))
  const made: Made[] = []
  for (const call of costCalls) {
    running.goOn()
    const each = await measure(parts, call, subjects)
    made.push(each)
    running.progress(`${call.name}: ${sumOf(each.processorOf).toFixed(2)} ms of processor, ${Math.round(each.perSecond)}/s`)
  }
  await sleep(NOTES_BEHIND_MS)
  const noted = await statementsWithin(notes, 1, 0, Number.POSITIVE_INFINITY)
  const costs = made.map((each) => costOf(each, noted))
  running.progress(tableOf(costs))
  for (const sources of sourcesOf(costs, noted)) running.progress(sources)
  return { rows: rowsOf(costs, bare), versions: { ...(await versionsOf(['mongoose', 'undici'])), store: await storeVersion(client) } }
}

/** One time after the other, so that a subject has one call at a time. */
async function makeAll(
  { dcms, amounts, running }: Parts,
  { call, times = 1 }: Pick<CostCall, 'call' | 'times'>,
  subjects: readonly Subject[],
): Promise<void> {
  for (let time = 0; time < times; time++) await atOnce(amounts.callers, subjects, (subject) => call(dcms, subject), running.goOn)
}

async function measure(parts: Parts, call: CostCall, subjects: readonly Subject[]): Promise<Made> {
  if (call.before) {
    await makeAll(parts, { call: call.before }, subjects)
    await untilRest(parts)
  }
  const [cpuBefore, messagesBefore, begunMs] = [await parts.cpu(), await parts.messages(), Date.now()]
  const begun = performance.now()
  await makeAll(parts, call, subjects)
  const seconds = (performance.now() - begun) / 1_000
  await untilRest(parts)
  const endedMs = Date.now()
  const [cpuAfter, messagesAfter] = [await parts.cpu(), await parts.messages()]
  const calls = subjects.length * (call.times ?? 1)
  const ofCalls = (name: Consumer, used: number): number =>
    Math.max(0, used - (cpuBefore.get(name) ?? 0) - (parts.cpuAtRest.get(name) ?? 0) * (endedMs - begunMs))
  return {
    call,
    calls,
    begunMs,
    endedMs,
    perSecond: calls / seconds,
    messages: (messagesAfter - messagesBefore) / calls,
    processorOf: new Map([...cpuAfter].map(([name, used]) => [name, (ofCalls(name, used) * 1_000) / calls])),
  }
}

/** What processes and engines use although nobody calls: no call's cost. */
async function atRest(cpu: Parts['cpu']): Promise<Map<Consumer, number>> {
  const before = await cpu()
  await sleep(AT_REST_MS)
  return new Map([...(await cpu())].map(([name, used]) => [name, (used - (before.get(name) ?? 0)) / AT_REST_MS]))
}

/**
 * Events reach their followers and partners after the answer: they are part of what a call costs.
 */
async function untilRest({ notes, amounts: { restMs }, running }: Parts): Promise<void> {
  for (const until = performance.now() + AFTERMATH_MS_MAX; performance.now() < until; ) {
    running.goOn()
    await sleep(restMs + NOTES_BEHIND_MS)
    const nowMs = Date.now()
    const lately = await statementsWithin(notes, 1, nowMs - restMs - NOTES_BEHIND_MS, nowMs)
    if (!lately.some(isOfCall)) return
  }
}

async function cpuOf({ processes }: Installation, withEngines: boolean): Promise<Map<Consumer, number>> {
  const used = new Map<Consumer, number>()
  for (const [name, { pid }] of processes) used.set(name as Consumer, pid === undefined ? 0 : await cpuSeconds(pid))
  if (!withEngines) return used
  const engines = await engineCpu(benchEnginesDir)
  for (const name of engineNames) used.set(name, engines[name])
  return used
}

/** How many messages the topics of the installation hold. */
async function messagesOf(broker: Broker, prefix: string): Promise<number> {
  return await broker.withAdmin(async (admin) => {
    let sum = 0n
    for (const topic of (await admin.listTopics()).filter((each) => each.startsWith(prefix)))
      for (const { offset } of await admin.fetchTopicOffsets(topic)) sum += BigInt(offset)
    return Number(sum)
  })
}

export const costBench: Bench = {
  name: 'cost',
  summary: 'what each call costs: statements to the store, messages, calls between processes, processor time',
  run,
}
