// Committing on the real store: state, version and events in one write, or none of them.

import type { ReceivedEvent } from '@dcms/events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Card, cardsOf, newCard, TestBank, until } from '../../test/test-bank.ts'
import { type Decision, refuse, ServiceUnavailable, unchanged } from './decision.ts'
import type { Scope } from './scope.ts'

let bank: TestBank
let names = 0
beforeAll(async () => {
  bank = await TestBank.start()
})
afterAll(() => bank.close())

const told = (...types: string[]) => types.map((type) => ({ type }))
const activation = (...types: string[]): Decision<Card, { type: string }, never> => ({
  kind: 'changed',
  set: { status: 'ACTIVE' },
  events: told(...types),
})
async function storedCard(change: Partial<Card> = {}): Promise<Card> {
  const card = { ...newCard(`card-${names++}`), ...change }
  await cardsOf(bank.tenant).collection.insertOne({ ...card } as never)
  return card
}
const commit = (card: Card | null, decision: Decision<Card, { type: string }, 'MCC007'>, scope: Scope = bank.scope()) =>
  scope.commit(cardsOf, card, decision, 'success')

test('a change, its events and the version are one write', async () => {
  const card = await storedCard()
  const now = new Date('2026-11-20T10:00:00Z')
  const scope = bank.scope({ now, commandId: 'activate', requestId: 'request-7', traceparent: '00-trace' })
  expect(await commit(card, activation('KitIssued', 'KitActivated'), scope)).toEqual({ kind: 'answer', result: 'success' })
  const event = { dataVersion: 1, definitionVersion: 1, time: now, requestId: 'request-7', traceparent: '00-trace' }
  expect(await bank.card(card._id)).toEqual({
    ...card,
    status: 'ACTIVE',
    version: 1,
    sequence: 2,
    outboxAt: now,
    commandIds: ['activate'],
    outbox: [
      { ...event, id: expect.any(String), type: 'KitIssued', sequence: 1, payload: { type: 'KitIssued' } },
      { ...event, id: expect.any(String), type: 'KitActivated', sequence: 2, payload: { type: 'KitActivated' } },
    ],
  })
})

test('events are numbered on without gaps from commit to commit, each with an id of its own', async () => {
  const { _id } = await storedCard()
  for (const types of [['A', 'B'], [], ['C'], ['D', 'E']]) await commit(await bank.card(_id), activation(...types))
  const outbox = await bank.outboxOf(_id)
  expect(outbox.map(({ type, sequence }) => `${sequence} ${type}`)).toEqual(['1 A', '2 B', '3 C', '4 D', '5 E'])
  expect(new Set(outbox.map(({ id }) => id)).size).toBe(5)
  expect(await bank.card(_id)).toMatchObject({ version: 4, sequence: 5 })
})

test('a document that somebody else changed first is overtaken, and nothing is written', async () => {
  const card = await storedCard()
  await commit(card, { kind: 'changed', set: { uses: 1 }, events: [] })
  const before = await bank.card(card._id)
  expect(await commit(card, activation('KitActivated'))).toEqual({ kind: 'overtaken' })
  expect(await bank.card(card._id)).toEqual(before)
})

test('of two commits at once on the same state one wins', async () => {
  const card = await storedCard()
  const outcomes = await Promise.all([1, 2, 3].map(() => commit(card, activation('KitActivated'))))
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['answer', 'overtaken', 'overtaken'])
  expect(await bank.outboxOf(card._id)).toHaveLength(1)
})

test.each([
  ['a refusal', refuse('MCC007'), { kind: 'refused', code: 'MCC007' }],
  ['nothing to change', unchanged, { kind: 'answer', result: 'success' }],
] as const)('%s writes nothing', async (_what, decision, outcome) => {
  const card = await storedCard()
  expect(await commit(card, decision)).toEqual(outcome)
  expect(await bank.card(card._id)).toEqual(card)
})

test('a refusal of what does not exist is a refusal, a change of it broken code', async () => {
  expect(await commit(null, refuse('MCC007'))).toEqual({ kind: 'refused', code: 'MCC007' })
  await expect(commit(null, activation())).rejects.toThrow('a change needs a document')
})

test('a repeat of a command that succeeded unseen answers success, though its rule would refuse it now', async () => {
  const card = await storedCard()
  await commit(card, activation('KitActivated'), bank.scope({ commandId: 'unseen' }))
  const now = await bank.card(card._id)
  expect(await commit(now, refuse('MCC007'), bank.scope({ commandId: 'unseen' }))).toEqual({ kind: 'answer', result: 'success' })
  expect(await commit(now, refuse('MCC007'), bank.scope({ commandId: 'another' }))).toMatchObject({ kind: 'refused' })
  expect(await bank.outboxOf(card._id)).toHaveLength(1)
})

test('the last eight commands are remembered', async () => {
  const { _id } = await storedCard()
  for (let command = 1; command <= 10; command++) await commit(await bank.card(_id), activation(), bank.scope({ commandId: `c${command}` }))
  expect((await bank.card(_id)).commandIds).toEqual(['c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9', 'c10'])
})

test('fields to drop are dropped', async () => {
  const card = await storedCard({ note: 'for the time being' })
  await commit(card, { kind: 'changed', set: { uses: 1 }, unset: ['note'], events: [] })
  const after = await bank.card(card._id)
  expect(after).toMatchObject({ uses: 1 })
  expect(after).not.toHaveProperty('note')
  expect(after).not.toHaveProperty('outboxAt')
})

