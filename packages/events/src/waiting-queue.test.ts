// What waits to be published: ids with what their commits wrote, as far as that is all there is.
import { expect, test } from '@jest/globals'
import type { OutboxEvent } from './cloud-event.ts'
import type { OutboxSource } from './outbox.ts'
import { type Handed, WaitingQueue } from './waiting-queue.ts'

const source: OutboxSource = { name: 'kits', topic: 'dcms.kit', source: '/dcms/kit', collection: () => ({}) as never }
const eventOf = (id: string, sequence: number): OutboxEvent => ({
  id: `${id}-${sequence}`,
  type: 'StepTaken',
  dataVersion: 1,
  sequence,
  time: new Date('2026-11-20T10:00:00Z'),
  requestId: 'request-1',
  payload: { type: 'StepTaken' },
})
const handed = (id: string, from: number, to: number, change: Partial<Handed> = {}): Handed => ({
  events: Array.from({ length: to - from + 1 }, (_, position) => eventOf(id, from + position)),
  after: from - 1,
  relayedSequence: from - 1,
  ...change,
})
const taken = (queue: WaitingQueue): Map<string, number[] | undefined> =>
  new Map(queue.take(100).flatMap(({ ids }) => [...ids].map(([id, each]) => [id, each?.events.map(({ sequence }) => sequence)])))

test('what two commits wrote one after the other goes out together', () => {
  const queue = new WaitingQueue()
  queue.add(source, 'ACME_BANK', 'kit-1', handed('kit-1', 1, 1))
  queue.add(source, 'ACME_BANK', 'kit-1', handed('kit-1', 2, 3, { relayedSequence: 0 }))
  expect(queue.size).toBe(1)
  expect(taken(queue)).toEqual(new Map([['kit-1', [1, 2, 3]]]))
  expect(queue.size).toBe(0)
})

test.each([
  ['told in another order', handed('kit-1', 2, 2), handed('kit-1', 1, 1)],
  ['with one in between by another process', handed('kit-1', 1, 1), handed('kit-1', 3, 3)],
  ['of which one is not known', handed('kit-1', 1, 1), undefined],
  ['of which the first is not known', undefined, handed('kit-1', 2, 2)],
])('two commits %s: the outbox is read', (_name, first, second) => {
  const queue = new WaitingQueue()
  queue.add(source, 'ACME_BANK', 'kit-1', first)
  queue.add(source, 'ACME_BANK', 'kit-1', second)
  expect(taken(queue)).toEqual(new Map([['kit-1', undefined]]))
})

test('only so many events are remembered; of the others the ids, until it is full', () => {
  const queue = new WaitingQueue()
  for (let at = 0; at < 6_000; at++) queue.add(source, 'ACME_BANK', `kit-${at}`, handed(`kit-${at}`, 1, 1))
  const known = [...queue.take(6_000).flatMap(({ ids }) => [...ids.values()])]
  expect(known.filter((each) => each !== undefined)).toHaveLength(5_000)
  expect(known).toHaveLength(6_000)
  queue.add(source, 'ACME_BANK', 'kit-0', handed('kit-0', 2, 2))
  expect(taken(queue)).toEqual(new Map([['kit-0', [2]]])) // there is room again
})

test('a document that gets more events while the queue is full is read, for what is remembered of it is not all', () => {
  const queue = new WaitingQueue()
  queue.add(source, 'ACME_BANK', 'kit-0', handed('kit-0', 1, 1))
  for (let at = 1; at < 10_000; at++) queue.add(source, 'ACME_BANK', `kit-${at}`)
  queue.add(source, 'ACME_BANK', 'kit-0', handed('kit-0', 2, 2, { relayedSequence: 0 }))
  queue.add(source, 'ACME_BANK', 'one-too-many', handed('one-too-many', 1, 1))
  const ids = new Map(queue.take(10_000).flatMap((each) => [...each.ids]))
  expect(ids.size).toBe(10_000)
  expect(ids.get('kit-0')).toBeUndefined()
})
