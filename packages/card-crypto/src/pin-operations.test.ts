// PINs of calls in the Hsm: what verifies, what is malformed, and that a rotation in between loses
// no call.
import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bankHsm, exchangeKey, kitNo, pan, pinCall, refusal, tenant } from '../test/bank-hsm.ts'
import { hexOf } from '../test/vectors.ts'
import { encodePinBlock, type PinInCall, panOfKit } from './index.ts'
import { gcmSeal } from './seal.ts'

const invalid = refusal('pin.block.invalid')

async function bankWithPin() {
  const bank = await bankHsm()
  return { ...bank, pinKey: await exchangeKey(bank.hsm, 'pin') }
}

test.each([
  ['v1', '1234', 'PVV'],
  ['v2', '0570', 'PVV'],
  ['v2', '12345', 'IBM3624'],
  ['v1', '482915', 'IBM3624'],
] as const)('in scheme %s the PIN %s is set, verifies, and another does not', async (scheme, pin, method) => {
  const { hsm, another, stored, pinKey } = await bankWithPin()
  const reference = await hsm.setPin(tenant, stored, pinCall(pinKey, pin, { scheme }), pin.length)
  expect(reference).toEqual({ method, keyVersion: 1, value: expect.stringMatching(new RegExp(`^[0-9]{${pin.length}}$`)) })
  const card = { pan: stored, reference }
  const wrong = pin.replace(/.$/, (last) => String((Number(last) + 1) % 10))
  for (const process of [hsm, another()]) {
    expect(await process.verifyPin(tenant, card, pinCall(pinKey, pin, { scheme }), pin.length)).toBe(true)
    expect(await process.verifyPin(tenant, card, pinCall(pinKey, wrong, { scheme }), pin.length)).toBe(false)
  }
})

test('the block may be made of the kit number where the bank may do so', async () => {
  const { hsm, stored, pinKey } = await bankWithPin()
  const byKit = (panSource: PinInCall['panSource']) => pinCall(pinKey, '1234', { account: panOfKit(kitNo), panSource })
  const byPan = (panSource: PinInCall['panSource']) => pinCall(pinKey, '1234', { panSource })
  const reference = await hsm.setPin(tenant, stored, byPan('PAN'), 4)
  for (const pin of [byPan('AUTO'), byKit('AUTO'), byKit('KIT_NO')])
    expect(await hsm.verifyPin(tenant, { pan: stored, reference }, pin, 4)).toBe(true)
  for (const pin of [byKit('PAN'), byPan('KIT_NO'), { ...byKit('AUTO'), kitNo: '1' }, { ...byKit('KIT_NO'), kitNo: 'no number' }]) {
    await expect(hsm.verifyPin(tenant, { pan: stored, reference }, pin, 4)).rejects.toEqual(invalid)
  }
})

const v2 = (key: Uint8Array, plaintext: Uint8Array) => gcmSeal(createSecretKey(key), 16, plaintext, Buffer.alloc(0)).toString('base64')
const v1 = (key: Uint8Array, plaintext: Uint8Array) => {
  const cipher = createCipheriv('aes-256-ecb', key, null)
  return Buffer.concat([cipher.update(plaintext), cipher.final()]).toString('base64')
}
const block = encodePinBlock(0, '1234', pan)

test('v2 takes the block as 16 characters and as 8 bytes; v1 as 16 characters, as other implementations encipher them', async () => {
  const { hsm, stored, pinKey } = await bankWithPin()
  const forms: [PinInCall['scheme'], string][] = [
    ['v2', v2(pinKey, Buffer.from(block))],
    ['v2', v2(pinKey, Buffer.from(block.toLowerCase()))],
    ['v2', v2(pinKey, hexOf(block))],
    ['v1', v1(pinKey, Buffer.from(block))],
  ]
  const calls = forms.map(([scheme, encryptedBlock]): PinInCall => ({ scheme, encryptedBlock, kitNo, panSource: 'PAN' }))
  const references = await Promise.all(calls.map((call) => hsm.setPin(tenant, stored, call, 4)))
  expect(new Set(references.map(({ value }) => value)).size).toBe(1)
  const macs = await Promise.all(calls.map((call) => hsm.pinMac(tenant, call)))
  expect([new Set(macs).size, macs[0]]).toEqual([1, expect.stringMatching(/^[A-Za-z0-9_-]{43}$/)])
})

