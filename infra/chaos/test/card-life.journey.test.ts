// The life of cards by the table, against the running services: over HTTP through the gateway, with
// the events that the broker has at the end.
import { setTimeout as sleep } from 'node:timers/promises'
import { cardLife, type KitOperation, type KitStatus, stepOf } from '@dcms/contract'
import { OperatorRefused } from '@dcms/ops'
import { DcmsError } from '@dcms/sdk'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type EventLog, eventLog, eventually, startTestBank, type TestBank } from '../src/index.ts'

const TENANT = 'ACME_BANK'
const LONG_MS = 300_000
const SEQUENCES = 60
const TOP_TIER = 2 // CLASSICONE, SILVER, PLATINUM

let bank: TestBank
let log: EventLog
beforeAll(async () => {
  bank = await startTestBank()
  log = await eventLog({ kafkaBrokers: bank.installation.engines.kafkaBrokers, installation: bank.installation.installation })
}, 150_000)
afterAll(async () => {
  await log.stop()
  await bank.stop()
})

const operations = [
  'ACTIVATE',
  'LOCK',
  'UNLOCK',
  'BLOCK',
  'HOTLIST',
  'REPLACE',
  'BLOCK_AND_REPLACE',
  'UPGRADE',
  'CONVERT',
  'CLOSE',
] as const satisfies readonly KitOperation[]
type Operation = (typeof operations)[number]

interface Ordered {
  operation: Operation
  /** Of the refusal; undefined for a success. */
  code: string | undefined
  newKitNo: string | undefined
}

/** Orders an operation as its caller would. */
async function order(entityId: string, kitNo: string, operation: Operation): Promise<Ordered> {
  try {
    const result = await ask(entityId, kitNo, operation)
    const shown = typeof result === 'object' && 'kitInfo' in result ? result.kitInfo?.[0]?.kitNo : undefined
    return { operation, code: undefined, newKitNo: shown === kitNo ? undefined : shown }
  } catch (error) {
    if (error instanceof DcmsError) return { operation, code: error.errorCode, newKitNo: undefined }
    if (error instanceof OperatorRefused) return { operation, code: error.code, newKitNo: undefined }
    throw error
  }
}

function ask(entityId: string, kitNo: string, operation: Operation) {
  const { dcms } = bank
  switch (operation) {
    case 'ACTIVATE':
      return dcms.activateKit({ entityId, kitNo })
    case 'UPGRADE':
      return dcms.upgradeCard({ entityId, kitNo })
    case 'CONVERT':
      return dcms.applyForCard({ entityId, kitNo, deliveryAddress: 'PERMANENT' })
    case 'CLOSE':
      return bank.installation.operator.closeKit(TENANT, { kitNo })
    case 'REPLACE':
    case 'BLOCK_AND_REPLACE':
      return dcms.manageKit({ entityId, oldKit: kitNo, operation, cardType: 'VIRTUAL' })
    default:
      return dcms.manageKit({ entityId, oldKit: kitNo, operation })
  }
}

/** A card as the model has it. */
interface Known {
  kitNo: string
  status: KitStatus
  tier: number
  isPhysical: boolean
  wasActivated: boolean
  takesOver?: string | undefined
  /** The card that has its place or waits to take it. */
  next?: string
  /** Whether it was physical when it was upgraded: by that the same upgrade is known again. */
  upgradedAsPhysical?: boolean
  /** Its place was given to another card, after it was blocked. */
  isOut?: boolean
}
const waits = ({ status }: Known): boolean => status === 'ASSIGNED' || status === 'INACTIVE'

/**
 * The last of the cards that were to take a card's place one after the other: those before were
 * replaced before they were activated.
 */
function lastAfter(cards: Known[], card: Known): Known | undefined {
  let next = cards.find(({ kitNo }) => kitNo === card.next)
  while (next && !next.wasActivated && next.next) next = cards.find(({ kitNo }) => kitNo === next?.next)
  return next
}

function waitingAfter(cards: Known[], card: Known): Known | undefined {
  const before = card.isOut ? cards.find(({ kitNo }) => kitNo === card.takesOver) : card
  const last = before && lastAfter(cards, before)
  return last && waits(last) ? last : undefined
}
const fresh = { status: 'INACTIVE', tier: 0, isPhysical: false, wasActivated: false } as const

type Expected = { code: string } | { code: undefined; made?: Omit<Known, 'kitNo'>; shown?: string }

/**
 * What the operation must answer by the table, and what it makes of the cards: a new one, or the
 * one that waits.
 */
