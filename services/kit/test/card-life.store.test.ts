// The life of cards by the table, against the running commands and the real store: at random, and a
// hundred at once. Rule: docs/rules.md#which-statuses-allow-what.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type KitInfo, type KitOperation, type KitStatus, stepOf } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Answered, KitBank } from './kit-bank.ts'
import { customerContext, kitsOfEntity, replay, tieredTenant } from './life.ts'

const LONG_MS = 300_000
let bank: KitBank

beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())

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

/** Runs an operation as its caller would. */
function order(entityId: string, kitNo: string, operation: Operation): Promise<Answered> {
  const tenant = tieredTenant(bank)
  switch (operation) {
    case 'ACTIVATE':
      return bank.run('activateKit', { entityId, kitNo }, { tenant })
    case 'UPGRADE':
      return bank.run('upgradeCard', { entityId, kitNo }, { tenant })
    case 'CONVERT':
      return bank.run('applyForCard', { entityId, kitNo }, { tenant })
    case 'CLOSE':
      return bank.run('closeKit', { kitNo }, { tenant, user: 'asha' })
    default:
      return bank.run(
        'manageKit',
        { entityId, oldKit: kitNo, operation, ...(operation.endsWith('REPLACE') && { cardType: 'VIRTUAL' }) },
        { tenant },
      )
  }
}

/** A card as the model has it. */
interface Known {
  kitNo: string
  status: KitStatus
  isPhysical: boolean
  isPlatinum: boolean
  takesOver?: string
  wasActivated?: boolean
  /** The card that has its place or waits to take it. */
  next?: string
  /** Whether it was physical when it was upgraded: by that the same upgrade is known again. */
  upgradedAsPhysical?: boolean
  /** Its place was given to another card, after it was blocked. */
  isOut?: boolean
}
type Made = Omit<Known, 'kitNo'>

const waits = ({ status }: Known): boolean => status === 'ASSIGNED' || status === 'INACTIVE'

/**
 * The card that waits to take this one's place, along those that were replaced before they were
 * activated.
 */
function waitingAfter(cards: Known[], card: Known): Known | undefined {
  let next = cards.find(({ kitNo }) => kitNo === (card.isOut ? card.takesOver : card.next))
  if (card.isOut) return next && waitingAfter(cards, next)
  while (next && !next.wasActivated && next.next) next = cards.find(({ kitNo }) => kitNo === next?.next)
  return next && waits(next) ? next : undefined
}

/** A card that was blocked on its way cannot have the place back once another one gets it. */
function giveAway(cards: Known[], card: Known): void {
  let next = cards.find(({ kitNo }) => kitNo === card.next)
  while (next && !next.wasActivated && next.next) next = cards.find(({ kitNo }) => kitNo === next?.next)
  if (next && !next.wasActivated && next.status === 'BLOCKED') next.isOut = true
}

/**
 * What the operation must answer by the table, and what it makes of the cards: a new one, or the
 * one that waits.
 */
function expected(cards: Known[], card: Known, operation: Operation): { code: string } | { made?: Made; shown?: string } {
  const step = stepOf(operation, card.status)
  if ('refusal' in step) return { code: step.refusal }
  if (operation === 'UPGRADE' && card.isPlatinum) return { code: 'tier.not.found' }
  if (operation === 'CONVERT' && card.isPhysical) return { code: 'invalid.kit.info' }
  const isReplacement = operation === 'REPLACE' || operation === 'BLOCK_AND_REPLACE'
  const waiting = operation === 'UPGRADE' || isReplacement ? waitingAfter(cards, card) : undefined
  if (operation === 'UPGRADE' && waiting)
    return card.upgradedAsPhysical === card.isPhysical ? { shown: waiting.kitNo } : { code: 'card.status.active' }
  if (isReplacement && card.isOut && !waiting) return { code: 'card.status.active' }
  card.status = step.to
  if (operation === 'CONVERT') card.isPhysical = true
  if (operation === 'ACTIVATE') {
    card.wasActivated = true
    const old = cards.find(({ kitNo }) => kitNo === card.takesOver)
    const taken = old && stepOf('TAKE_OVER', old.status)
    if (old && taken && 'to' in taken) old.status = taken.to
  }
  if (operation !== 'UPGRADE' && !isReplacement) return {}
  if (waiting) {
    card.next ??= waiting.kitNo
    return { shown: waiting.kitNo }
  }
  giveAway(cards, card)
  const { isPhysical, isPlatinum } = card
  card.upgradedAsPhysical = isPhysical
  if (operation === 'UPGRADE') return { made: { status: 'ASSIGNED', isPhysical, isPlatinum: true, takesOver: card.kitNo } }
  const handedOn = !card.wasActivated && card.takesOver
  return { made: { status: 'INACTIVE', isPhysical: false, isPlatinum, ...(handedOn && { takesOver: handedOn }) } }
}

const newKitOf = ({ result }: Answered): KitInfo | undefined => (result as { kitInfo?: KitInfo[] } | null)?.kitInfo?.[0]

/**
 * Of a card and all that came from it at most one is in use or waits while another one is in use
 * that it would not replace.
 */
function inUseAtMostOnce(cards: Known[]): void {
  for (const card of cards) {
    const heirs = cards.filter(({ takesOver, isOut }) => takesOver === card.kitNo && !isOut)
    expect(heirs.filter((heir) => waits(heir) || heir.status === 'ACTIVE' || heir.status === 'LOCKED').length).toBeLessThanOrEqual(1)
  }
}

