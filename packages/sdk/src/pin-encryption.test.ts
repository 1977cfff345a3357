// PIN blocks and their two ways of encryption: the worked examples of the contract, round trips,
// and what is refused.
import { Buffer } from 'node:buffer'
import { createDecipheriv, createSecretKey } from 'node:crypto'
import { inspect } from 'node:util'
import { publicEndpoints, type SetPinV2 } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DcmsInputError } from './errors.ts'
import { encryptPin, type PinCard, pinBlock, sealV2 } from './pin-encryption.ts'

const cardNumber = '6080390000022751'
const kitNo = '4240181647'
const pinKey = createSecretKey(Buffer.from(Array.from({ length: 32 }, (_, byte) => byte)))
const exampleIv = Buffer.from(Array.from({ length: 16 }, (_, byte) => byte))

function open(scheme: 'v1' | 'v2', text: string): string {
  const bytes = Buffer.from(text, 'base64')
  if (scheme === 'v1') {
    const decipher = createDecipheriv('aes-256-ecb', pinKey, null)
    return decipher.update(bytes).toString('latin1') + decipher.final('latin1')
  }
  const decipher = createDecipheriv('aes-256-gcm', pinKey, bytes.subarray(0, 16), { authTagLength: 16 })
  decipher.setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(16, -16)).toString('latin1') + decipher.final('latin1')
}

/** The PIN of a block, as the other side gets at it. */
function pinOf(block: string, account: string): string {
  const field = (BigInt(`0x${block}`) ^ BigInt(`0x${account.slice(-13, -1)}`)).toString(16).padStart(16, '0')
  const length = Number.parseInt(field[1] ?? '', 16)
  expect(field[0]).toBe('0')
  expect(field.slice(2 + length)).toBe('f'.repeat(14 - length))
  return field.slice(2, 2 + length)
}

function withCheckDigit(digits: string): string {
  const found = [...'0123456789'].find((last) => {
    const reversed = [...(digits + last)].reverse().map(Number)
    return reversed.reduce((sum, digit, at) => sum + (at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0) % 10 === 0
  })
  return digits + found
}

test('the blocks of the contract: PIN 1234 with a card number and with a kit number', () => {
  expect(pinBlock('1234', { cardNumber })).toBe('0412376FFFFFDD8A')
  expect(pinBlock('1234', { kitNo })).toBe('041234FBDBFE7E9B')
})

test('the ciphertexts of the contract, whose key and IV are counted bytes', () => {
  const exampleOf = (endpoint: 'setPinV2' | 'validatePinV2') => (publicEndpoints[endpoint].examples[0].request as SetPinV2).pin
  expect(sealV2(pinBlock('1234', { cardNumber }), pinKey, exampleIv)).toBe(exampleOf('setPinV2'))
  expect(sealV2(pinBlock('1234', { kitNo }), pinKey, exampleIv)).toBe(exampleOf('validatePinV2'))
})

const pins = fc.stringMatching(/^[0-9]{4,12}$/)
const cards: fc.Arbitrary<PinCard> = fc.oneof(
  fc.stringMatching(/^[0-9]{12,18}$/).map((digits) => ({ cardNumber: withCheckDigit(digits) })),
  fc.stringMatching(/^[0-9]{1,19}$/).map((digits) => ({ kitNo: digits })),
)

test.each(['v1', 'v2'] as const)('whatever the PIN and the card, %s opens to the same PIN and has its length', (scheme) => {
  fc.assert(
    fc.property(pins, cards, (pin, card) => {
      const text = encryptPin(pin, card, scheme, pinKey)
      expect(Buffer.from(text, 'base64')).toHaveLength(scheme === 'v1' ? 32 : 48)
      const block = open(scheme, text)
      expect(block).toMatch(/^[0-9A-F]{16}$/)
      expect(pinOf(block, card.cardNumber ?? card.kitNo.padStart(16, '0'))).toBe(pin)
    }),
  )
})

test('v1 shows that two PINs are the same, v2 does not', () => {
  const twice = (scheme: 'v1' | 'v2') => new Set([1, 2].map(() => encryptPin('1234', { cardNumber }, scheme, pinKey))).size
  expect(twice('v1')).toBe(1)
  expect(twice('v2')).toBe(2)
})

const refused = (make: () => unknown): DcmsInputError => {
  try {
    make()
  } catch (error) {
    if (error instanceof DcmsInputError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test.each(['', '123', '1234567890123', '12a4', '12 34', '१२३४', '1234\n', 1234, undefined, null])(
  'a PIN that is not a text of 4 to 12 digits is refused by name: %#',
  (pin) => {
    const error = refused(() => encryptPin(pin as string, { cardNumber }, 'v2', pinKey))
    expect(error.field).toBe('pin')
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe('pin must be a text of 4 to 12 digits')
  },
)

test.each([
  [{ cardNumber: '6080390000022752' }, 'cardNumber'],
  [{ cardNumber: '6080 3900 0002 2751' }, 'cardNumber'],
  [{ cardNumber: '608039000' }, 'cardNumber'],
  [{ cardNumber: 6080390000022751 }, 'cardNumber'],
  [{ kitNo: 'KIT42' }, 'kitNo'],
  [{ kitNo: '' }, 'kitNo'],
  [{ kitNo: '12345678901234567890' }, 'kitNo'],
  [{}, 'card'],
  [{ kitNo, cardNumber }, 'card'],
])('a card that no block can be made of is refused by name: %#', (card, field) => {
  expect(refused(() => encryptPin('1234', card as PinCard, 'v2', pinKey)).field).toBe(field)
})

test('without a PIN key the error says so', () => {
  expect(refused(() => encryptPin('1234', { cardNumber }, 'v2', undefined)).message).toBe('keys.pinKey was not given to this client')
})

test('no refusal shows what was given', () => {
  for (const make of [
    () => encryptPin('97531x', { cardNumber }, 'v2', pinKey),
    () => encryptPin('9753186420975', { kitNo }, 'v1', pinKey),
    () => encryptPin('97531', { cardNumber: '6080390000022752' }, 'v2', pinKey),
    () => encryptPin('97531', { kitNo: 'K97531' }, 'v2', pinKey),
  ]) {
    const error = refused(make)
    for (const shown of [inspect(error), String(error), JSON.stringify(error)]) expect(shown).not.toMatch(/97531|608039000/)
  }
})
