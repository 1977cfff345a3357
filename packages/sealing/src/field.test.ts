// Fields sealed under a shared key.
import { createDecipheriv, createSecretKey } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { anyText } from '../test/any-text.ts'
import { ONE_MESSAGE, refusalOf } from '../test/refusal.ts'
import { decryptField, encryptField } from './index.ts'

const REFUSED = `decrypt-failed: ${ONE_MESSAGE}`
const key = Buffer.alloc(32, 3)

test('a sealed card number is 64 characters of Base64: IV 16, ciphertext 16, tag 16', () => {
  const bytes = Buffer.from(encryptField('6080400000000000', key), 'base64')
  expect(bytes).toHaveLength(48)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 16)).setAuthTag(bytes.subarray(32))
  expect(decipher.update(bytes.subarray(16, 32)).toString() + decipher.final('utf8')).toBe('6080400000000000')
})

test('any text comes back, with key bytes and with a KeyObject', () => {
  const keyObject = createSecretKey(key)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decryptField(encryptField(text, key), keyObject)).toBe(text)
      expect(decryptField(encryptField(text, keyObject), key)).toBe(text)
    }),
  )
})

test('the same text never looks the same twice', () => {
  expect(encryptField('608040', key)).not.toBe(encryptField('608040', key))
})

test('one changed bit is refused', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (text, position) => {
      const bytes = Buffer.from(encryptField(text, key), 'base64')
      const bit = position % (bytes.length * 8)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(refusalOf(() => decryptField(bytes.toString('base64'), key))).toBe(REFUSED)
    }),
  )
})

test('what was never sealed is refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), anyText(), fc.base64String()), (text) => {
      expect(refusalOf(() => decryptField(text, key))).toBe(REFUSED)
    }),
  )
  expect(refusalOf(() => decryptField(undefined as unknown as string, key))).toBe(REFUSED)
})

test('another spelling of the same bytes is refused', () => {
  const sealed = encryptField('6080400000000000', key)
  for (const other of [` ${sealed}`, `${sealed}\n`, `${sealed}=`, sealed.replace(/.$/, '')]) {
    expect(refusalOf(() => decryptField(other, key))).toBe(REFUSED)
  }
})

test('another key is refused, and so is a key of another length', () => {
  expect(refusalOf(() => decryptField(encryptField('1', key), Buffer.alloc(32, 4)))).toBe(REFUSED)
  expect(refusalOf(() => encryptField('1', Buffer.alloc(16)))).toBe('decrypt-failed: an AES-256 key has 32 bytes')
})
