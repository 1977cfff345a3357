// Producing the kits of card orders from their files: as the file has them, whatever dies when.
import type { BroughtCard, CardsOfFile, CheckedCard, FileCard, KitsNotProduced, KitsProduced, OrderProcessed } from '@dcms/contract'
import { usedSecret } from '@dcms/leak-scan'
import { type InternalClient, ServiceUnavailable } from '@dcms/service'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { onOrderProcessed } from '../src/issuing/on-order-processed.ts'
import { produceKits } from '../src/issuing/produce-kits.ts'
import { type Production, productionsOf } from '../src/issuing/production.ts'
import { type Kit, kitsOf } from '../src/kit.ts'
import { KitBank } from './kit-bank.ts'
import { dyingAfter } from './life.ts'

const BIN = '608040'
let bank: KitBank
beforeEach(async () => {
  bank = await KitBank.start()
  await bank.hsm.createKey('ACME_BANK', 'field')
})
afterEach(() => bank.close())

/** A card number of the part of the BIN that is kept for files. */
function panOf(serial: number): string {
  const digits = `${BIN}9${String(serial).padStart(8, '0')}`
  for (let check = 0; ; check++) if (isLuhn(`${digits}${check}`)) return usedSecret('pan', `${digits}${check}`)
}
function isLuhn(digits: string): boolean {
  const sum = [...digits].toReversed().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
async function cardOf(serial: number, change: Partial<FileCard> = {}): Promise<FileCard> {
  const pan = panOf(serial)
  const encryptedCardNumber = await bank.hsm.encryptField('ACME_BANK', pan)
  return { kitNo: `PGK${serial}`, encryptedCardNumber, lastFour: pan.slice(-4), expiry: '1139', ...change }
}
const cardsOf = (count: number, from = 0) => Promise.all(Array.from({ length: count }, (_, at) => cardOf(from + at)))

/** An inventory-order context that has the cards of one file. */
const stockWith = (cards: readonly FileCard[]): InternalClient & { isAway: boolean } => {
  const stock = {
    isAway: false,
    async call({ name }: { name: string }, body: unknown) {
      if (stock.isAway) throw new ServiceUnavailable('inventory-order does not answer')
      if (name !== 'cardsOfFile') throw new Error(`${name} was not to be asked`)
      const { chunk } = body as CardsOfFile
      const found = cards.slice(chunk * 1_000, (chunk + 1) * 1_000)
      return found.length > 0 ? { kind: 'answer', result: { cards: found } } : { kind: 'refused', code: 'ORD007', fieldError: [] }
    },
    close: () => Promise.resolve(),
  }
  return stock as unknown as InternalClient & { isAway: boolean }
}

const order = (orderId: string, quantity: number, change: Partial<OrderProcessed> = {}): OrderProcessed => ({
  type: 'OrderProcessed',
  orderId,
  branchId: 'BRANCH001',
  fileName: 'kits.txt',
  products: [{ bin: BIN, productId: '2003_PHYSICAL', quantity, plasticCode: 'PCLAS' }],
  processedAt: '2026-11-30T18:31:00.000Z',
  ...change,
})
let runs = 0
function produce(inventoryOrder: InternalClient, change: Parameters<KitBank['sweep']>[1] = {}) {
  const hsm = bank.newHsm() // as another process has it
  const laterMs = Date.now() + ++runs * 60_000 // what was put off has its turn again
  return bank.sweep(
    produceKits({ vault: bank.newVault(hsm), numbering: bank.newNumbering(hsm), inventoryOrder }, () => laterMs),
    change,
  )
}
const kitsOfOrder = (orderId: string) => kitsOf(bank.tenant).find({ orderId }).sort({ _id: 1 }).lean<Kit[]>()
async function eventsOf(orderId: string): Promise<(KitsProduced | KitsNotProduced)[]> {
  const production = await productionsOf(bank.tenant).findById(orderId).lean<Production>()
  return (production?.outbox ?? []).map(({ payload }) => payload as never)
}
const checked = async (cards: readonly BroughtCard[]) => {
  const { result, fieldError } = await bank.run('checkCards', { cards }, { roles: [] })
  if (!result) throw new Error(fieldError?.join('; '))
  return (result as { cards: CheckedCard[] }).cards
}
const brought = ({ kitNo, encryptedCardNumber, lastFour }: FileCard, bin = BIN): BroughtCard => ({
  kitNo,
  encryptedCardNumber,
  lastFour,
  bin,
})

test('the kits are made as the file has them, in batches that are told like those of numbered cards', async () => {
  const cards = await cardsOf(1_005)
  cards[1] = await cardOf(1, { parentKitNo: 'BOX1', aliasName: 'INSTA CARD' })
  await bank.told(onOrderProcessed, order('ORD-1', 1_005))
  await produce(stockWith(cards))
  const events = (await eventsOf('ORD-1')) as KitsProduced[]
  expect(events.map(({ type, batch, batches, plasticCode, kits }) => [type, batch, batches, plasticCode, kits.length])).toEqual([
    ['KitsProduced', 1, 2, 'PCLAS', 1_000],
    ['KitsProduced', 2, 2, 'PCLAS', 5],
  ])
  expect(events[0]?.kits[1]).toEqual({
    kitNo: 'PGK1',
    parentKitNo: 'BOX1',
    maskedCardNumber: `608040XXXXXX${panOf(1).slice(-4)}`,
    expDate: '2039-11-30T00:00:00.000+00:00',
  })
  const kits = await kitsOfOrder('ORD-1')
  expect(kits).toHaveLength(1_005)
  const kit = kits.find(({ _id }) => _id === 'PGK1')
  expect(kit).toMatchObject({
    status: 'UNALLOCATED',
    expiry: '3911',
    parentKitNo: 'BOX1',
    aliasName: 'INSTA CARD',
    productId: '2003_PHYSICAL',
  })
  if (!kit) throw new Error('the kit was not made')
  expect(await bank.cardNumberOf(kit)).toBe(panOf(1))
  const production = await productionsOf(bank.tenant).findById('ORD-1').lean()
  for (const absent of ['turnAt', 'rows', 'persoDueAt']) expect(production).not.toHaveProperty(absent)
})

test('lines of one product are one to the file', async () => {
  const product = { bin: BIN, productId: '2003_PHYSICAL', plasticCode: 'PCLAS' }
  await bank.told(
    onOrderProcessed,
    order('ORD-1', 0, {
      products: [
        { ...product, quantity: 2 },
        { ...product, quantity: 3 },
      ],
    }),
  )
  await produce(stockWith(await cardsOf(5)))
  expect((await eventsOf('ORD-1')).map((event) => event.type === 'KitsProduced' && event.kits.length)).toEqual([5])
})

test.each<[string, { touches?: number; relayed?: boolean }]>([
  ['kits are stored', { touches: 1 }],
  ['the batch is told of', { relayed: true }],
])('a process that dies when %s leaves nothing undone and nothing double', async (_point, { touches, relayed }) => {
  const stock = stockWith(await cardsOf(30))
  await bank.told(onOrderProcessed, order('ORD-1', 30))
  let left = touches ?? Number.POSITIVE_INFINITY
  const touched = () => {
    if (--left === 0) throw new Error('the process died')
  }
  await expect(produce(stock, { touched, ...(relayed && dyingAfter(1)) })).rejects.toThrow('batches of kits')
  const before = await kitsOfOrder('ORD-1')
  expect(before).toHaveLength(30)
  await produce(stock)
  expect(await kitsOfOrder('ORD-1')).toEqual(before)
  expect(await eventsOf('ORD-1')).toHaveLength(1)
})

test('while the file’s owner is away production waits, and goes on', async () => {
  const stock = stockWith(await cardsOf(3))
  await bank.told(onOrderProcessed, order('ORD-1', 3))
  stock.isAway = true
  await expect(produce(stock)).rejects.toThrow('batches of kits')
  expect(await eventsOf('ORD-1')).toEqual([])
  stock.isAway = false
  await produce(stock)
  expect(await kitsOfOrder('ORD-1')).toHaveLength(3)
})

test('numbers that were taken since the upload end the line, with the kit named and no card number', async () => {
  await bank.told(onOrderProcessed, order('ORD-1', 2))
  await produce(stockWith(await cardsOf(2)))
  const sameCard = await cardOf(1, { kitNo: 'PGK900' })
  for (const [orderId, card, reason] of [
    ['ORD-2', await cardOf(5, { kitNo: 'PGK1' }), 'kit PGK1 of the file: kitNo is taken'],
    ['ORD-3', sameCard, 'kit PGK900 of the file: the card number is taken'],
  ] as const) {
    await bank.told(onOrderProcessed, order(orderId, 1))
    await produce(stockWith([card]))
    expect(await eventsOf(orderId)).toEqual([
      {
        type: 'KitsNotProduced',
        orderId,
        productId: '2003_PHYSICAL',
        reason,
        reasonCode: 'invalid.kit.info',
        notProducedAt: expect.any(String),
      },
    ])
    expect(await kitsOfOrder(orderId)).toEqual([])
  }
})

test('a file that is not there any more, or a product that is not defined, ends the line', async () => {
  await bank.told(onOrderProcessed, order('ORD-1', 1))
  await produce(stockWith([]))
  expect(await eventsOf('ORD-1')).toMatchObject([{ type: 'KitsNotProduced', reasonCode: 'order.file.not.found' }])
  await bank.told(onOrderProcessed, order('ORD-2', 1, { products: [{ bin: BIN, productId: 'GONE', quantity: 1 }] }))
  await produce(stockWith(await cardsOf(1)))
  expect(await eventsOf('ORD-2')).toMatchObject([{ type: 'KitsNotProduced', reasonCode: 'product.not.found' }])
})

test('cards of a file are looked at: readable, of their BIN and its part for files, free, and each with a mark of its own', async () => {
  const right = await cardOf(1)
  const again = await cardOf(1, { kitNo: 'PGK2' })
  const [first, second, third] = await checked([brought(right), brought(again), brought(await cardOf(2))])
  expect(first?.mark).toMatch(/^[\w-]{16}$/)
  expect(second).toEqual(first)
  expect(third?.mark).not.toBe(first?.mark)
  const numbered = await bank.hsm.encryptField('ACME_BANK', usedSecret('pan', '6080400000000002'))
  const faulty: [BroughtCard, string][] = [
    [brought({ ...right, kitNo: '4240000001' }), 'KIT_NO_NUMBERED'],
    [{ ...brought(right), parentKitNo: '1400000001' }, 'PARENT_KIT_NO_NUMBERED'],
    [brought({ ...right, encryptedCardNumber: 'A'.repeat(64) }), 'CARD_NUMBER_UNREADABLE'],
    [brought({ ...right, encryptedCardNumber: await bank.hsm.encryptField('ACME_BANK', '6080409000000000') }), 'CARD_NUMBER_UNREADABLE'],
    [brought(right, '608041'), 'CARD_NUMBER_OF_ANOTHER_BIN'],
    [brought({ ...right, encryptedCardNumber: numbered, lastFour: '0002' }), 'CARD_NUMBER_NOT_FOR_FILES'],
    [brought({ ...right, lastFour: '0000' }), 'LAST_FOUR_DIFFERS'],
  ]
  expect(await checked(faulty.map(([card]) => card))).toEqual(faulty.map(([, fault]) => ({ fault })))
  await bank.told(onOrderProcessed, order('ORD-1', 1))
  await produce(stockWith([right]))
  expect(await checked([brought(right), brought(again)])).toEqual([{ fault: 'KIT_NO_TAKEN' }, { fault: 'CARD_NUMBER_TAKEN' }])
})
