// Noted secrets in all their forms, across the borders of chunks, in documents; and that nothing
// tells them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import mongoose from 'mongoose'
import { ChunkedSearch, searchFile } from './chunks.ts'
import { searchDocument } from './documents.ts'
import { findingLine } from './finding.ts'
import { placeOf } from './run-files.ts'
import { Searcher } from './searcher.ts'
import type { UsedSecret } from './secret.ts'

const pan: UsedSecret = { kind: 'pan', value: '6080390000022751' }
const block: UsedSecret = { kind: 'pinBlock', value: '0412376FFFFFDD8A' }
const sealed: UsedSecret = { kind: 'encryptedPin', value: '4faN/yNdT8E+5wVy/GlfTWYsVPHAYFPaPWDn+SSL59w=' }
const searcher = new Searcher([pan, block, sealed, { kind: 'pin', value: '4821' }], ['608040'])
const kinds = (bytes: Buffer | string) => searcher.search(Buffer.from(bytes), 'text').map(({ secret }) => secret)

test.each<[string, Buffer | string, UsedSecret]>([
  ['a card number', `card ${pan.value}1234`, pan],
  ['a packed card number', Buffer.from(`00${pan.value}00`, 'hex'), pan],
  ['a PIN block in capitals', `x${block.value}x`, block],
  ['a PIN block in small letters', `x${block.value.toLowerCase()}x`, block],
  ['the bytes of a PIN block', Buffer.from(`ff${block.value}ff`, 'hex'), block],
  ['a PIN block in Base64', Buffer.from(block.value, 'hex').toString('base64'), block],
  ['an encrypted PIN', `{"pin":"${sealed.value}"}`, sealed],
  ['the bytes of an encrypted PIN', Buffer.from(sealed.value, 'base64'), sealed],
])('%s is found', (_, bytes, secret) => expect(kinds(bytes)).toEqual([secret]))

test('noted digits near their word are found in text, not among raw bytes', () => {
  const line = Buffer.from('wrong pin given: 4821')
  expect(searcher.search(line, 'text')).toHaveLength(1)
  expect(searcher.search(line, 'raw')).toHaveLength(0)
})

const texts = [pan.value, block.value.toLowerCase(), '"pin":"1234"', 'card 6080 4000 0000 0002']

test.each(texts)('%j is found once wherever the border of two chunks lies', (text) => {
  const whole = Buffer.from(`${'.'.repeat(1_000)}${text}${'.'.repeat(1_000)}`)
  const [only, ...others] = searcher.search(whole, 'raw')
  expect(others).toEqual([])
  for (let border = 980; border < 1_050; border++) {
    const search = new ChunkedSearch(searcher, 'raw')
    const hits = [
      search.take(whole.subarray(0, border), false),
      search.take(whole.subarray(border), false),
      search.take(Buffer.alloc(0), true),
    ]
    expect(hits.flat()).toEqual([only])
  }
})

test('many small pieces are as one', () => {
  const whole = Buffer.from(texts.join(' '.repeat(300)))
  const search = new ChunkedSearch(searcher, 'raw')
  const hits = Array.from({ length: Math.ceil(whole.length / 7) }, (_, count) =>
    search.take(whole.subarray(count * 7, count * 7 + 7), false),
  )
  expect([...hits.flat(), ...search.take(Buffer.alloc(0), true)]).toEqual(searcher.search(whole, 'raw'))
})

test('a file of several chunks is searched to its end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dcms-leak-scan-'))
  try {
    const size = 4 * 1024 * 1024
    const bytes = Buffer.alloc(2 * size + 30, '.')
    const places = [size - 8, 2 * size - 3, bytes.length - pan.value.length]
    for (const place of places) bytes.write(pan.value, place)
    await writeFile(join(folder, 'file'), bytes)
    const { hits, bytes: searched } = await searchFile(join(folder, 'file'), searcher, 'raw')
    expect(hits.map(({ start }) => start)).toEqual(places)
    expect(searched).toBe(bytes.length)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('documents are searched as bytes and as text: binary values, whole numbers of 64 bits, nested ones', () => {
  const { BSON } = mongoose.mongo
  const document = {
    _id: `card-${pan.value}`,
    block: Buffer.from(block.value, 'hex'),
    deep: [{ cvv: 237, card: BSON.Long.fromString('6080400000000002') }],
  }
  const findings = searchDocument(Buffer.from(BSON.serialize(document)), searcher, 'bank.cards')
  expect(findings.map(({ secret }) => secret.kind).sort()).toEqual(['cvv', 'pan', 'pan', 'pinBlock'])
  for (const finding of findings) expect(findingLine(finding)).not.toContain(pan.value)
})

test('a finding tells where and what, and not the secret', () => {
  const lines = [pan, block, sealed, { kind: 'pin' as const, value: '4821' }].map((secret) =>
    findingLine({ place: 'logs', source: `${secret.value}.log`, at: 'byte 7', secret }),
  )
  expect(lines).toEqual([
    'logs: [secret].log, byte 7: card number 608039XXXXXX2751',
    'logs: [secret].log, byte 7: PIN block of 16 hex digits',
    'logs: [secret].log, byte 7: encrypted PIN of 44 characters',
    'logs: [secret].log, byte 7: PIN of 4 digits',
  ])
})

test.each([
  ['postgres/base/5/1234', 'database files'],
  ['kafka/data/x-0/0.log', 'Kafka files'],
  ['kafka-a1/kafka/data/x-0/0.log', 'Kafka files'],
  ['kafka-a1/logs/kafka.log', 'logs'],
  ['process-logs/t1/kit.log', 'logs'],
  ['kind', 'logs'],
])('%s is one of the %s', (path, place) => expect(placeOf(path)).toBe(place))