test('every malformed block is told alike, for setting, for verifying and for a card that is not there', async () => {
  const { hsm, stored, pinKey } = await bankWithPin()
  const reference = await hsm.setPin(tenant, stored, pinCall(pinKey, '1234'), 4)
  const field = (text: string) => encodePinBlock(0, '1234', pan).replace(/^..../, text)
  const malformed: [string, (key: Uint8Array) => [PinInCall['scheme'], string]][] = [
    ['empty', () => ['v2', '']],
    ['no Base64', () => ['v2', '%%%not base64%%%']],
    ['Base64 without its padding', (key) => ['v1', v1(key, Buffer.from(block)).replace(/=+$/, '')]],
    ['cut', (key) => ['v2', v2(key, Buffer.from(block)).slice(0, -4)]],
    ['another key', () => ['v2', v2(randomBytes(32), Buffer.from(block))]],
    ['another key', () => ['v1', v1(randomBytes(32), Buffer.from(block))]],
    ['the other scheme', (key) => ['v1', v2(key, Buffer.from(block))]],
    ['the other scheme', (key) => ['v2', v1(key, Buffer.from(block))]],
    [
      'another pad',
      (key) => [
        'v1',
        createCipheriv('aes-256-ecb', key, null)
          .setAutoPadding(false)
          .update(Buffer.from(block + 'A'.repeat(16)))
          .toString('base64'),
      ],
    ],
    ['eight bytes in v1', (key) => ['v1', v1(key, hexOf(block))]],
    ['too short a text', (key) => ['v2', v2(key, Buffer.from(block.slice(2)))]],
    ['too long a text', (key) => ['v2', v2(key, Buffer.from(`${block}00`))]],
    ['no hex', (key) => ['v2', v2(key, Buffer.from('not hex at all!!'))]],
    ['format digit 1', (key) => ['v2', v2(key, Buffer.from(field('1412')))]],
    ['format 3', (key) => ['v2', v2(key, Buffer.from(encodePinBlock(3, '1234', pan)))]],
    ['a PIN of 3 digits', (key) => ['v2', v2(key, Buffer.from(field('0312')))]],
    ['a PIN of 13 digits', (key) => ['v1', v1(key, Buffer.from(field('0D12')))]],
    ['a PIN of 5 digits where 4 are right', (key) => ['v2', v2(key, Buffer.from(encodePinBlock(0, '12345', pan)))]],
    ['a PIN with a letter', (key) => ['v2', v2(key, Buffer.from(field('04A2')))]],
  ]
  for (const [name, make] of malformed) {
    const [scheme, encryptedBlock] = make(pinKey)
    const pin: PinInCall = { scheme, encryptedBlock, kitNo, panSource: 'AUTO' }
    const outcomes = await Promise.allSettled([
      hsm.setPin(tenant, stored, pin, 4),
      hsm.verifyPin(tenant, { pan: stored, reference }, pin, 4),
      hsm.verifyPin(tenant, null, pin, 4),
    ])
    expect({ name, outcomes }).toEqual({ name, outcomes: Array.from({ length: 3 }, () => ({ status: 'rejected', reason: invalid })) })
    const messages = outcomes.map((outcome) => (outcome.status === 'rejected' ? String(outcome.reason) : ''))
    expect(new Set(messages)).toEqual(new Set(['CardCryptoError: The PIN block is not one of this card']))
  }
  for (const [name, wrong] of [
    ['fill', field('0412').replace(/.$/, 'C')],
    ['another card', encodePinBlock(0, '1234', '6080390000022751')],
  ]) {
    const pin: PinInCall = { scheme: 'v2', encryptedBlock: v2(pinKey, Buffer.from(wrong ?? '')), kitNo, panSource: 'AUTO' }
    await expect({ name, outcome: hsm.setPin(tenant, stored, pin, 4) }.outcome).rejects.toEqual(invalid)
  }
})

