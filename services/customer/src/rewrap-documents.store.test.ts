// What a rotation of the data key does to stored document numbers, with the real store and HSM.
import type { KycInfo } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { StoredBank } from '../test/stored-bank.ts'
import { customersOf } from './customer.ts'
import { keyVersionOfDocuments } from './kyc-vault.ts'
import { rewrapDocuments, underEarlierKey } from './rewrap-documents.ts'

let bank: StoredBank
beforeAll(async () => {
  bank = await StoredBank.start()
})
afterAll(() => bank.close())

const documents: KycInfo[] = [
  { documentType: 'PAN', documentNo: 'ABCDE1234F' },
  { documentType: 'PASSPORT', documentNo: 'K1234567' },
]
const numbers = documents.map(({ documentNo }) => documentNo)
const versionsOf = async (entityId: string) => {
  const { kycKeyVersion, kycInfo } = await bank.customer(entityId)
  return [kycKeyVersion, keyVersionOfDocuments(kycInfo)]
}

test('after a rotation the numbers stay readable, and the sweep brings them under the key in use', async () => {
  const sweep = rewrapDocuments(bank.hsm, bank.kyc)
  await bank.add('before', {}, documents)
  await bank.add('without-documents')
  await bank.sweep(sweep)
  const untouched = await bank.customer('before')
  expect(untouched.version).toBe(0)

  await bank.hsm.rotateKey('ACME_BANK', 'data')
  expect(await bank.documentNumbers('before')).toEqual(numbers)
  await bank.add('after', {}, documents)
  await bank.sweep(sweep)
  expect(await versionsOf('before')).toEqual([2, 2])
  expect(await versionsOf('after')).toEqual([2, 2])
  expect(await bank.documentNumbers('before')).toEqual(numbers)
  const rewrapped = await bank.customer('before')
  expect(rewrapped).toEqual({ ...untouched, version: 1, kycKeyVersion: 2, kycInfo: expect.any(Array) })
  expect(rewrapped.kycInfo.map(({ maskedDocumentNo }) => maskedDocumentNo)).toEqual(untouched.kycInfo.map((each) => each.maskedDocumentNo))
  expect((await bank.customer('after')).version).toBe(0)
  expect((await bank.customer('without-documents')).version).toBe(0)
})

test('more customers than one batch are all taken, and a second sweep finds nothing to do', async () => {
  const sweep = rewrapDocuments(bank.hsm, bank.kyc)
  const [document] = documents
  for (let count = 0; count < 205; count++) await bank.add(`many-${count}`, {}, document ? [document] : [])
  await bank.hsm.rotateKey('ACME_BANK', 'data')
  await bank.sweep(sweep)
  const versions = async () => await customersOf(bank.tenant).distinct('kycKeyVersion')
  expect(await versions()).toEqual([3])
  const before = await bank.customer('many-204')
  await bank.sweep(sweep)
  expect(await bank.customer('many-204')).toEqual(before)
})

test('documents that do not open hold up no others, and the sweep says whose they are', async () => {
  await bank.add('a-broken', {}, documents)
  await bank.add('b-sound', {}, documents)
  const { kycInfo } = await bank.customer('a-broken')
  await customersOf(bank.tenant).updateOne({ _id: 'a-broken' }, { $set: { kycInfo: (await bank.customer('b-sound')).kycInfo } })
  await bank.hsm.rotateKey('ACME_BANK', 'data')
  await expect(bank.sweep(rewrapDocuments(bank.hsm, bank.kyc))).rejects.toThrow(
    'documents of 1 customers are still under an earlier key, among them a-broken',
  )
  expect(await versionsOf('b-sound')).toEqual([4, 4])
  await customersOf(bank.tenant).updateOne({ _id: 'a-broken' }, { $set: { kycInfo } })
  await bank.sweep(rewrapDocuments(bank.hsm, bank.kyc))
  expect(await versionsOf('a-broken')).toEqual([4, 4])
})

test('customers under an earlier key are found by the index, without looking at the others', async () => {
  expect(JSON.stringify(await underEarlierKey(bank.tenant, 2).explain())).toContain('kycKeyVersion_1')
})