test('with 200 events waiting to be published the document takes no further change', async () => {
  const full = await storedCard({ sequence: 250, relayedSequence: 51 })
  expect(await commit(full, activation('KitActivated'))).toMatchObject({ kind: 'answer' })
  const before = await bank.card(full._id)
  const refused = commit(before, activation('KitLocked'))
  await expect(refused).rejects.toBeInstanceOf(ServiceUnavailable)
  await expect(refused).rejects.toMatchObject({ unavailable: true })
  expect(await bank.card(full._id)).toEqual(before)
  expect(await commit(before, activation())).toMatchObject({ kind: 'answer' })
})

const use = (card: Card | null): Decision<Card, { type: string }, 'MCC007'> =>
  card ? { kind: 'changed', set: { uses: card.uses + 1 }, events: told('KitActivated') } : refuse('MCC007')

test('a change is decided on what stands there, and again for each time that somebody else was faster', async () => {
  const { _id } = await storedCard()
  const changes = Array.from({ length: 5 }, () => bank.scope().change(cardsOf, _id, use))
  const outcomes = await Promise.all(changes)
  expect(outcomes.map(({ kind }) => kind)).toEqual(Array(5).fill('answer'))
  const befores = outcomes.map((outcome) => outcome.kind === 'answer' && outcome.result.before?.uses)
  expect(befores.sort()).toEqual([0, 1, 2, 3, 4])
  expect(await bank.card(_id)).toMatchObject({ uses: 5, version: 5, sequence: 5 })
})

test('a change takes the document as it is known, and reads it only when that was overtaken', async () => {
  const known = await storedCard()
  const seen: (number | undefined)[] = []
  const noted = (card: Card | null) => {
    seen.push(card?.uses)
    return use(card)
  }
  await bank.scope().change(cardsOf, known._id, noted, { known })
  expect(await bank.scope().change(cardsOf, known._id, noted, { known })).toMatchObject({
    kind: 'answer',
    result: { before: { uses: 1 }, decision: { kind: 'changed', set: { uses: 2 } } },
  })
  expect(seen).toEqual([0, 0, 1])
})

test('a change of what is not there is asked of the rule as null; what the rule refuses or leaves is not written', async () => {
  expect(await bank.scope().change(cardsOf, 'nowhere', use)).toEqual(refuse('MCC007'))
  expect(await bank.scope().change(cardsOf, 'nowhere', () => unchanged)).toEqual({
    kind: 'answer',
    result: { before: null, decision: unchanged },
  })
  const card = await storedCard()
  expect(await bank.scope().change(cardsOf, card._id, () => refuse('MCC007'))).toEqual(refuse('MCC007'))
  expect(await bank.card(card._id)).toEqual(card)
})

test('a change that this very command made already is not made again', async () => {
  const { _id } = await storedCard()
  for (const _run of [1, 2]) expect(await bank.scope({ commandId: 'once' }).change(cardsOf, _id, use)).toMatchObject({ kind: 'answer' })
  expect(await bank.card(_id)).toMatchObject({ uses: 1 })
})

test('a change of a document that never rests gives up after fifty tries', async () => {
  const { _id } = await storedCard()
  const stale = await bank.card(_id)
  let tries = 0
  const restless = { ...cardsOf(bank.tenant), findById: () => ({ lean: async () => stale }), updateOne: async () => ({ matchedCount: 0 }) }
  const outcome = await bank.scope().change((() => restless) as unknown as typeof cardsOf, _id, (card) => {
    tries++
    return use(card)
  })
  expect(outcome).toEqual({ kind: 'overtaken' })
  expect(tries).toBe(50)
  expect(await bank.card(_id)).toEqual(stale)
})

test('a new document is written with its first events, once', async () => {
  const now = new Date('2026-11-20T10:00:00Z')
  const card = newCard('created')
  expect(await bank.scope({ now }).create(cardsOf, card, told('KitIssued'))).toBe(true)
  expect(await bank.card('created')).toMatchObject({
    version: 0,
    sequence: 1,
    relayedSequence: 0,
    outboxAt: now,
    outbox: [{ sequence: 1 }],
  })
  expect(await bank.scope().create(cardsOf, { ...card, uses: 9 })).toBe(false)
  expect(await bank.card('created')).toMatchObject({ uses: 0, sequence: 1 })
})

test('what is committed reaches Kafka without anybody waiting for it', async () => {
  const broker = bank.broker()
  await broker.ensureTopics([{ topic: 'dcms.kit', partitions: 1 }])
  const events: ReceivedEvent[] = []
  const tail = await broker.tail(['dcms.kit'], { fromBeginning: true }, (event) => events.push(event))
  const relay = bank.newRelay(broker)
  const { _id } = await storedCard()
  await commit(await bank.card(_id), activation('KitActivated'), bank.scope({ relay }))
  await commit(await bank.card(_id), activation('KitLocked', 'KitUnlocked'), bank.scope({ relay }))
  await until('all three are published', () => events.filter(({ subject }) => subject === _id).length === 3)
  expect(events.filter(({ subject }) => subject === _id).map(({ type, sequence }) => `${sequence} ${type}`)).toEqual([
    '1 KitActivated',
    '2 KitLocked',
    '3 KitUnlocked',
  ])
  expect(events[0]).toMatchObject({ tenant: 'ACME_BANK', source: '/dcms/kit', requestId: 'request-1' })
  await until('the outbox is empty', async () => (await bank.outboxOf(_id)).length === 0)
  await relay.stop()
  await tail.stop()
})
