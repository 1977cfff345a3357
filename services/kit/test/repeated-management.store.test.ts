// manageKit under an idempotency key, in the real store: the card remembers what one update did; a
// replacement keeps its answer.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { KitBank } from './kit-bank.ts'

let bank: KitBank
beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())

const manage = (entityId: string, oldKit: string, operation: string, requestId: string) =>
  bank.run('manageKit', { entityId, oldKit, operation, requestId, ...(operation === 'REPLACE' && { cardType: 'VIRTUAL' }) })
const keptAnswers = (requestId: string) =>
  bank.tenant.database.collection<{ _id: string }>('requests').countDocuments({ _id: `/kit-manager/manageKit ${requestId}` })
const done = { status: 200, result: { status: true } }

test('a lock that is repeated under its key has taken effect once, and costs no document of its own', async () => {
  const entityId = `req-${randomUUID()}`
  const { _id: kitNo } = await bank.issue(entityId, 'ACTIVE')
  const requestId = randomUUID()
  const before = (await bank.kit(kitNo)).sequence
  expect(await manage(entityId, kitNo, 'LOCK', requestId)).toMatchObject(done)
  expect(await manage(entityId, kitNo, 'LOCK', requestId)).toMatchObject(done)
  expect(await manage(entityId, kitNo, 'LOCK', randomUUID())).toMatchObject({ code: 'card.status.active' })
  expect(await bank.kit(kitNo)).toMatchObject({ status: 'LOCKED', sequence: before + 1 })
  expect(await keptAnswers(requestId)).toBe(0)
})

test('many at once under one key: one lock, and everybody is told so', async () => {
  const entityId = `req-${randomUUID()}`
  const { _id: kitNo } = await bank.issue(entityId, 'ACTIVE')
  const requestId = randomUUID()
  const before = (await bank.kit(kitNo)).sequence
  const answers = await Promise.all(Array.from({ length: 8 }, () => manage(entityId, kitNo, 'LOCK', requestId)))
  for (const each of answers) expect(each).toMatchObject(done)
  expect((await bank.kit(kitNo)).sequence).toBe(before + 1)
})

test('a repeat that comes after the card went on answers what was done, and does not do it again', async () => {
  const entityId = `req-${randomUUID()}`
  const { _id: kitNo } = await bank.issue(entityId, 'ACTIVE')
  const lock = randomUUID()
  await manage(entityId, kitNo, 'LOCK', lock)
  expect(await manage(entityId, kitNo, 'UNLOCK', randomUUID())).toMatchObject(done)
  expect(await manage(entityId, kitNo, 'LOCK', lock)).toMatchObject(done)
  expect(await bank.kit(kitNo)).toMatchObject({ status: 'ACTIVE' })
})

test('a replacement gives its first answer again, and refuses another body under its key', async () => {
  const entityId = `req-${randomUUID()}`
  const { _id: kitNo } = await bank.issue(entityId, 'ACTIVE')
  const requestId = randomUUID()
  const first = await manage(entityId, kitNo, 'REPLACE', requestId)
  expect(first).toMatchObject({ status: 200 })
  expect(await manage(entityId, kitNo, 'REPLACE', requestId)).toEqual(first)
  expect(await keptAnswers(requestId)).toBe(1)
  const other = await bank.issue(entityId, 'ACTIVE')
  expect(await manage(entityId, other._id, 'REPLACE', requestId)).toMatchObject({ code: 'idempotency.conflict' })
})
