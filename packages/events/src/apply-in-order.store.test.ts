// Applying events to a projection in the real store: repeats, gaps, disorder and several workers
// all end in the same state.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { TestEngines } from '../test/engines.ts'
import { type Apply, applyInOrder, type Projected } from './apply-in-order.ts'
import type { ReceivedEvent } from './cloud-event.ts'

interface Road extends Projected {
  /** What was applied, in order: shows any repeat and any swap. */
  steps?: string[]
  newest?: string
  colour?: string
}

let engines: TestEngines
let names = 0
beforeAll(async () => {
  engines = await TestEngines.start()
})
afterAll(() => engines.close())

const roads = () => engines.collection<Road>('roads')
const newSubject = (): string => `road-${names++}`
const walk: Apply<Road> = (road, { payload, sequence }) => ({ steps: [...(road?.steps ?? []), `${sequence}`], newest: payload.type })

function eventOf(subject: string, sequence: number): ReceivedEvent {
  return {
    topic: 'dcms.kit',
    partition: 0,
    offset: String(sequence),
    key: `ACME_BANK:${subject}`,
    id: `${subject}-${sequence}`,
    type: `Step${sequence}`,
    dataVersion: 1,
    source: '/dcms/kit',
    subject,
    time: new Date('2026-11-20T10:00:00Z'),
    tenant: 'ACME_BANK',
    sequence,
    payload: { type: `Step${sequence}` },
  }
}
const apply = (subject: string, sequence: number, seed?: Partial<Road>) => applyInOrder(roads(), eventOf(subject, sequence), walk, seed)
const stateOf = async (subject: string) => {
  const road = await roads().findOne({ _id: subject })
  return (
    road && { lastSequence: road.lastSequence, steps: road.steps, newest: road.newest, parked: road.parked.map((each) => each.sequence) }
  )
}
const upTo = (last: number) => ({
  lastSequence: last,
  steps: Array.from({ length: last }, (_, position) => String(position + 1)),
  newest: `Step${last}`,
  parked: [],
})

test('events in order are applied one by one', async () => {
  const subject = newSubject()
  for (const sequence of [1, 2, 3]) expect(await apply(subject, sequence)).toBe('applied')
  expect(await stateOf(subject)).toEqual(upTo(3))
})

test('a repeated event changes nothing at all', async () => {
  const subject = newSubject()
  for (const sequence of [1, 2]) await apply(subject, sequence)
  const before = await roads().findOne({ _id: subject })
  for (const sequence of [1, 2, 2, 1]) expect(await apply(subject, sequence)).toBe('repeated')
  expect(await roads().findOne({ _id: subject })).toEqual(before)
})

test('an event that comes early waits, and the missing one releases it', async () => {
  const subject = newSubject()
  expect(await apply(subject, 1)).toBe('applied')
  expect(await apply(subject, 3)).toBe('parked')
  expect(await apply(subject, 5)).toBe('parked')
  expect(await stateOf(subject)).toEqual({ ...upTo(1), parked: [3, 5] })
  expect((await roads().findOne({ _id: subject }))?.parkedAt).toBeInstanceOf(Date)
  expect(await apply(subject, 2)).toBe('applied')
  expect(await stateOf(subject)).toEqual({ ...upTo(3), parked: [5] })
  expect((await roads().findOne({ _id: subject }))?.parkedAt).toBeInstanceOf(Date)
  expect(await apply(subject, 4)).toBe('applied')
  expect(await stateOf(subject)).toEqual(upTo(5))
  expect(await roads().findOne({ _id: subject })).not.toHaveProperty('parkedAt')
})

test('an early event of an aggregate that is not known yet makes a placeholder that knows nothing', async () => {
  const subject = newSubject()
  expect(await apply(subject, 2)).toBe('parked')
  expect(await apply(subject, 2)).toBe('parked')
  expect(await stateOf(subject)).toEqual({ lastSequence: 0, steps: undefined, newest: undefined, parked: [2] })
  expect(await apply(subject, 1)).toBe('applied')
  expect(await stateOf(subject)).toEqual(upTo(2))
})

test('the first event of an aggregate is applied to no state, whether a placeholder stands there or not', async () => {
  const seen: (Road | null)[] = []
  const watch: Apply<Road> = (road, event) => {
    seen.push(road && { ...road })
    return walk(road, event)
  }
  const [fresh, parked] = [newSubject(), newSubject()]
  await applyInOrder(roads(), eventOf(fresh, 1), watch)
  await applyInOrder(roads(), eventOf(parked, 2), watch)
  await applyInOrder(roads(), eventOf(parked, 1), watch)
  expect(seen.slice(0, -1).filter((road) => road !== null)).toEqual([])
  expect(seen.at(-1)).toEqual(expect.objectContaining({ _id: parked, steps: ['1'] }))
})