function expected(cards: Known[], card: Known, operation: Operation): Expected {
  const step = stepOf(operation, card.status)
  if ('refusal' in step) return { code: step.refusal }
  if (operation === 'UPGRADE' && card.tier === TOP_TIER) return { code: 'tier.not.found' }
  if (operation === 'CONVERT' && card.isPhysical) return { code: 'invalid.kit.info' }
  if (operation === 'UPGRADE' || operation === 'REPLACE' || operation === 'BLOCK_AND_REPLACE')
    return expectedSuccessor(cards, card, operation, step.to)
  card.status = step.to
  if (operation === 'CONVERT') card.isPhysical = true
  if (operation === 'ACTIVATE') {
    card.wasActivated = true
    const old = cards.find(({ kitNo }) => kitNo === card.takesOver)
    const taken = old && stepOf('TAKE_OVER', old.status)
    if (old && taken && 'to' in taken) old.status = taken.to
  }
  return { code: undefined }
}

/** A card has at most one that waits to take its place. */
function expectedSuccessor(cards: Known[], card: Known, operation: Operation, to: KitStatus): Expected {
  const waiting = waitingAfter(cards, card)
  if (operation === 'UPGRADE' && waiting)
    return card.upgradedAsPhysical === card.isPhysical ? { code: undefined, shown: waiting.kitNo } : { code: 'card.status.active' }
  if (card.isOut && !waiting) return { code: 'card.status.active' }
  card.status = to
  if (waiting) {
    card.next ??= waiting.kitNo
    return { code: undefined, shown: waiting.kitNo }
  }
  const blocked = lastAfter(cards, card)
  if (blocked && !blocked.wasActivated && blocked.status === 'BLOCKED') blocked.isOut = true
  const { tier, isPhysical, wasActivated, takesOver } = card
  card.upgradedAsPhysical = isPhysical
  if (operation === 'UPGRADE')
    return { code: undefined, made: { ...fresh, status: 'ASSIGNED', tier: tier + 1, isPhysical, takesOver: card.kitNo } }
  return { code: undefined, made: { ...fresh, tier, takesOver: wasActivated ? undefined : takesOver } }
}

async function newCustomer(cards: number): Promise<{ entityId: string; kitNos: string[] }> {
  const { entityId } = await bank.dcms.register({ ...bank.newCustomer(), kitInfo: [] })
  const kitInfo = Array.from({ length: cards }, () => ({ accountNo: '8642135', cardType: 'VIRTUAL' as const }))
  const issued = await bank.dcms.registerCard({ entityId, kitInfo })
  return { entityId, kitNos: issued.kitInfo.map(({ kitNo }) => kitNo) }
}

const statusesOf = async (entityId: string): Promise<Record<string, string>> =>
  Object.fromEntries((await bank.dcms.fetchKitsByEntityId({ entityId })).map(({ kitNo, cardStatus }) => [kitNo, cardStatus]))

/**
 * The types of a card's events, when they are all there: without a gap, each one by the table,
 * ending where the card stands.
 */
async function told(kitNo: string, status: string | undefined): Promise<string[]> {
  return await eventually(async () => {
    const byId = new Map(log.events.filter(({ subject }) => subject === kitNo).map((event) => [event.id, event]))
    const events = [...byId.values()].filter(({ source }) => source.endsWith('kit')).sort((left, right) => left.sequence - right.sequence)
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, position) => position + 1))
    const ofLife = events.filter(({ type }) => !type.startsWith('Shipment'))
    let reached: KitStatus = 'RESERVED'
    for (const { type, payload } of ofLife) reached = leadsTo(type, reached, payload)
    expect(reached).toBe(status)
    return ofLife.map(({ type }) => type)
  })
}

function leadsTo(event: string, from: KitStatus, { previousStatus = from, cardStatus }: Record<string, unknown>): KitStatus {
  expect([event, previousStatus]).toEqual([event, from])
  const ends = (Object.keys(cardLife) as KitOperation[]).flatMap((operation) => {
    const step = stepOf(operation, from)
    return 'to' in step && step.event === event ? [step.to] : []
  })
  // Every event that changes the status says which one it is now; KitUpgraded leaves it.
  const end = event === 'KitUpgraded' ? ends[0] : ends.find((each) => each === cardStatus)
  if (!end) throw new Error(`the table has no ${event} from ${from} to ${cardStatus}`)
  return end
}

const steps = fc.array(fc.record({ operation: fc.constantFrom(...operations), which: fc.nat(20) }), { minLength: 5, maxLength: 12 })

