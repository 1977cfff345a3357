// What a member of a group knows of its set-aside events, and the circuit of a bank.
import { expect, jest, test } from '@jest/globals'
import { TenantGates } from './tenant-gates.ts'
import { WAITING_MAX, WAITING_PER_TENANT_MAX, WaitingEvents } from './waiting-events.ts'

const at = new Date(0)
const aggregateOf = (tenant: string, key: string) => ({ tenant, key, at })

test('a bank has its room and no more, whatever the others have; all together have theirs', () => {
  const waiting = new WaitingEvents(0)
  const places = (count: number, prefix: string) => Array.from({ length: count }, (_, number) => `${prefix}${number}`)
  waiting.add(aggregateOf('HUGE', 'a'), places(WAITING_PER_TENANT_MAX, 'a'))
  expect(waiting.hasRoom('HUGE', 1)).toBe(false)
  expect(waiting.hasRoom('SMALL', WAITING_PER_TENANT_MAX)).toBe(true)
  for (let bank = 1; bank < WAITING_MAX / WAITING_PER_TENANT_MAX; bank++)
    waiting.add(aggregateOf(`BANK${bank}`, `b${bank}`), places(WAITING_PER_TENANT_MAX, `b${bank}-`))
  expect(waiting.hasRoom('SMALL', 1)).toBe(false)
  const [first] = waiting.aggregates.values()
  if (first) waiting.remove(first, first.places)
  expect([waiting.hasRoom('HUGE', 1), waiting.has('a')]).toEqual([true, false])
})

test('an aggregate waits as long as one of its events does; places found later are put in order', () => {
  const waiting = new WaitingEvents(0)
  const aggregate = waiting.add(aggregateOf('A', 'k'), ['2', '3'])
  waiting.add(aggregateOf('A', 'k'), ['1', '3'])
  expect(aggregate.places).toEqual(['1', '2', '3'])
  waiting.remove(aggregate, ['1', '2'])
  expect(waiting.has('k')).toBe(true)
  waiting.remove(aggregate, ['3'])
  expect([waiting.has('k'), waiting.count]).toEqual([false, 0])
})

test('what is just being stored is not looked for', async () => {
  const waiting = new WaitingEvents(0)
  const aggregate = waiting.add(aggregateOf('A', 'k'), ['1'])
  const stored = Promise.withResolvers<void>()
  waiting.add(aggregateOf('A', 'k'), ['2', '3'])
  const storing = waiting.storing(['2', '3'], () => stored.promise)
  expect(waiting.storedPlaces(aggregate, 10)).toEqual(['1'])
  stored.resolve()
  await storing
  expect(waiting.storedPlaces(aggregate, 10)).toEqual(['1', '2', '3'])
})

test('three failures in a row close a bank’s gate; looks come at growing pauses, and one success opens it', () => {
  jest.useFakeTimers({ now: 1_000_000 })
  try {
    const gates = new TenantGates()
    for (const opens of [() => gates.failed('A'), () => gates.failed('A'), () => gates.succeeded('A'), () => gates.failed('A')]) opens()
    expect(gates.isClosed('A')).toBe(false)
    gates.failed('A')
    gates.failed('A')
    expect([gates.isClosed('A'), gates.mayLook('A'), gates.isClosed('B'), gates.closed]).toEqual([true, false, false, 1])
    for (const pauseMs of [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      jest.advanceTimersByTime(pauseMs - 1)
      gates.failed('A') // of a try that began before
      expect(gates.mayLook('A')).toBe(false)
      jest.advanceTimersByTime(1)
      expect(gates.mayLook('A')).toBe(true)
      gates.failed('A')
    }
    gates.succeededSlowly('A')
    expect([gates.isClosed('A'), gates.isSlow('A'), gates.mayLook('A')]).toEqual([true, true, true])
    gates.succeeded('A')
    expect([gates.isClosed('A'), gates.closed]).toEqual([false, 0])
  } finally {
    jest.useRealTimers()
  }
})
