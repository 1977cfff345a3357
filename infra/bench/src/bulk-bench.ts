// The bulk bench: an order of a million cards from RECEIVED to SUCCESS, beside bare insertMany of
// the same documents on the same engine.
import { setTimeout as sleep } from 'node:timers/promises'
import { demoBranch, type Installation, startedNames } from '@dcms/ops'
import type { Dcms } from '@dcms/sdk'
import { databaseName } from '@dcms/service'
import type { mongo } from 'mongoose'
import { BareCards } from './bare-cards.ts'
import type { Bench, BenchOptions } from './bench-kind.ts'
import { engineCpu } from './engine-cpu.ts'
import { clientOf } from './issue-kits.ts'
import { versionsOf } from './machine.ts'
import { type Memory, watchMemory } from './memory-watch.ts'
import { cpuSeconds } from './process-cpu.ts'
import { comparisonRow, figureRow, type Row } from './report.ts'
import type { Running } from './running.ts'
import { spreadOf } from './statistics.ts'
import { benchEnginesDir, connectTo, startSurroundings, storeVersion, TENANT } from './surroundings.ts'
import { vendorFileRow } from './vendor-file-rows.ts'

const CARDS = 1_000_000
const CARDS_TINY = 1_200
/** Of the largest order: the others grow up to it. */
const PARTS = [0.01, 0.1, 1] as const
const BRANCH = 'BENCH-BRANCH'
const product = { bin: '608040', productId: '2003_PHYSICAL' }
/** Not due for long: the job that sends what is due must not come before the call that does. */
const NOT_DUE = '2199-01-01 00:00:00'
/** The simulated card management system takes half an hour, by its own clock. */
const DONE_AFTER = 'PT31M'
const POLL_MS = 100
const TELL_EVERY_MS = 10_000
/** An order that has not ended by then never will. */
const STOCKED_MS_MIN = 120_000
const CARDS_PER_SECOND_MIN = 50

const RATE_AIMED = 2_000
const BARE_RATIO_AIMED = 0.4
const MORE_MB_MAX = 100

interface Parts {
  running: Running
  installation: Installation
  dcms: Dcms
  /** The databases of the two contexts that keep cards in stock. */
  kit: mongo.Db
  inventory: mongo.Db
}

interface Made {
  cards: number
  rate: number
  bareRate: number
  memory: readonly Memory[]
}

async function run({ running, size, cards, profileDir }: BenchOptions): ReturnType<Bench['run']> {
  const largest = size === 'tiny' ? CARDS_TINY : (cards ?? CARDS)
  const { installation, engines, bank } = await startSurroundings(running, { services: startedNames, profileDir })
  const dcms = clientOf(bank)
  running.cleanUp(() => dcms.close())
  const client = await connectTo(engines.mongoUrl)
  running.cleanUp(() => client.close())
  const databaseOf = (context: 'kit' | 'inventory-order') => client.db(databaseName(installation.installation, context, TENANT))
  const parts: Parts = { running, installation, dcms, kit: databaseOf('kit'), inventory: databaseOf('inventory-order') }
  await dcms.createBranch(demoBranch(BRANCH))
  const bare = await BareCards.prepare(client.db(`${installation.installation}_bare`), parts)
  const all: Made[] = []
  for (const part of PARTS) {
    const count = Math.max(1, Math.round(largest * part))
    const { rate, memory } = await makeOrder(parts, count)
    await requireWhole(
      parts,
      all.reduce((sum, made) => sum + made.cards, count),
    )
    const bareRate = count / (await bare.insertNext(count, running.goOn))
    running.progress(`${count} cards: ${Math.round(rate)}/s; their documents by bare insertMany: ${Math.round(bareRate)}/s`)
    all.push({ cards: count, rate, bareRate, memory })
  }
  const files = await vendorFileRow(Math.round(largest * PARTS[1]), running.goOn)
  return { rows: [...rowsOf(all), files], versions: { ...(await versionsOf(['mongoose'])), store: await storeVersion(client) } }
}

/** One order, from its being stored to its last kit in stock. */
async function makeOrder(parts: Parts, cards: number): Promise<{ rate: number; memory: readonly Memory[] }> {
  const { dcms, installation } = parts
  const orderId = `BULK-${cards}`
  const memory = watchMemory(installation)
  const cpuBefore = await cpuOf(installation)
  const begun = performance.now()
  await dcms.createCardOrder({
    orderId,
    processStartTime: NOT_DUE,
    branchInfo: { branchId: BRANCH },
    products: [{ ...product, quantity: cards }],
  })
  await dcms.processCardOrder({ orderId, force: true })
  await advancePartners(installation)
  await dcms.updateCardOrderStatus({ orderId })
  await whenStocked(parts, orderId, STOCKED_MS_MIN + (cards * 1_000) / CARDS_PER_SECOND_MIN)
  const seconds = (performance.now() - begun) / 1_000
  const used = memory.stop()
  tellCpu(parts.running, cards, cpuBefore, await cpuOf(installation))
  parts.running.progress(
    `${cards} cards, most MB resident: ${used.map(({ process, peakMb }) => `${process} ${Math.round(peakMb)}`).join(', ')}`,
  )
  return { rate: cards / seconds, memory: used }
}

