// Finding customers by a masked card number, in the real store.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { indexesUsed } from '../../test/indexes-used.ts'
import { KitBank } from '../../test/kit-bank.ts'
import { type Kit, kitsOf } from '../kit.ts'
import { kitsWithMask } from './entities-by-masked-card.ts'

let bank: KitBank
beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())

const MASK = '608040XXXXXX9999'
const find = async (maskedCardNo: string) => await bank.run('entitiesByMaskedCard', { maskedCardNo })
async function masked(entityId: string, status: Kit['status'] = 'ACTIVE'): Promise<void> {
  const { _id } = await bank.issue(entityId, status)
  await kitsOf(bank.tenant).updateOne({ _id }, { $set: { maskedPan: MASK } })
}

test('all who have such a card are found, each once, whatever the card’s status', async () => {
  await masked('zoe')
  await masked('zoe', 'REPLACED')
  await masked('asha', 'BLOCKED')
  await bank.issue('ravi')
  expect(await find(MASK)).toMatchObject({ status: 200, result: { entityIds: ['asha', 'zoe'] } })
})

test('a card is found from its confirmation on, and by its own mask only', async () => {
  const { maskedPan } = await bank.issue('new-one', 'RESERVED')
  expect(await find(maskedPan)).toMatchObject({ result: { entityIds: [] } })
  const confirmed = await bank.issue('newer-one', 'INACTIVE')
  expect(await find(confirmed.maskedPan)).toMatchObject({ result: { entityIds: ['newer-one'] } })
  expect(await find('123456XXXXXX0000')).toMatchObject({ status: 200, result: { entityIds: [] } })
})

test('what is no mask is refused', async () => {
  for (const maskedCardNo of ['608040XXXX9999', '608040xxxxxx9999', '6080400000009999', '608040XXXXXX99999', ''])
    expect(await find(maskedCardNo)).toMatchObject({ code: 'invalid.input.request' })
})

test('the look-up reads the index on masked numbers and nothing else', async () => {
  const kits = Array.from({ length: 3_000 }, (_, number) => ({
    _id: `many${number}`,
    entityId: `many${number}`,
    status: 'ACTIVE',
    maskedPan: `608041XXXXXX${String(number).padStart(4, '0')}`,
  }))
  await kitsOf(bank.tenant).collection.insertMany(kits as never)
  expect(indexesUsed(await kitsWithMask(bank.tenant, '608041XXXXXX0007').explain())).toEqual(['maskedPan_1_entityId_1'])
  expect(await find('608041XXXXXX0007')).toMatchObject({ result: { entityIds: ['many7'] } })
})

test('the kits of a customer come without card numbers, and with them where they are asked for and the bank has a field key', async () => {
  const { _id: kitNo } = await bank.issue('reader')
  const kitsOfReader = async (more: object = {}) => (await bank.run('kitsOfEntity', { entityId: 'reader', ...more })).result as object[]
  expect(await kitsOfReader({ withCardNumbers: true })).toMatchObject([{ kitNo }])
  expect((await kitsOfReader({ withCardNumbers: true }))[0]).not.toHaveProperty('encryptedCardNumber')
  const key = randomBytes(32)
  await bank.hsm.addKeyComponent('ACME_BANK', 'field', { number: 1, officer: 'asha', bytes: key })
  await bank.hsm.addKeyComponent('ACME_BANK', 'field', { number: 2, officer: 'ravi', bytes: randomBytes(32) })
  expect(await kitsOfReader({ withCardNumbers: true })).toMatchObject([{ kitNo, encryptedCardNumber: expect.any(String) }])
  expect((await kitsOfReader())[0]).not.toHaveProperty('encryptedCardNumber')
})