test(
  'no sequence of operations on several cards reaches what the table forbids, and every refusal is the table’s',
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const { entityId, kitNos } = await newCustomer(2)
        const cards = kitNos.map((kitNo): Known => ({ ...fresh, kitNo }))
        for (const { operation, which } of sequence) {
          const card = cards[which % cards.length]
          if (!card) throw new Error('there is no card')
          const must = expected(cards, card, operation)
          const ordered = await order(entityId, card.kitNo, operation)
          expect(ordered).toMatchObject({ operation, code: must.code })
          if (must.code === undefined && must.shown) expect(ordered).toMatchObject({ operation, newKitNo: must.shown })
          if (must.code === undefined && must.made) {
            card.next = ordered.newKitNo ?? 'none'
            cards.push({ ...must.made, kitNo: card.next })
          }
        }
        const statuses = Object.fromEntries(cards.map(({ kitNo, status }) => [kitNo, status]))
        expect(await statusesOf(entityId)).toEqual(statuses)
        for (const { kitNo, status } of cards) await told(kitNo, status)
      }),
      { numRuns: SEQUENCES },
    )
  },
  LONG_MS,
)

const eventOf: Readonly<Record<Operation, string>> = {
  ACTIVATE: 'KitActivated',
  LOCK: 'KitLocked',
  UNLOCK: 'KitUnlocked',
  BLOCK: 'KitBlocked',
  HOTLIST: 'KitHotlisted',
  REPLACE: 'KitReplaced',
  BLOCK_AND_REPLACE: 'KitReplaced',
  UPGRADE: 'KitUpgraded',
  CONVERT: 'KitConverted',
  CLOSE: 'KitClosed',
}

/** The same upgrade again answers the card that waits, and changes nothing. */
const isFirstOfItsUpgrade = ({ operation, newKitNo }: Ordered, position: number, all: readonly Ordered[]): boolean =>
  operation !== 'UPGRADE' || all.findIndex((each) => each.operation === 'UPGRADE' && each.newKitNo === newKitNo) === position

/**
 * Mostly what can be undone; at the end what ends it. Every fifth goes to whichever card of the
 * customer is the newest then.
 */
const mixOf = (position: number): Operation =>
  position > 80 && position % 6 === 0
    ? ((['REPLACE', 'BLOCK_AND_REPLACE', 'BLOCK', 'HOTLIST'] as const)[(position / 6) % 4] ?? 'REPLACE')
    : ((['ACTIVATE', 'LOCK', 'UPGRADE', 'UNLOCK', 'CONVERT'] as const)[position % 5] ?? 'LOCK')

test.each([
  ['at once', 0],
  ['within two seconds', 2_000],
])(
  'a hundred mixed operations %s on one card and those that take its place end as some order of them does, with exactly its events',
  async (_when, withinMs) => {
    const { entityId, kitNos } = await newCustomer(1)
    const [first = ''] = kitNos
    await bank.dcms.activateKit({ entityId, kitNo: first })
    let newest = first
    const ordered = await Promise.all(
      Array.from({ length: 100 }, async (_each, position) => {
        await sleep((position / 100) * withinMs)
        const done = await order(entityId, position % 5 === 0 ? newest : first, mixOf(position))
        newest = done.newKitNo ?? newest
        return done
      }),
    )
    const done = ordered.filter(({ code }) => code === undefined)
    for (const { code } of ordered) expect(['internal.error', 'service.unavailable', 'MCC007']).not.toContain(code)
    const statuses = await statusesOf(entityId)
    const made = new Set(done.flatMap(({ newKitNo }) => newKitNo ?? []))
    // A card that is hotlisted before all else gets no successor, and nothing but that keeps it
    // from one.
    expect(made.size > 0 || statuses[first] === 'HOTLISTED').toBe(true)
    expect(Object.keys(statuses).toSorted()).toEqual([first, ...made].toSorted())
    const events = (await Promise.all(Object.entries(statuses).map(([kitNo, status]) => told(kitNo, status)))).flat()
    const takenOver = new Set(
      log.events.filter(({ subject, payload }) => subject in statuses && payload.operation === 'TAKE_OVER').map(({ id }) => id),
    ).size
    const wanted = [
      ...done.filter(isFirstOfItsUpgrade).map(({ operation }) => eventOf[operation]),
      'KitActivated', // before the hundred
      ...Object.keys(statuses).map(() => 'KitIssued'),
      ...Array.from({ length: takenOver }, () => 'KitReplaced'),
    ]
    expect(events.toSorted()).toEqual(wanted.toSorted())
  },
  LONG_MS,
)
