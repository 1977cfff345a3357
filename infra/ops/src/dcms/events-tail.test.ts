// Events as people and programs are shown them.
import { serviceNames, topicOf } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { expect, test } from '@jest/globals'
import { eventJson, eventLine, isWanted, topicsOf } from './events-tail.ts'

const event: ReceivedEvent = {
  topic: 'dcms.kit',
  partition: 3,
  offset: '17',
  key: 'ACME_BANK:4240171642',
  id: 'e-1',
  type: 'KitActivated',
  dataVersion: 1,
  source: '/dcms/kit',
  subject: '4240171642',
  time: new Date('2026-01-05T10:15:02.123Z'),
  tenant: 'ACME_BANK',
  sequence: 2,
  payload: { type: 'KitActivated', kitNo: '4240171642', entityId: 'E1' },
}
const plain = (_: unknown, text: string): string => text

test('a line shows time, context, type, tenant, aggregate, sequence and payload', () => {
  expect(eventLine(event, plain, 60).replace(/ {2,}/g, ' | ')).toBe(
    '10:15:02.123 | kit | KitActivated | ACME_BANK | 4240171642 #2 | { kitNo: 4240171642, entityId: E1 }',
  )
})

test('as JSON an event is whole, on one line', () => {
  expect(JSON.parse(eventJson(event))).toEqual({ ...event, time: '2026-01-05T10:15:02.123Z' })
  expect(eventJson(event)).not.toContain('\n')
})

test('tenant and type choose', () => {
  expect(isWanted(event, {})).toBe(true)
  expect(isWanted(event, { tenant: 'ACME_BANK', type: 'KitActivated' })).toBe(true)
  expect(isWanted(event, { tenant: 'SANDBOX_BANK' })).toBe(false)
  expect(isWanted(event, { type: 'KitLocked' })).toBe(false)
})

test('topics are named by context or in full; an unknown one is told with those there are', () => {
  expect(topicsOf(['kit', 'dcms.customer'])).toEqual(['dcms.kit', 'dcms.customer'])
  expect(topicsOf([])).toEqual(serviceNames.map(topicOf))
  expect(() => topicsOf(['wallet'])).toThrow(`There is no topic wallet. Topics: ${serviceNames.map(topicOf).join(', ')}.`)
})
