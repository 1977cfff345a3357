// What the cost bench says of a call: its statements, weighted, and how that compares with what
// is aimed at.
import { type ProcessName, processNames } from '@dcms/contract'
import Table from 'cli-table3'
import type { Bare } from './bare-cost.ts'
import type { CostCall } from './cost-calls.ts'
import { comparisonRow, figureRow, type Row } from './report.ts'
import { isStatement, type NotedStatement } from './statement-notes.ts'
import { spreadOf } from './statistics.ts'

/** What an operation in a bulk counts, beside a statement of its own. */
const IN_BULK = 0.2

/** What the calls that matter most may cost. */
interface Aim {
  /** Statements of a call. */
  statements: number
  /** Processor time, against a bare statement of that kind. */
  bare: keyof Bare
  atMost: number
}
const aims: Readonly<Record<string, Aim>> = {
  fetchKitsByEntityId: { statements: 1, bare: 'find', atMost: 2.2 },
  'preference/fetch': { statements: 1, bare: 'find', atMost: 2.2 },
  viewCustomer: { statements: 2, bare: 'find', atMost: 3.5 },
  kitActivation: { statements: 3.5, bare: 'update', atMost: 6 },
  'manageKit LOCK': { statements: 4, bare: 'update', atMost: 6 },
  'register with a card': { statements: 11, bare: 'insert', atMost: 18 },
}
export const hasAim = ({ name }: CostCall): boolean => name in aims
const bareNames: Readonly<Record<keyof Bare, string>> = {
  find: 'bare find',
  update: 'bare findOneAndUpdate',
  insert: 'bare insert',
}

export const engineNames = ['ferretdb', 'postgres', 'kafka'] as const
type Engine = (typeof engineNames)[number]
export type Consumer = ProcessName | 'sandbox' | Engine

/** The calls of one row, and what can be read off at once. */
export interface Made {
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
export interface Cost extends Made {
  /** Weighted: in a bulk a fifth. */
  statements: number
  statementsOf: Map<ProcessName, number>
  roundTrips: number
  callsBetween: number
}

export function costOf(made: Made, all: readonly NotedStatement[]): Cost {
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
  /(^|,)(outboxAt|outboxAside\.at|issuingAt|\w+PendingAt|\w+KeyVersion|indexVersion|reservation\.until|shipmentDueAt|revision|leaseUntil|nextAt|shipments?\.\w+)(,|$)/
const collectionsOfTheClock = new Set(['audit', 'jobs', 'sweeps', 'set_aside', 'leases', 'keys'])
export const isOfCall = (each: NotedStatement): boolean =>
  isStatement(each) && !collectionsOfTheClock.has(each.collection) && !byTheClock.test(each.fields)

export const sumOf = (values: ReadonlyMap<unknown, number>): number => [...values.values()].reduce((sum, value) => sum + value, 0)

export function rowsOf(costs: readonly Cost[], bare: Bare): Row[] {
  const alone = (value: number) => spreadOf([value])
  return costs.flatMap(({ call: { name }, statements, processorOf }) => {
    const processor = sumOf(processorOf)
    const aim = aims[name]
    return [
      figureRow(`${name}, statements`, 'statements', alone(statements), aim?.statements),
      aim && bare[aim.bare] > 0
        ? comparisonRow({
            name: `${name}, processor`,
            unit: 'ms of CPU',
            value: alone(processor),
            better: 'low',
            comparedWith: bareNames[aim.bare],
            baseline: alone(bare[aim.bare]),
            aimRatio: Number((1 / aim.atMost).toFixed(3)),
          })
        : figureRow(`${name}, processor`, 'ms of CPU', alone(processor)),
    ]
  })
}

/** The whole of it, for people. */
export function tableOf(costs: readonly Cost[]): string {
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

/** Of the calls with aims: which statements those are. */
export const sourcesOf = (costs: readonly Cost[], noted: readonly NotedStatement[]): string[] =>
  costs.filter(({ call }) => hasAim(call)).map((cost) => sourcesOfCall(cost, noted))

function sourcesOfCall({ call, calls, begunMs, endedMs }: Cost, noted: readonly NotedStatement[]): string {
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
