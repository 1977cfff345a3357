// Placing documents in the real store: of several at once one is placed, into a model and into a
// bare collection alike.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { cardsOf, newCard, TestBank } from '../../test/test-bank.ts'
import { place, placeMany } from './place.ts'

let bank: TestBank
beforeAll(async () => {
  bank = await TestBank.start()
  await turns().createIndex({ holder: 1 }, { unique: true }) // as a service does at its start: the race is for the document
})
afterAll(() => bank.close())

interface Turn {
  _id: string
  holder: string
}
const turns = () => bank.connection.useDb(`${bank.installation}_kit`, { useCache: true }).collection<Turn>('turns')

test('a document is placed once, and what is there stays as it is', async () => {
  const card = newCard('placed')
  expect(await place(cardsOf(bank.tenant), card)).toBe('placed')
  expect(await place(cardsOf(bank.tenant), { ...card, uses: 9 })).toBe('there')
  expect(await bank.card('placed')).toEqual(card)
})

test('of many at once one is placed', async () => {
  const holders = Array.from({ length: 8 }, (_, number) => `holder-${number}`)
  const placed = await Promise.all(holders.map((holder) => place(turns(), { _id: 'turn', holder })))
  expect(placed.filter((each) => each === 'placed')).toHaveLength(1)
  expect((await turns().findOne({ _id: 'turn' }))?.holder).toBe(holders[placed.indexOf('placed')])
})

test('another value that must be unique counts too', async () => {
  expect(await place(turns(), { _id: 'first', holder: 'asha' })).toBe('placed')
  expect(await place(turns(), { _id: 'second', holder: 'asha' })).toBe('there')
})

test('any other fault of the store is thrown', async () => {
  const broken = { insertOne: () => Promise.reject(new Error('the store is away')) } as unknown as ReturnType<typeof turns>
  await expect(place(broken, { _id: 'lost', holder: 'asha' })).rejects.toThrow('the store is away')
})

test('of many documents those that are there stay as they are, and the others are placed', async () => {
  const [one, other] = [newCard('many-1'), newCard('many-2')]
  expect(await placeMany(cardsOf(bank.tenant), [one])).toBe('placed')
  expect(await placeMany(cardsOf(bank.tenant), [{ ...one, uses: 9 }, other])).toBe('some-there')
  expect([await bank.card('many-1'), await bank.card('many-2')]).toEqual([one, other])
  expect(await placeMany(cardsOf(bank.tenant), [])).toBe('placed')
})

test('another fault among duplicates is thrown', async () => {
  const fault = Object.assign(new Error('duplicates, and worse'), { code: 11000, writeErrors: [{ code: 11000 }, { code: 2 }] })
  const broken = { collection: { insertMany: () => Promise.reject(fault) } } as unknown as ReturnType<typeof cardsOf>
  await expect(placeMany(broken as never, [newCard('many-3')])).rejects.toThrow('duplicates, and worse')
})
