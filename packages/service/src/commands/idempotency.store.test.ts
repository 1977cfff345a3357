// The idempotency store on the real document store: one key, one run, one answer.
// Rule: docs/rules.md#idempotency.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TestBank } from '../../test/test-bank.ts'
import { keptAnswersOf } from '../store/requests.ts'
import { beginRequest, hashOf, keepAnswer, releaseRequest } from './idempotency.ts'

const LEASE_MS = 5_000
// The real now: the store's TTL compares what these tests write with its own clock.
const noon = new Date()
const after = (ms: number): Date => new Date(noon.getTime() + ms)
const first = { status: 200, body: '{"result":"first"}' }
let bank: TestBank
let keys = 0
beforeAll(async () => {
  bank = await TestBank.start()
})
afterAll(() => bank.close())
const newKey = (): string => `/register key-${keys++}`

test('the first answer is given again, also long after, and a second one does not replace it', async () => {
  const key = newKey()
  expect(await beginRequest(bank.tenant, key, 'body', noon)).toEqual({ kind: 'run', leaseUntil: after(LEASE_MS) })
  await keepAnswer(bank.tenant, key, first)
  await keepAnswer(bank.tenant, key, { status: 500, body: 'second' })
  for (const ms of [0, LEASE_MS * 10])
    expect(await beginRequest(bank.tenant, key, 'body', after(ms))).toEqual({ kind: 'answered', answer: first })
})

test('the same key with another body is a conflict, while it runs and when it is answered', async () => {
  const key = newKey()
  await beginRequest(bank.tenant, key, 'body', noon)
  expect(await beginRequest(bank.tenant, key, 'other', noon)).toEqual({ kind: 'conflict' })
  await keepAnswer(bank.tenant, key, first)
  expect(await beginRequest(bank.tenant, key, 'other', noon)).toEqual({ kind: 'conflict' })
})

test('where the body hides a secret, three others under one key close it: the right one is told no more, one by one or many at once', async () => {
  const begin = (key: string, bodyHash: string) => beginRequest(bank.tenant, key, bodyHash, noon, { hidesSecret: true })
  const [slow, fast] = [newKey(), newKey()]
  for (const key of [slow, fast]) {
    await begin(key, 'body')
    await keepAnswer(bank.tenant, key, first)
  }
  for (let repeat = 0; repeat < 10; repeat++) expect(await begin(slow, 'body')).toMatchObject({ kind: 'answered' }) // true repeats are not counted
  for (let other = 0; other < 3; other++) expect(await begin(slow, `other ${other}`)).toEqual({ kind: 'conflict' })
  expect(await begin(slow, 'body')).toEqual({ kind: 'conflict' })

  const told = await Promise.all(Array.from({ length: 40 }, (_, other) => begin(fast, `other ${other}`)))
  expect(told.filter(({ kind }) => kind !== 'conflict' && kind !== 'in-progress')).toEqual([])
  expect(await keptAnswersOf(bank.tenant).findById(fast).lean()).toMatchObject({ others: 3, compared: 3 })
  expect(await begin(fast, 'body')).toEqual({ kind: 'conflict' })
})

test('a repeat while the first call runs is told so, as long as its lease lasts', async () => {
  const key = newKey()
  await beginRequest(bank.tenant, key, 'body', noon)
  for (const ms of [0, LEASE_MS - 1]) expect(await beginRequest(bank.tenant, key, 'body', after(ms))).toEqual({ kind: 'in-progress' })
})

test('of many at once one runs', async () => {
  const key = newKey()
  const begun = await Promise.all(Array.from({ length: 12 }, () => beginRequest(bank.tenant, key, 'body', noon)))
  expect(begun.filter(({ kind }) => kind === 'run')).toHaveLength(1)
  expect(begun.filter(({ kind }) => kind === 'in-progress')).toHaveLength(11)
})

test('a call whose process died is taken over when its lease is over, by one of many', async () => {
  for (let round = 0; round < 5; round++) {
    const key = newKey()
    await beginRequest(bank.tenant, key, 'body', noon)
    const many = Array.from({ length: 12 }, (_, ms) => beginRequest(bank.tenant, key, 'body', after(LEASE_MS + ms)))
    const begun = await Promise.all(many)
    expect(begun.filter(({ kind }) => kind === 'run')).toHaveLength(1)
    expect(begun.filter(({ kind }) => kind === 'in-progress')).toHaveLength(11)
    expect(await beginRequest(bank.tenant, key, 'body', after(LEASE_MS + 20))).toMatchObject({ kind: 'in-progress' })
  }
})

test('a key that was given back runs again; one that is answered cannot be given back', async () => {
  const key = newKey()
  await beginRequest(bank.tenant, key, 'body', noon)
  await releaseRequest(bank.tenant, key, after(LEASE_MS))
  expect(await beginRequest(bank.tenant, key, 'body', noon)).toEqual({ kind: 'run', leaseUntil: after(LEASE_MS) })
  await keepAnswer(bank.tenant, key, first)
  await releaseRequest(bank.tenant, key, after(LEASE_MS))
  expect(await beginRequest(bank.tenant, key, 'body', noon)).toMatchObject({ kind: 'answered' })
})

test('a run that was taken over cannot give the key back under the one that took it', async () => {
  const key = newKey()
  await beginRequest(bank.tenant, key, 'body', noon)
  expect(await beginRequest(bank.tenant, key, 'body', after(LEASE_MS))).toMatchObject({ kind: 'run' })
  await releaseRequest(bank.tenant, key, after(LEASE_MS)) // the first run, late
  expect(await beginRequest(bank.tenant, key, 'body', after(LEASE_MS))).toEqual({ kind: 'in-progress' })
})

test('an answer is kept for 24 hours and then goes by itself', async () => {
  const key = newKey()
  await beginRequest(bank.tenant, key, 'body', noon)
  expect((await keptAnswersOf(bank.tenant).findById(key).lean())?.expiresAt).toEqual(after(24 * 3_600_000))
  const indexes = await keptAnswersOf(bank.tenant).collection.indexes()
  expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }))
})

test('a body has the same hash whatever the order of its fields, and another one when anything differs', () => {
  const body = { entityId: '1', kitInfo: [{ cardType: 'VIRTUAL', accountNo: '8' }, { cardType: 'PHYSICAL' }] }
  const hash = hashOf(body)
  expect(hashOf({ kitInfo: [{ accountNo: '8', cardType: 'VIRTUAL' }, { cardType: 'PHYSICAL' }], entityId: '1' })).toBe(hash)
  for (const other of [
    { ...body, entityId: '2' },
    { ...body, entityId: 1 },
    { ...body, kitInfo: [...body.kitInfo].reverse() },
    { ...body, extra: null },
    { entityId: '1' },
  ])
    expect(hashOf(other)).not.toBe(hash)
  expect(hashOf('a', 'b')).not.toBe(hashOf('ab'))
  expect(hashOf('a', 'b')).not.toBe(hashOf('b', 'a'))
})
