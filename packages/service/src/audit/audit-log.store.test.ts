// The audit trail of one process: what is kept, in which order it goes out, what is told of losses.
import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditHead, ChainedRecord } from '@dcms/contract'
import { afterAll, expect, jest, test } from '@jest/globals'
import { pino } from 'pino'
import { callerFiles } from '../../test/test-bank.ts'
import { chain, headVerifier, recordsWithin, unchain } from './audit-chain.ts'
import { AuditLog, KEPT_MAX, type Noted } from './audit-log.ts'

const files = callerFiles(['gateway'])
afterAll(() => files.remove())

const note = (requestId: string, change: Partial<Noted> = {}): Noted => ({
  timeMs: 0,
  requestId,
  tenant: 'T',
  user: 'u',
  method: 'POST',
  path: '/p',
  status: 200,
  errorCode: '',
  durationMs: 1,
  remote: '127.0.0.1',
  ...change,
})

/** A log over a Kafka and a register of the test's own. */
function newLog(known: AuditHead[] = []) {
  const texts: string[] = []
  const published: { value: string | null }[] = []
  const lines: string[] = []
  const state = { isAway: false }
  const register = {
    begin: jest.fn(async () => known),
    reached: jest.fn(async (_head: AuditHead, _endedAt?: Date) => undefined),
    all: async () => [],
  }
  const publish = async (_topic: string, messages: readonly { value: string | null }[]): Promise<void> => {
    if (state.isAway) throw new Error('away')
    texts.push(...messages.flatMap(({ value }) => recordsWithin(value ?? '')))
    published.push(...messages)
  }
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const log = new AuditLog({ broker: { publish }, register, keyFile: files.keyFileOf('gateway'), logger })
  return { log, register, state, lines, texts, published, records: (): ChainedRecord[] => texts.map((text) => JSON.parse(text)) }
}

test('while Kafka is away records are kept and then sent in order, each once, between a beginning and an end', async () => {
  const { log, state, records, texts, register } = newLog([{ instance: 'before', sequence: 7, hash: 'h' }])
  state.isAway = true
  log.start()
  for (let number = 0; number < 1_200; number++) log.note(note(String(number)))
  await sleep(300)
  state.isAway = false
  for (let number = 1_200; number < 1_300; number++) log.note(note(String(number)))
  await log.stop()
  const sent = records()
  expect(sent.at(0)).toMatchObject({
    kind: 'begin',
    sequence: 1,
    process: 'gateway',
    known: [{ instance: 'before', sequence: 7, hash: 'h' }],
  })
  expect(sent.at(-1)).toMatchObject({ kind: 'end', sequence: 1_302 })
  expect(sent.slice(1, -1).map(({ requestId }) => requestId)).toEqual(Array.from({ length: 1_300 }, (_, number) => String(number)))
  expect(sent.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1_302 }, (_, number) => number + 1))
  for (let position = 1; position < sent.length; position++) expect(sent[position]?.prevHash).toBe(sent[position - 1]?.hash)
  expect(texts.every((text) => unchain(text)?.said === unchain(text)?.found)).toBe(true)
  const { instance = '', sequence = 0, hash = '' } = sent.at(-1) ?? {}
  expect(register.reached).toHaveBeenLastCalledWith({ instance, sequence, hash }, expect.any(Date))
})

test('one message and one signature per batch, by the key of the process', async () => {
  const { log, records, published } = newLog()
  for (let number = 0; number < 1_000; number++) log.note(note(String(number)))
  await log.stop()
  const signed = records().filter(({ signature }) => signature !== undefined)
  expect(signed).toHaveLength(3) // twice 500, the end
  expect(published.map(({ value }) => recordsWithin(value ?? '').at(-1))).toEqual(signed.map((record) => JSON.stringify(record)))
  const verify = headVerifier(files.callersFile)
  for (const record of signed) {
    expect(verify('gateway', record, record.signature ?? '')).toBe(true)
    expect(verify('gateway', { ...record, sequence: record.sequence + 1 }, record.signature ?? '')).toBe(false)
    expect(verify('kit', record, record.signature ?? '')).toBe(false)
  }
})

test('beyond the limit the oldest calls are dropped, and a record says how many; what operators did stays', async () => {
  const { log, records, lines } = newLog()
  log.note(note('command', { kind: 'operator' }))
  for (let number = 0; number <= KEPT_MAX; number++) log.note(note(String(number)))
  await log.stop()
  expect(records().filter(({ kind }) => kind === 'dropped')).toMatchObject([{ dropped: 1_000 }])
  expect(records().some(({ requestId }) => requestId === 'command')).toBe(true)
  expect(lines.join()).toContain('"dropped":1000')
})

test('without its register the trail begins all the same', async () => {
  const { log, register, records } = newLog()
  register.begin.mockRejectedValue(new Error('away'))
  log.note(note('1'))
  await log.stop()
  expect(records().map(({ kind }) => kind)).toEqual(['begin', undefined, 'end'])
})

test('the hash covers the record and the hash before it', () => {
  const { timeMs: _, ...noted } = note('r')
  const record = { time: 't', ...noted }
  const place = { process: 'gateway', instance: 'instance', sequence: 7, prevHash: 'before' }
  const { json, digest } = chain(record, place)
  expect(JSON.parse(json)).toEqual({ ...record, ...place, hash: digest })
  expect(unchain(json)).toEqual({ said: digest, found: digest, signature: undefined })
  expect(unchain(json.replace('"/p"', '"/q"'))).toMatchObject({ said: digest, found: expect.not.stringMatching(digest) })
  expect(unchain('{}')).toBeNull()
})
