// Wrapping: a secret comes back under its master key and its name, and never otherwise.
import { createSecretKey, randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CardCryptoError, parseMasterKey, unwrapSecret, wrapSecret } from './index.ts'

const masterKey = randomBytes(32)
const refusal = (code: string) => expect.objectContaining({ code })

test('a wrapped secret of any length comes back, also when the master key is a KeyObject', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (secret, name) => {
      const wrapped = wrapSecret(masterKey, name, secret)
      expect(unwrapSecret(createSecretKey(masterKey), name, wrapped)).toEqual(Buffer.from(secret))
      expect(wrapSecret(masterKey, name, secret)).not.toBe(wrapped)
    }),
  )
})

test('it does not unwrap under another name, another master key, or altered', () => {
  const wrapped = wrapSecret(masterKey, 'ACME_BANK/data/1', Buffer.alloc(32, 9))
  const altered = Buffer.from(wrapped, 'base64')
  for (let at = 0; at < altered.length; at++) {
    const copy = Buffer.from(altered)
    copy[at] = (copy[at] ?? 0) ^ 1
    expect(() => unwrapSecret(masterKey, 'ACME_BANK/data/1', copy.toString('base64'))).toThrow(refusal('key.unwrap.failed'))
  }
  for (const text of ['', 'AQ==', wrapped.slice(0, 40), 'no base64 at all']) {
    expect(() => unwrapSecret(masterKey, 'ACME_BANK/data/1', text)).toThrow(refusal('key.unwrap.failed'))
  }
  expect(() => unwrapSecret(masterKey, 'SANDBOX_BANK/data/1', wrapped)).toThrow(refusal('key.unwrap.failed'))
  expect(() => unwrapSecret(randomBytes(32), 'ACME_BANK/data/1', wrapped)).toThrow(refusal('key.unwrap.failed'))
})

test('a master key is exactly 32 bytes in Base64', () => {
  expect(parseMasterKey(masterKey.toString('base64'))).toEqual(new Uint8Array(masterKey))
})

test.each([
  ['empty', ''],
  ['too short', randomBytes(31).toString('base64')],
  ['too long', randomBytes(33).toString('base64')],
  ['in hex', randomBytes(32).toString('hex')],
  ['followed by a line end', `${randomBytes(32).toString('base64')}\n`],
  ['without padding', randomBytes(32).toString('base64').slice(0, -1)],
])('a master key that is %s is refused, and the error does not show it', (_, text) => {
  expect(() => parseMasterKey(text)).toThrow(refusal('master.key.invalid'))
  try {
    parseMasterKey(text)
  } catch (error) {
    expect(error).toBeInstanceOf(CardCryptoError)
    if (text) expect(String(error)).not.toContain(text.slice(0, 8))
  }
})

test('a master key of another size wraps nothing', () => {
  expect(() => wrapSecret(randomBytes(16), 'name', Buffer.alloc(1))).toThrow(refusal('master.key.invalid'))
})
