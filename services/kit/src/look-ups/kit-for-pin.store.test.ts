// What the pin-preference context is told of a kit, and how the card number gets there.
import { zoneAadOf } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { KitBank } from '../../test/kit-bank.ts'

let bank: KitBank
beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())

test('a kit is told as it stands now, without its card number unless that is asked for', async () => {
  const kit = await bank.issue('E1', 'LOCKED')
  const told = {
    entityId: 'E1',
    productId: '2003_VIRTUAL',
    cardType: 'VIRTUAL',
    cardStatus: 'LOCKED',
    maskedCardNumber: kit.maskedPan,
    expiry: kit.expiry,
    accountNo: '8642135',
  }
  expect((await bank.run('kitForPin', { kitNo: kit._id })).result).toEqual(told)
  expect((await bank.run('kitForPin', { kitNo: kit._id, withCardNumber: false })).result).toEqual(told)
  const withNumber = await bank.run('kitForPin', { kitNo: kit._id, withCardNumber: true })
  expect(withNumber.result).toEqual({ ...told, sealedCardNumber: expect.any(String) })
  expect(JSON.stringify(withNumber)).not.toContain(await bank.cardNumberOf(kit))
})

test('the card number opens in another context’s HSM, for this kit only', async () => {
  const kit = await bank.issue('E2')
  const other = bank.newHsmOfAnotherContext()
  await other.ensureKey(bank.tenant.id, 'data')
  const { result } = await bank.run('kitForPin', { kitNo: kit._id, withCardNumber: true })
  const { sealedCardNumber } = result as { sealedCardNumber: string }
  const stored = await other.panFromZone(bank.tenant.id, sealedCardNumber, zoneAadOf(kit._id), 'there')
  expect((await other.decrypt(bank.tenant.id, 'data', stored, 'there')).toString()).toBe(await bank.cardNumberOf(kit))
  await expect(other.panFromZone(bank.tenant.id, sealedCardNumber, zoneAadOf('1'), 'there')).rejects.toMatchObject({
    code: 'ciphertext.invalid',
  })
})

test('a kit that is reserved, has no owner or is not there is null', async () => {
  const { _id: reserved } = await bank.issue('E3', 'RESERVED')
  for (const kitNo of [reserved, '1'])
    expect(await bank.run('kitForPin', { kitNo, withCardNumber: true })).toMatchObject({ status: 200, result: null })
})
