import { hash } from 'node:crypto'
import { expect, jest, test } from '@jest/globals'
import { pino } from 'pino'
import { AuditLog, chain, KEPT_MAX, maskedPath } from './audit.ts'
import { CallerAddresses } from './caller-address.ts'
import type { Exchange } from './exchange.ts'

const exchangeOf = (requestId: string): Exchange =>
  ({
    request: { method: 'POST', socket: { remoteAddress: '127.0.0.1' } },
    requestId,
    nowMs: 0,
    startedMs: 0,
    tenantId: 'T',
    username: 'u',
    auditPath: '/p',
    errorCode: '',
  }) as unknown as Exchange

/** A log whose lines can be read. */
function loggerTo(lines: string[]) {
  return pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
}

test('while Kafka is away records are kept and then sent in order, each once', async () => {
  const sent: { requestId: string; sequence: number; prevHash: string; hash: string }[] = []
  let away = true
  const broker = {
    async publish(_topic: string, messages: readonly { value: string | null }[]) {
      if (away) throw new Error('away')
      sent.push(...messages.map(({ value }) => JSON.parse(value ?? '')))
    },
  }
  const audit = new AuditLog(broker, new CallerAddresses(null), loggerTo([]))
  audit.start()
  for (let number = 0; number < 1_200; number++) audit.append(exchangeOf(String(number)), 200)
  await new Promise((resolve) => setTimeout(resolve, 300))
  away = false
  for (let number = 1_200; number < 1_300; number++) audit.append(exchangeOf(String(number)), 200)
  await audit.stop()
  expect(sent.map(({ requestId }) => requestId)).toEqual(Array.from({ length: 1_300 }, (_, number) => String(number)))
  expect(sent.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1_300 }, (_, number) => number + 1))
  for (let position = 1; position < sent.length; position++) expect(sent[position]?.prevHash).toBe(sent[position - 1]?.hash)
})

test('beyond the limit the oldest are dropped, and the log says how many', async () => {
  const publish = jest.fn(async () => undefined)
  const lines: string[] = []
  const audit = new AuditLog({ publish }, new CallerAddresses(null), loggerTo(lines))
  for (let number = 0; number <= KEPT_MAX; number++) audit.append(exchangeOf(String(number)), 200)
  await audit.stop()
  expect(lines.join()).toContain('"dropped":1000')
})

test('the hash covers the record and the hash before it', () => {
  const record = {
    time: 't',
    requestId: 'r',
    tenant: 'T',
    user: 'u',
    method: 'POST',
    path: '/p',
    status: 200,
    errorCode: '',
    durationMs: 1,
    remote: '',
  }
  const { json, digest } = chain(record, 'instance', 7, 'before')
  expect(JSON.parse(json)).toEqual({ ...record, instance: 'instance', sequence: 7, prevHash: 'before', hash: digest })
  expect(hash('sha256', json.replace(`,"hash":"${digest}"`, ''))).toBe(digest)
})

test('an unknown path is cut and shows no card number', () => {
  expect(maskedPath('/card/6080400000000006/x')).toBe('/card/XXXXXX/x')
  expect(maskedPath(`/${'a'.repeat(500)}`)).toHaveLength(100)
})