test.each([
  ['the first', [1, 2]],
  ['an early one', [2, 1]],
])('fields of a new document are there from %s event on', async (_which, sequences) => {
  const subject = newSubject()
  for (const sequence of sequences) {
    await apply(subject, sequence, { colour: 'blue' })
    expect((await roads().findOne({ _id: subject }))?.colour).toBe('blue')
  }
  expect(await stateOf(subject)).toEqual(upTo(2))
})

test('events in any order, each any number of times, end as in order', async () => {
  const deliveries = fc.integer({ min: 1, max: 7 }).chain((last) => {
    const each = Array.from({ length: last }, (_, position) => position + 1)
    return fc
      .array(fc.constantFrom(...each), { maxLength: 8 })
      .chain((repeats) => fc.shuffledSubarray([...each, ...repeats], { minLength: last + repeats.length }))
      .map((order) => ({ last, order }))
  })
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ last, order }) => {
      const subject = newSubject()
      for (const sequence of order) await apply(subject, sequence)
      expect(await stateOf(subject)).toEqual(upTo(last))
    }),
    { numRuns: 40 },
  )
})

test('the same events applied by several workers at once, each in an order of its own, end as in order', async () => {
  const subjects = [newSubject(), newSubject(), newSubject()]
  const workers = Array.from({ length: 6 }, (_, worker) =>
    subjects.flatMap((subject) => [1, 2, 3, 4, 5, 6].map((sequence) => ({ subject, sequence, rank: (sequence * (worker + 3)) % 7 }))),
  )
  await Promise.all(
    workers.map(async (events) => {
      for (const { subject, sequence } of events.sort((left, right) => left.rank - right.rank)) await apply(subject, sequence)
    }),
  )
  for (const subject of subjects) expect(await stateOf(subject)).toEqual(upTo(6))
})

test('events delivered once each, all at once to different workers, are all applied', async () => {
  const subjects = Array.from({ length: 5 }, newSubject)
  const deliveries = subjects.flatMap((subject) => [8, 3, 5, 1, 7, 2, 6, 4].map((sequence) => ({ subject, sequence })))
  await Promise.all(deliveries.map(({ subject, sequence }) => apply(subject, sequence)))
  for (const subject of subjects) expect(await stateOf(subject)).toEqual(upTo(8))
})

test('with 500 events waiting the next early one is refused, and the missing one still releases all', async () => {
  const subject = newSubject()
  const parked = Array.from({ length: 500 }, (_, position) => eventOf(subject, position + 2))
  await roads().insertOne({ _id: subject, version: 500, lastSequence: 0, parked, parkedAt: new Date() })
  await expect(apply(subject, 502)).rejects.toThrow(`more than 500 events wait for a missing one of aggregate ${subject}`)
  expect(await apply(subject, 400)).toBe('parked')
  expect((await stateOf(subject))?.parked).toHaveLength(500)
  expect(await apply(subject, 1)).toBe('applied')
  expect(await stateOf(subject)).toEqual(upTo(501))
})

test('an event whose rule fails changes nothing', async () => {
  const subject = newSubject()
  await apply(subject, 1)
  const before = await roads().findOne({ _id: subject })
  const fails: Apply<Road> = () => {
    throw new Error('the product is not defined')
  }
  await expect(applyInOrder(roads(), eventOf(subject, 2), fails)).rejects.toThrow('the product is not defined')
  expect(await roads().findOne({ _id: subject })).toEqual(before)
})

test('a repeat of the first event is dropped even when today’s rules would refuse it', async () => {
  const subject = newSubject()
  await apply(subject, 1)
  const refuses: Apply<Road> = () => {
    throw new Error('the product was retired')
  }
  expect(await applyInOrder(roads(), eventOf(subject, 1), refuses)).toBe('repeated')
  await expect(applyInOrder(roads(), eventOf(newSubject(), 1), refuses)).rejects.toThrow('the product was retired')
})

test('the first event of an aggregate costs one statement, a repeat of it two', async () => {
  const sent: string[] = []
  const collection = new Proxy(roads(), {
    get(target, member) {
      const value = Reflect.get(target, member) as unknown
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        sent.push(String(member))
        return Reflect.apply(value, target, args)
      }
    },
  })
  const event = eventOf(newSubject(), 1)
  expect(await applyInOrder(collection, event, walk)).toBe('applied')
  expect(sent).toEqual(['insertOne'])
  expect(await applyInOrder(collection, event, walk)).toBe('repeated')
  expect(sent).toEqual(['insertOne', 'insertOne', 'find'])
})