async function advancePartners(installation: Installation): Promise<void> {
  const { url } = installation.process('sandbox')
  const answer = await fetch(`${url}/_control/${TENANT}/clock`, { method: 'POST', body: JSON.stringify({ advance: DONE_AFTER }) })
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status} to its clock`)
}

/** @throws when the order ends otherwise, or not in time */
async function whenStocked({ inventory, running }: Parts, orderId: string, withinMs: number): Promise<void> {
  const orders = inventory.collection<{ _id: string; status: string; stocked: number }>('orders')
  const begun = performance.now()
  let toldMs = begun
  for (;;) {
    running.goOn()
    const order = await orders.findOne({ _id: orderId }, { projection: { status: 1, stocked: 1 } })
    if (order?.status === 'SUCCESS') return
    if (order?.status !== 'PENDING' && order?.status !== 'PROCESSED') throw new Error(`the order ${orderId} is ${order?.status}`)
    const now = performance.now()
    if (now - begun > withinMs) throw new Error(`the order ${orderId} was not stocked in time: ${order.stocked} kits are there`)
    if (now - toldMs > TELL_EVERY_MS) {
      toldMs = now
      running.progress(`${orderId}: ${order.stocked} in stock after ${((now - begun) / 1_000).toFixed(0)} s`)
    }
    await sleep(POLL_MS)
  }
}

/**
 * @throws when there are fewer or more kits, reserved card numbers or kits in stock than cards were
 * ordered
 */
async function requireWhole({ kit, inventory }: Parts, cards: number): Promise<void> {
  const counted = {
    kits: await kit.collection('kits').countDocuments({}),
    pans: await kit.collection('pans').countDocuments({}),
    stock: await inventory.collection('stock').countDocuments({}),
  }
  for (const [name, count] of Object.entries(counted))
    if (count !== cards) throw new Error(`${cards} cards were ordered, and there are ${count} ${name}`)
}

type Used = ReadonlyMap<string, number>

/** Seconds so far. */
async function cpuOf({ processes }: Installation): Promise<Used> {
  const used = new Map<string, number>()
  for (const [name, { pid }] of processes) used.set(name, pid === undefined ? 0 : await cpuSeconds(pid))
  const { ferretdb, postgres, kafka } = await engineCpu(benchEnginesDir)
  return used.set('FerretDB', ferretdb).set('PostgreSQL', postgres).set('Kafka', kafka)
}

function tellCpu({ progress }: Running, cards: number, before: Used, after: Used): void {
  const each = [...after].map(([name, used]) => `${name} ${(((used - (before.get(name) ?? 0)) * 1_000) / cards).toFixed(3)}`)
  progress(`${cards} cards, ms of processor per card: ${each.join(', ')}`)
}

function rowsOf(all: readonly Made[]): Row[] {
  const alone = (value: number) => spreadOf([value])
  const [first, last] = [all[0], all.at(-1)]
  if (!first || !last) throw new Error('no order was made')
  const rate = { name: 'cards', unit: 'cards/s', value: alone(last.rate), better: 'high' } as const
  return [
    comparisonRow({
      ...rate,
      comparedWith: 'bare insertMany of the same documents',
      baseline: alone(last.bareRate),
      aimRatio: BARE_RATIO_AIMED,
    }),
    comparisonRow({ ...rate, comparedWith: 'the rate aimed at', baseline: alone(RATE_AIMED), aimRatio: 1 }),
    ...all.map((made) => memoryRow(first, made)),
  ]
}

/**
 * Of the process that grew most since the first order; the first order’s row is of the one that
 * takes most.
 */
function memoryRow(first: Made, { cards, memory }: Made): Row {
  const before = new Map(first.memory.map(({ process, peakMb }) => [process, peakMb]))
  const grown = ({ process, peakMb }: Memory): number => peakMb - (memory === first.memory ? 0 : (before.get(process) ?? 0))
  const [most] = memory.toSorted((left, right) => grown(right) - grown(left))
  if (!most) throw new Error('no process was watched')
  const value = { median: most.peakMb, min: most.leastMb, max: most.peakMb }
  const aim = memory === first.memory ? undefined : (before.get(most.process) ?? 0) + MORE_MB_MAX
  return figureRow(`memory, of ${cards.toLocaleString('en')}`, 'MB', value, aim)
}

export const bulkBench: Bench = {
  name: 'bulk',
  summary: 'an order of 1,000,000 cards from RECEIVED to SUCCESS, beside bare insertMany; memory of the processes',
  run,
}
