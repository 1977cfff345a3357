// Many documents changed by one statement in the real store: each by itself, with its events, once.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Card, cardsOf, newCard, TestBank } from '../../test/test-bank.ts'
import { type Decision, refuse, unchanged } from './decision.ts'

let bank: TestBank
let names = 0
beforeAll(async () => {
  bank = await TestBank.start()
})
afterAll(() => bank.close())

async function storedCards(count: number, change: Partial<Card> = {}): Promise<string[]> {
  const cards = Array.from({ length: count }, () => ({ ...newCard(`many-${names++}`), ...change }))
  await cardsOf(bank.tenant).collection.insertMany(cards as never)
  return cards.map(({ _id }) => _id)
}
const activation: Decision<Card, { type: string }, never> = {
  kind: 'changed',
  set: { status: 'ACTIVE' },
  events: [{ type: 'CardActivated' }],
}

test('each document is decided on its own, and its event is numbered on', async () => {
  const [one = '', other = '', third = ''] = await storedCards(3, { sequence: 4, relayedSequence: 4 })
  const settled = await bank
    .scope({ commandId: 'many' })
    .changeMany(cardsOf, [one, other, third, 'missing'], (card) =>
      card._id === one ? activation : card._id === other ? unchanged : refuse('MCC007'),
    )
  expect([...settled].map(([id, { decision }]) => [id, decision.kind]).sort()).toEqual(
    [
      [one, 'changed'],
      [other, 'unchanged'],
      [third, 'refused'],
    ].sort(),
  )
  expect(await bank.card(one)).toMatchObject({ status: 'ACTIVE', version: 1, sequence: 5, commandIds: ['many'] })
  expect((await bank.outboxOf(one)).map(({ type, sequence }) => [type, sequence])).toEqual([['CardActivated', 5]])
  expect(await bank.card(other)).toMatchObject({ version: 0 })
})

test('a repeat of the command finds its documents done', async () => {
  const ids = await storedCards(2)
  await bank.scope({ commandId: 'twice' }).changeMany(cardsOf, ids, () => activation)
  const again = await bank.scope({ commandId: 'twice' }).changeMany(cardsOf, ids, () => activation)
  expect([...again.values()].map(({ decision }) => decision.kind)).toEqual(['done-before', 'done-before'])
  for (const id of ids) expect(await bank.card(id)).toMatchObject({ version: 1, sequence: 1 })
})

test('of commands that change the same documents at once each changes each once', async () => {
  const ids = await storedCards(40)
  const add = (name: string, order: string[]) =>
    bank
      .scope({ commandId: name })
      .changeMany(cardsOf, order, (card) => ({ kind: 'changed', set: { uses: card.uses + 1 }, events: [{ type: name }] }))
  const done = await Promise.all([add('A', ids), add('B', ids.toReversed()), add('C', ids)])
  expect(done.map(({ size }) => size)).toEqual([40, 40, 40])
  for (const id of ids) {
    expect(await bank.card(id)).toMatchObject({ uses: 3, version: 3, sequence: 3 })
    expect((await bank.outboxOf(id)).map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  }
})

test('a document with too many events that wait is not changed', async () => {
  const ids = await storedCards(1, { sequence: 200 })
  await expect(bank.scope().changeMany(cardsOf, ids, () => activation)).rejects.toMatchObject({ unavailable: true })
})
