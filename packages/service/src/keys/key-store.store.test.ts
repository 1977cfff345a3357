// The key collection in the real store: names are taken once, a tenant's records are listed,
// components go only as they came.
import { randomBytes } from 'node:crypto'
import { type KeyRecord, type KeyStore, SoftwareHsm } from '@dcms/card-crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { TestBank } from '../../test/test-bank.ts'
import { databaseName } from '../store/store.ts'
import { mongoKeyStore } from './key-store.ts'

let bank: TestBank
let store: KeyStore
beforeAll(async () => {
  bank = await TestBank.start()
  store = mongoKeyStore(bank.connection, databaseName(bank.installation, 'kit'))
})
afterAll(() => bank?.close())
const record = (name: string, wrapped = name): KeyRecord => ({
  _id: name,
  wrapped,
  kcv: '000000',
  algorithm: 'AES-256',
  createdAt: new Date(0),
})

test('of several that insert one name at once, one wins and all are told which', async () => {
  const stored = await Promise.all(Array.from({ length: 8 }, (_, i) => store.insert(record('ACME_BANK/data/1', `wrapped ${i}`))))
  const wrapped = (await store.load('ACME_BANK/data/1'))?.wrapped
  expect(new Set(stored.map((each) => each.wrapped))).toEqual(new Set([wrapped]))
})

test('the records of a tenant are listed, and not those of one whose name begins alike', async () => {
  for (const name of ['SBI_BANK/data/1', 'SBI_BANK/pin/12', 'SBI_BANK/pin/component/1', 'SBI_BANK2/data/1', 'SBI_BAN/data/1'])
    await store.insert(record(name))
  expect((await store.list('SBI_BANK')).map(({ _id }) => _id).sort()).toEqual([
    'SBI_BANK/data/1',
    'SBI_BANK/pin/12',
    'SBI_BANK/pin/component/1',
  ])
  expect(await store.list('NEW_BANK')).toEqual([])
})

test('a component is replaced, and removed only as the one that was read', async () => {
  const [early, late] = [record('ACME_BANK/pin/component/1', 'early'), record('ACME_BANK/pin/component/1', 'late')]
  await store.replace(early)
  await store.replace(late)
  await store.remove(early)
  expect(await store.load(late._id)).toMatchObject({ wrapped: 'late' })
  await store.remove(late)
  expect(await store.load(late._id)).toBeNull()
})

test('keys that several processes rotate at once are versions of their own, and every process reads them all', async () => {
  const masterKey = randomBytes(32)
  const hsms = Array.from({ length: 4 }, () => new SoftwareHsm(store, masterKey))
  const [hsm] = hsms
  await hsm?.ensureKey('NEW_BANK', 'data')
  const old = await hsm?.encrypt('NEW_BANK', 'data', Buffer.from('x'), 'a')
  const rotated = await Promise.all(hsms.map((each) => each.rotateKey('NEW_BANK', 'data')))
  expect(rotated.map(({ version }) => version).sort()).toEqual([2, 3, 4, 5])
  for (const each of hsms) {
    expect(await each.currentVersion('NEW_BANK', 'data')).toBeGreaterThan(1)
    expect(String(await each.decrypt('NEW_BANK', 'data', old ?? Buffer.alloc(0), 'a'))).toBe('x')
  }
})