const steps = fc.array(fc.record({ operation: fc.constantFrom(...operations), which: fc.nat(20) }), { minLength: 1, maxLength: 15 })

test(
  'no sequence of operations on several cards reaches what the table forbids, and every refusal is the table’s',
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const entityId = `req-${randomUUID()}`
        bank.parts = { customer: customerContext({ mobiles: { [entityId]: [] } }) }
        const issued = [await bank.issue(entityId, 'INACTIVE'), await bank.issue(entityId, 'INACTIVE')]
        const cards = issued.map(({ _id }): Known => ({ kitNo: _id, status: 'INACTIVE', isPhysical: false, isPlatinum: false }))
        for (const { operation, which } of sequence) {
          const card = cards[which % cards.length]
          if (!card) throw new Error('there is no card')
          const must = expected(cards, card, operation)
          const answered = await order(entityId, card.kitNo, operation)
          expect({ operation, code: answered.code }).toEqual({ operation, code: 'code' in must ? must.code : undefined })
          const shown = newKitOf(answered)?.kitNo
          if ('shown' in must) expect({ operation, shown }).toEqual({ operation, shown: must.shown })
          if ('made' in must && must.made) {
            card.next = shown ?? 'none'
            cards.push({ ...must.made, kitNo: card.next })
          }
          inUseAtMostOnce(cards)
        }
        const stored = await kitsOfEntity(bank, entityId)
        expect(statusesOf(stored.map(({ _id, status }) => [_id, status]))).toEqual(
          statusesOf(cards.map(({ kitNo, status }) => [kitNo, status])),
        )
        for (const kit of stored) replay(kit)
      }),
      { numRuns: 100 },
    )
  },
  LONG_MS,
)

const statusesOf = (entries: [string, KitStatus][]): Record<string, KitStatus> => Object.fromEntries(entries.toSorted())

test.each([
  ['at once', 0],
  ['within half a second', 500],
])(
  'a hundred operations %s on one card end as some order of them does, with exactly its events',
  async (_when, withinMs) => {
    const entityId = `req-${randomUUID()}`
    bank.parts = { customer: customerContext({ mobiles: { [entityId]: [] } }) }
    const { _id: kitNo } = await bank.issue(entityId, 'INACTIVE')
    const mixed = Array.from({ length: 100 }, (_, position) => mixOf(position))
    const answered = await Promise.all(
      mixed.map(async (operation, position) => {
        await sleep((position % 10) * (withinMs / 10) + position * (withinMs / 1_000))
        return { operation, ...(await order(entityId, kitNo, operation)) }
      }),
    )
    const done = answered.filter(({ status }) => status === 200)
    for (const { code } of answered.filter(({ status }) => status !== 200))
      expect([
        'card.status.active',
        'card.already.active',
        'card.already.blocked',
        'card.blocked',
        'tier.not.found',
        'concurrent.change',
        'invalid.kit.info',
      ]).toContain(code)
    const kits = await kitsOfEntity(bank, entityId)
    for (const kit of kits) replay(kit)
    const told = kits[0]?.outbox.flatMap(({ type }) => (type === 'KitIssued' ? [] : [type])) ?? []
    const changing = done.filter(isFirstOfItsUpgrade)
    expect(told.toSorted()).toEqual(changing.map(({ operation }) => eventOf[operation]).toSorted())
    expect(kits.filter(({ status }) => status === 'RESERVED')).toEqual([])
    const newKits = done.map(newKitOf).filter((each) => each !== undefined && each.kitNo !== kitNo)
    expect(
      kits
        .slice(1)
        .map(({ _id }) => _id)
        .toSorted(),
    ).toEqual([...new Set(newKits.map((each) => each?.kitNo))].toSorted())
  },
  LONG_MS,
)

/** The same upgrade again answers the card that waits, and changes nothing. */
const isFirstOfItsUpgrade = ({ operation, result }: Ordered, position: number, all: readonly Ordered[]): boolean =>
  operation !== 'UPGRADE' || all.findIndex((each) => each.operation === 'UPGRADE' && shownBy(each) === shownBy({ result })) === position
type Ordered = Pick<Answered, 'result'> & { operation: Operation }
const shownBy = ({ result }: Pick<Answered, 'result'>): string | undefined => newKitOf({ status: 200, headers: {}, result })?.kitNo

/** Mostly what can be undone, so that it goes on for long; now and then what ends it. */
const mixOf = (position: number): Operation =>
  position % 33 === 32 ? 'REPLACE' : position % 10 === 9 ? 'UPGRADE' : ((['ACTIVATE', 'LOCK', 'UNLOCK'] as const)[position % 3] ?? 'LOCK')

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

test(
  'of forty orders to replace one card, one does, and one new card is there', // more would wait for connections until they are refused
  async () => {
    const entityId = `req-${randomUUID()}`
    bank.parts = { customer: customerContext({ mobiles: { [entityId]: [] } }) }
    const { _id: kitNo } = await bank.issue(entityId, 'ACTIVE')
    const answered = await Promise.all(Array.from({ length: 40 }, () => order(entityId, kitNo, 'REPLACE')))
    expect(answered.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await kitsOfEntity(bank, entityId)).map(({ status }) => status)).toEqual(['REPLACED', 'INACTIVE'])
  },
  LONG_MS,
)
