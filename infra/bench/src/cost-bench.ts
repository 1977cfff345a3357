// The cost bench: what each call costs in statements, messages, calls between processes and
// processor time, over all processes and engines.
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ProcessName, processNames } from '@dcms/contract'
import { Broker } from '@dcms/events'
import { ensureKeys, type Installation, startedNames } from '@dcms/ops'
import { Dcms } from '@dcms/sdk'
import { createLogger } from '@dcms/service'
import Table from 'cli-table3'
import type { mongo } from 'mongoose'
import type { Bench, BenchOptions, Size } from './bench-kind.ts'
import { type CostCall, costCalls, newSubject, type Subject } from './cost-calls.ts'
import { engineCpu } from './engine-cpu.ts'
import { versionsOf } from './machine.ts'
import { cpuSeconds } from './process-cpu.ts'
import { comparisonRow, figureRow, type Row } from './report.ts'
import type { Running } from './running.ts'
import { isStatement, type NotedStatement, notingEnvironment, statementsWithin } from './statement-notes.ts'
import { spreadOf } from './statistics.ts'
import { benchEnginesDir, connectTo, startSurroundings, storeVersion, TENANT } from './surroundings.ts'

/** What an operation in a bulk counts, beside a statement of its own. */
const IN_BULK = 0.2
const AFTERMATH_MS_MAX = 20_000
/** The processes write their notes every fifth of a second. */
const NOTES_BEHIND_MS = 300
const BARE_DOCUMENTS = 500

interface Amounts {
  subjects: number
  callers: number
  warmUp: number
  /**
   * What follows calls (events, notices, outboxes emptied) is over when the store had no more of it
   * for so long.
   */
  restMs: number
}
const AMOUNTS: Record<Size, Amounts> = {
  full: { subjects: 400, callers: 16, warmUp: 60, restMs: 1_500 },
  // One after the other: what nothing shares, so it is the same in each run.
  tiny: { subjects: 2, callers: 1, warmUp: 1, restMs: 300 },
}

/** Greatest number of statements of a call that is made alone, by row. */
export const allowedStatements = async (): Promise<Record<string, number>> =>
  JSON.parse(await readFile(join(import.meta.dirname, '..', 'costs.json'), 'utf8'))

const engineNames = ['ferretdb', 'postgres', 'kafka'] as const
type Engine = (typeof engineNames)[number]
type Consumer = ProcessName | 'sandbox' | Engine

/** The calls of one row, and what can be read off at once. */
interface Made {
  call: CostCall
  calls: number
  begunMs: number
  endedMs: number
  perSecond: number
  /** Per call. */
  messages: number
  /** Milliseconds of processor per call. */
  processorOf: Map<Consumer, number>
}

/** Of one call, on average. */
interface Cost extends Made {
  /** Weighted: in a bulk a fifth. */
  statements: number
  statementsOf: Map<ProcessName, number>
  roundTrips: number
  callsBetween: number
}

interface Parts {
  notes: string
  dcms: Dcms
  /** Seconds so far. */
  cpu: () => Promise<Map<Consumer, number>>
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
  const parts: Parts = { cpu, notes, dcms, messages, running, amounts }

  const forWarmUp = Array.from({ length: amounts.warmUp }, (_, at) => newSubject(50_000 + at))
  for (const { call, before } of costCalls) {
    if (before) await makeAll(parts, { call: before }, forWarmUp)
    await makeAll(parts, { call }, forWarmUp)
  }
  running.progress(`warmed up with ${amounts.warmUp} customers`)
  await untilRest(parts)
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
  for (const cost of costs.filter(({ call: { name } }) => name in statementsAimed)) running.progress(sourcesOf(cost, noted))
  return { rows: rowsOf(costs, bare), versions: { ...(await versionsOf(['mongoose', 'undici'])), store: await storeVersion(client) } }
}

async function makeAll({ dcms, amounts, running }: Parts, { call }: Pick<CostCall, 'call'>, subjects: readonly Subject[]): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let subject = subjects[next++]; subject; subject = subjects[next++]) {
      running.goOn()
      await call(dcms, subject)
    }
  }
  await Promise.all(Array.from({ length: amounts.callers }, lane))
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
  const calls = subjects.length
  return {
    call,
    calls,
    begunMs,
    endedMs,
    perSecond: calls / seconds,
    messages: (messagesAfter - messagesBefore) / calls,
    processorOf: new Map([...cpuAfter].map(([name, used]) => [name, ((used - (cpuBefore.get(name) ?? 0)) * 1_000) / calls])),
  }
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

function costOf(made: Made, all: readonly NotedStatement[]): Cost {
  const { begunMs, endedMs, calls } = made
  const noted = all.filter(({ atMs }) => atMs >= begunMs && atMs < endedMs)
  const statements = noted.filter(isOfCall)
  const statementsOf = new Map<ProcessName, number>()
  for (const each of statements) statementsOf.set(each.process, (statementsOf.get(each.process) ?? 0) + weightOf(each) / calls)
  return {
    ...made,
    statements: sumOf(statementsOf),
    statementsOf,
    roundTrips: statements.length / calls,
    callsBetween: noted.filter((each) => !isStatement(each)).length / calls,
  }
}

const weightOf = ({ documents }: NotedStatement): number => (documents > 1 ? documents * IN_BULK : 1)

/** What the clock asks the store for, whether anybody calls or not: found in the bench `idle`. */
const byTheClock =
  /(^|,)(outboxAt|outboxAside\.at|issuingAt|\w+PendingAt|\w+KeyVersion|indexVersion|reservation\.until|revision|leaseUntil|nextAt|shipments?\.\w+)(,|$)/
