// CloudEvents on the wire: what is written is what is read, and what is no event is said to be
// none.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fromMessage, MalformedEvent, type OutboxEvent, toMessage } from './cloud-event.ts'

const event: OutboxEvent = {
  id: '8d1c7c0e-7f0c-4b7e-9d58-0f2f5d9b7f10',
  type: 'KitActivated',
  dataVersion: 1,
  sequence: 2,
  time: new Date('2026-11-20T10:00:00.123Z'),
  requestId: 'request-1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  payload: { type: 'KitActivated', kitNo: '4240171508', entityId: 'é' },
}
const from = { source: '/dcms/kit', tenant: 'ACME_BANK', subject: '4240171508' }

/** As Kafka hands a message on: everything in bytes. */
const onWire = ({ key, value, headers }: ReturnType<typeof toMessage>) => ({
  key: Buffer.from(key),
  value: Buffer.from(value) as Buffer | null,
  offset: '7',
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])) as Record<string, Buffer>,
})

test('an event has the attributes of CloudEvents 1.0 as headers and its payload alone as value', () => {
  const { key, value, headers } = toMessage(event, from)
  expect(key).toBe('ACME_BANK:4240171508')
  expect(JSON.parse(value)).toEqual(event.payload)
  expect(headers).toEqual({
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: 'KitActivated',
    ce_source: '/dcms/kit',
    ce_time: '2026-11-20T10:00:00.123Z',
    ce_subject: '4240171508',
    ce_tenantid: 'ACME_BANK',
    ce_sequence: '2',
    ce_dataversion: '1',
    ce_requestid: 'request-1',
    traceparent: event.traceparent,
  })
})

test('any event is read as it was written', () => {
  const anyEvent = fc.record(
    {
      id: fc.uuid(),
      type: fc.string({ minLength: 1 }),
      dataVersion: fc.integer({ min: 1, max: 99 }),
      sequence: fc.integer({ min: 1 }),
      time: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }),
      requestId: fc.string({ minLength: 1 }),
      traceparent: fc.string({ minLength: 1 }),
      payload: fc.dictionary(fc.string(), fc.jsonValue()).map((told) => ({ ...told, type: 'Told' })),
    },
    { requiredKeys: ['id', 'type', 'dataVersion', 'sequence', 'time', 'payload'] },
  )
  fc.assert(
    fc.property(anyEvent, fc.record({ source: fc.string(), tenant: fc.string(), subject: fc.string() }), (written, written_from) => {
      const read = fromMessage('dcms.kit', 3, onWire(toMessage(written, written_from)))
      expect(read).toEqual({
        ...written,
        ...written_from,
        payload: JSON.parse(JSON.stringify(written.payload)),
        topic: 'dcms.kit',
        partition: 3,
        offset: '7',
        key: `${written_from.tenant}:${written_from.subject}`,
      })
    }),
  )
})

test.each(['ce_id', 'ce_type', 'ce_source', 'ce_subject', 'ce_time', 'ce_tenantid', 'ce_sequence'])(
  'a message without %s is no event',
  (name) => {
    const message = onWire(toMessage(event, from))
    delete message.headers[name]
    expect(() => fromMessage('dcms.kit', 0, message)).toThrow(new MalformedEvent(`header ${name} is missing`))
  },
)

test.each([
  ['a sequence of zero', { ce_sequence: '0' }],
  ['a sequence that is no number', { ce_sequence: 'two' }],
  ['a sequence with decimals', { ce_sequence: '1.5' }],
  ['a time that is none', { ce_time: 'noon' }],
  ['a data version that is no number', { ce_dataversion: 'x' }],
])('a message with %s is no event', (_what, headers) => {
  const { key, value, headers: all } = toMessage(event, from)
  expect(() => fromMessage('dcms.kit', 0, onWire({ key, value, headers: { ...all, ...headers } }))).toThrow(MalformedEvent)
})

test.each([
  ['nothing', null],
  ['no JSON', '{'],
  ['a list', '[]'],
  ['null', 'null'],
  ['no type', '{"kitNo":"1"}'],
  ['a type that is no text', '{"type":1}'],
])('a message whose value is %s is no event', (_what, value) => {
  const message = { ...onWire(toMessage(event, from)), value: value === null ? null : Buffer.from(value) }
  expect(() => fromMessage('dcms.kit', 0, message)).toThrow(new MalformedEvent('the payload is no JSON object with a type'))
})

test('an event of the first version, written before there were versions, is version 1', () => {
  const message = onWire(toMessage(event, from))
  delete message.headers.ce_dataversion
  expect(fromMessage('dcms.kit', 0, message).dataVersion).toBe(1)
})