test('whatever bytes come as PIN, only the one error comes back', async () => {
  const { hsm, stored, pinKey } = await bankWithPin()
  const texts = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => v2(pinKey, bytes)),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => v1(pinKey, bytes)),
  )
  await fc.assert(
    fc.asyncProperty(texts, fc.constantFrom('v1' as const, 'v2' as const), fc.string(), async (encryptedBlock, scheme, anyKit) => {
      await expect(hsm.setPin(tenant, stored, { scheme, encryptedBlock, kitNo: anyKit, panSource: 'AUTO' }, 4)).rejects.toEqual(invalid)
      expect(await hsm.pinMac(tenant, { scheme, encryptedBlock })).toMatch(/^[A-Za-z0-9_-]{43}$/)
    }),
  )
})

test('for a card that is not there the answer is no', async () => {
  const { hsm, pinKey } = await bankWithPin()
  for (const pin of ['0000', '1234']) {
    expect(await hsm.verifyPin(tenant, null, pinCall(pinKey, pin), 4)).toBe(false)
    expect(await hsm.verifyPin(tenant, null, pinCall(pinKey, pin, { account: panOfKit(kitNo), panSource: 'KIT_NO' }), 4)).toBe(false)
    expect(await hsm.verifyPin(tenant, null, pinCall(pinKey, pin.repeat(2).slice(0, 6)), 6)).toBe(false)
  }
  await expect(hsm.verifyPin(tenant, null, pinCall(pinKey, '1234', { panSource: 'KIT_NO' }), 4)).rejects.toEqual(invalid)
})

test('a PIN of another length than the reference’s is wrong, not malformed, when the product allows it now', async () => {
  const { hsm, stored, pinKey } = await bankWithPin()
  const four = await hsm.setPin(tenant, stored, pinCall(pinKey, '1234'), 4)
  const six = await hsm.setPin(tenant, stored, pinCall(pinKey, '123456'), 6)
  expect(await hsm.verifyPin(tenant, { pan: stored, reference: four }, pinCall(pinKey, '123456'), 6)).toBe(false)
  expect(await hsm.verifyPin(tenant, { pan: stored, reference: six }, pinCall(pinKey, '1234'), 4)).toBe(false)
})

test('while PIN key, verification key and data key rotate, no call fails and old references verify', async () => {
  const { hsm, another, stored, pinKey, store } = await bankWithPin()
  const reference = await hsm.setPin(tenant, stored, pinCall(pinKey, '1234'), 4)
  const callee = another()
  expect(await callee.verifyPin(tenant, { pan: stored, reference }, pinCall(pinKey, '1234'), 4)).toBe(true)
  const newPinKey = await exchangeKey(hsm, 'pin')
  for (const purpose of ['pvk', 'data', 'cvk'] as const) await hsm.rotateKey(tenant, purpose)
  for (const scheme of ['v1', 'v2'] as const) {
    for (const key of [pinKey, newPinKey]) {
      for (const process of [hsm, callee, another()]) {
        expect(await process.verifyPin(tenant, { pan: stored, reference }, pinCall(key, '1234', { scheme }), 4)).toBe(true)
        expect(await process.verifyPin(tenant, { pan: stored, reference }, pinCall(key, '4321', { scheme }), 4)).toBe(false)
      }
    }
  }
  expect((await hsm.setPin(tenant, stored, pinCall(newPinKey, '1234'), 4)).keyVersion).toBe(2)
  expect(await hsm.pinMac(tenant, pinCall(pinKey, '1234'))).toBe(await callee.pinMac(tenant, pinCall(newPinKey, '1234')))
  await exchangeKey(hsm, 'pin')
  await expect(hsm.verifyPin(tenant, { pan: stored, reference }, pinCall(pinKey, '1234'), 4)).rejects.toEqual(invalid) // two versions back
  expect([...store.records.keys()].filter((name) => name.includes('/pin/'))).toHaveLength(3)
})

test('a field of the version before the newest opens, an older one does not, and a new one opens at once everywhere', async () => {
  const { hsm, another } = await bankHsm()
  await exchangeKey(hsm, 'field')
  const callee = another()
  const oldest = await callee.encryptField(tenant, '1')
  await exchangeKey(hsm, 'field')
  const newer = await hsm.encryptField(tenant, '2')
  for (const process of [hsm, callee])
    expect([(await process.decryptField(tenant, oldest)).reveal(), (await process.decryptField(tenant, newer)).reveal()]).toEqual([
      '1',
      '2',
    ])
  await exchangeKey(hsm, 'field')
  await expect(hsm.decryptField(tenant, oldest)).rejects.toEqual(refusal('ciphertext.invalid'))
})