const collectionsOfTheClock = new Set(['jobs', 'sweeps', 'set_aside', 'leases', 'keys'])
const isOfCall = (each: NotedStatement): boolean =>
  isStatement(each) && !collectionsOfTheClock.has(each.collection) && !byTheClock.test(each.fields)

const sumOf = (values: ReadonlyMap<unknown, number>): number => [...values.values()].reduce((sum, value) => sum + value, 0)

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

/** Milliseconds of processor of one bare statement, driver and engines. */
interface Bare {
  find: number
  update: number
  insert: number
}

async function measureBare(database: mongo.Db): Promise<Bare> {
  const collection = database.collection<{ _id: string; version: number; text: string }>('bare')
  const ids = Array.from({ length: BARE_DOCUMENTS }, (_, at) => `bare-${at}`)
  const each = async (work: (id: string) => Promise<unknown>): Promise<number> => {
    let next = 0
    const before = await usedByBare()
    const lane = async (): Promise<void> => {
      for (let id = ids[next++]; id !== undefined; id = ids[next++]) await work(id)
    }
    await Promise.all(Array.from({ length: 16 }, lane))
    return ((await usedByBare()) - before) / ids.length
  }
  await collection.insertOne({ _id: 'first', version: 0, text: '' }) // makes the collection
  const text = 'x'.repeat(1_500)
  const insert = await each((_id) => collection.insertOne({ _id, version: 0, text }))
  await each((_id) => collection.findOne({ _id })) // warm
  const find = await each((_id) => collection.findOne({ _id }))
  const update = await each((_id) =>
    collection.findOneAndUpdate({ _id, version: 0 }, { $inc: { version: 1 }, $set: { changedAt: new Date() } as never }),
  )
  return { find, update, insert }
}

async function usedByBare(): Promise<number> {
  const { user, system } = process.cpuUsage()
  const { ferretdb, postgres } = await engineCpu(benchEnginesDir)
  return (user + system) / 1_000 + (ferretdb + postgres) * 1_000
}

const comparedWith: Readonly<Record<string, { bare: keyof Bare; name: string; atMost: number }>> = {
  fetchKitsByEntityId: { bare: 'find', name: 'bare find', atMost: 2.2 },
  'preference/fetch': { bare: 'find', name: 'bare find', atMost: 2.2 },
  viewCustomer: { bare: 'find', name: 'bare find', atMost: 3.5 },
  kitActivation: { bare: 'update', name: 'bare findOneAndUpdate', atMost: 6 },
  'manageKit LOCK': { bare: 'update', name: 'bare findOneAndUpdate', atMost: 6 },
  'register with a card': { bare: 'insert', name: 'bare insert', atMost: 18 },
}
const statementsAimed: Readonly<Record<string, number>> = {
  fetchKitsByEntityId: 1,
  'preference/fetch': 1,
  viewCustomer: 2,
  kitActivation: 3.5,
  'manageKit LOCK': 4,
  'register with a card': 11,
}

function rowsOf(costs: readonly Cost[], bare: Bare): Row[] {
  const alone = (value: number) => spreadOf([value])
  return costs.flatMap(({ call: { name }, statements, processorOf }) => {
    const processor = sumOf(processorOf)
    const compared = comparedWith[name]
    return [
      figureRow(`${name}, statements`, 'statements', alone(statements), statementsAimed[name]),
      compared && bare[compared.bare] > 0
        ? comparisonRow({
            name: `${name}, processor`,
            unit: 'ms of CPU',
            value: alone(processor),
            better: 'low',
            comparedWith: compared.name,
            baseline: alone(bare[compared.bare]),
            aimRatio: Number((1 / compared.atMost).toFixed(3)),
          })
        : figureRow(`${name}, processor`, 'ms of CPU', alone(processor)),
    ]
  })
}

/** The whole of it, for people. */
function tableOf(costs: readonly Cost[]): string {
  const columns: Consumer[] = [...processNames, 'sandbox', ...engineNames]
  const table = new Table({
    head: [
      'call',
      '/s',
      'statements',
      'round trips',
      'by process',
      'messages',
      'calls',
      ...columns.map((name) => `${name} ms`),
      'system ms',
    ],
    style: { head: [], border: [], compact: true },
  })
  for (const { call, perSecond, statements, statementsOf, roundTrips, messages, callsBetween, processorOf } of costs)
    table.push([
      call.name,
      Math.round(perSecond),
      statements.toFixed(2),
      roundTrips.toFixed(2),
      [...statementsOf].map(([name, count]) => `${name} ${count.toFixed(2)}`).join(', '),
      messages.toFixed(2),
      callsBetween.toFixed(2),
      ...columns.map((name) => (processorOf.get(name) ?? 0).toFixed(2)),
      sumOf(processorOf).toFixed(2),
    ])
  return table.toString()
}

/** Of a call with an aim: which statements those are. */
function sourcesOf({ call, calls, begunMs, endedMs }: Cost, noted: readonly NotedStatement[]): string {
  const counts = new Map<string, number>()
  for (const each of noted.filter(({ atMs }) => atMs >= begunMs && atMs < endedMs)) {
    if (!isOfCall(each)) continue
    const { process, command, collection, fields } = each
    const source = `${process} ${command} ${collection} {${fields}}`
    counts.set(source, (counts.get(source) ?? 0) + weightOf(each) / calls)
  }
  const lines = [...counts].toSorted(([, left], [, right]) => right - left).map(([source, count]) => `  ${count.toFixed(2)}  ${source}`)
  return [call.name, ...lines].join('\n')
}

export const costBench: Bench = {
  name: 'cost',
  summary: 'what each call costs: statements to the store, messages, calls between processes, processor time',
  run,
}
