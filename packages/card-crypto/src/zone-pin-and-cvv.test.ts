// CVVs, and PINs on their way to the printer and from the switch, in the Hsm.
import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { bankHsm, exchangeKey, pan, pinCall, refusal, storedPan, tenant } from '../test/bank-hsm.ts'
import { hexOf } from '../test/vectors.ts'
import { decipherPinBlock4, decodePinBlock, encipherPinBlock4, encodePinBlock, Secret, tdesDecrypt, tdesEncrypt } from './index.ts'
import { isWeakPin } from './random-pin.ts'

const invalid = refusal('pin.block.invalid')

async function bankWithPin() {
  const bank = await bankHsm()
  return { ...bank, pinKey: await exchangeKey(bank.hsm, 'pin') }
}

test('CVV, CVV2 and iCVV of a card verify under the key version it was issued with', async () => {
  const { hsm, stored } = await bankHsm()
  const request = { expiry: '3005', serviceCode: '620', keyVersion: 1 }
  const kinds = ['CVV', 'CVV2', 'iCVV'] as const
  const values = await Promise.all(kinds.map((kind) => hsm.cvv(tenant, stored, { ...request, kind })))
  await hsm.rotateKey(tenant, 'cvk')
  for (const [i, kind] of kinds.entries()) {
    const right = values[i] ?? new Secret('')
    expect(right.reveal()).toMatch(/^[0-9]{3}$/)
    expect(await hsm.verifyCvv(tenant, stored, { ...request, kind }, right)).toBe(true)
    expect(
      await hsm.verifyCvv(tenant, stored, { ...request, kind }, new Secret(String((Number(right.reveal()) + 1) % 1000).padStart(3, '0'))),
    ).toBe(false)
    for (const wrong of ['', `${right.reveal()}0`, right.reveal().slice(1)])
      expect(await hsm.verifyCvv(tenant, stored, { ...request, kind }, new Secret(wrong))).toBe(false)
  }
  const decoys = await Promise.all(
    Array.from({ length: 1_000 }, (_, i) =>
      hsm.verifyCvv(tenant, null, { ...request, kind: 'CVV2' }, new Secret(String(i).padStart(3, '0'))),
    ),
  )
  expect(decoys.includes(true)).toBe(false)
  await expect(hsm.cvv(tenant, stored, { ...request, kind: 'CVV2', keyVersion: 9 })).rejects.toEqual(refusal('key.not.found'))
})

const tdes = hexOf('0123456789ABCDEFFEDCBA9876543210')

test.each([
  ['AES', randomBytes(32), 4],
  ['TDES', tdes, 3],
] as const)('a chosen PIN goes to the printer under its %s key, verifies, and is not a weak one', async (_, bytes, format) => {
  const { hsm, stored, pinKey } = await bankWithPin()
  const mailerKey = await exchangeKey(hsm, 'mailer', bytes)
  for (let i = 0; i < 20; i++) {
    const { reference, mailerBlock } = await hsm.choosePin(tenant, stored, 4)
    expect(mailerBlock).toEqual({ key: 'mailer', format, block: expect.stringMatching(/^([0-9A-F]{16}|[0-9A-F]{32})$/) })
    const pin =
      format === 4
        ? decipherPinBlock4(mailerKey, mailerBlock.block, pan)
        : decodePinBlock(3, tdesDecrypt(tdes, hexOf(mailerBlock.block)).toString('hex'), pan)
    expect(isWeakPin(pin)).toBe(false)
    expect(await hsm.verifyPin(tenant, { pan: stored, reference }, pinCall(pinKey, pin), 4)).toBe(true)
  }
})

test('a PIN block moves between printer and switch, keys and formats, and verifies', async () => {
  const { hsm, stored, pinKey } = await bankWithPin()
  const reference = await hsm.setPin(tenant, stored, pinCall(pinKey, '4829'), 4)
  const mailerKey = await exchangeKey(hsm, 'mailer')
  await exchangeKey(hsm, 'switch', tdes)
  const enciphered = (format: 0 | 3, pin: string) =>
    tdesEncrypt(tdes, hexOf(encodePinBlock(format, pin, pan)))
      .toString('hex')
      .toUpperCase()
  for (const format of [0, 3] as const) {
    const from = { key: 'switch' as const, format, block: enciphered(format, '4829') }
    expect(await hsm.verifyZonePin(tenant, { pan: stored, reference }, from, 4)).toBe(true)
    expect(await hsm.verifyZonePin(tenant, { pan: stored, reference }, { ...from, block: enciphered(format, '4820') }, 4)).toBe(false)
    const moved = await hsm.translatePinBlock(tenant, stored, from, { key: 'mailer', format: 4 })
    expect(decipherPinBlock4(mailerKey, moved.block, pan)).toBe('4829')
    expect(await hsm.translatePinBlock(tenant, stored, moved, { key: 'switch', format: 0 })).toEqual({
      key: 'switch',
      format: 0,
      block: enciphered(0, '4829'),
    })
  }
  await exchangeKey(hsm, 'switch', hexOf('1123456789ABCDEFFEDCBA9876543210').fill(0x25, 0, 1))
  const late = { key: 'switch' as const, format: 0 as const, block: enciphered(0, '4829') }
  expect(await hsm.verifyZonePin(tenant, { pan: stored, reference }, late, 4)).toBe(true) // made under the version before
  for (const wrong of [
    { ...late, block: '' },
    { ...late, block: late.block.slice(2) },
    { ...late, block: `${late.block}zz` },
    { ...late, format: 4 as const },
    { ...late, format: 3 as const },
  ]) {
    await expect(hsm.translatePinBlock(tenant, stored, wrong, { key: 'mailer', format: 4 })).rejects.toEqual(invalid)
  }
  const otherCard = await storedPan(hsm, '6080390000022751')
  await expect(hsm.translatePinBlock(tenant, otherCard, late, { key: 'mailer', format: 4 })).rejects.toEqual(invalid)
  await expect(
    hsm.verifyZonePin(tenant, { pan: stored, reference }, { ...late, block: encipherPinBlock4(mailerKey, '4829', pan) }, 4),
  ).rejects.toEqual(invalid)
  await expect(hsm.translatePinBlock(tenant, stored, late, { key: 'mailer', format: 0 })).rejects.toEqual(refusal('key.purpose.refused'))
})
