// Whatever comes in: a message opens to what was sealed, or there is one refusal and nothing else.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  DecryptionKey,
  EncryptionKey,
  generateKeyPair,
  openOneShot,
  openSession,
  publicPart,
  readHeader,
  SessionKey,
  sealOneShot,
  sealSession,
} from '../src/index.ts'
import { anyText } from './any-text.ts'
import { ONE_MESSAGE, refusalOf } from './refusal.ts'

const REFUSED = `decrypt-failed: ${ONE_MESSAGE}`
const pairs = (['P-256', 'X25519'] as const).map((curve) => {
  const jwk = generateKeyPair(curve, '') // without a kid, so that every refusal is the same one
  return { curve, ours: DecryptionKey.fromJwk(jwk), toUs: EncryptionKey.fromJwk(publicPart(jwk)) }
})
const session = SessionKey.fromBytes(Buffer.alloc(32, 5))

interface Road {
  name: string
  seal: (plaintext: string | Uint8Array) => string
  open: (jwe: string | Buffer) => Buffer
}
const roads: Road[] = [
  {
    name: 'session',
    seal: (plaintext) => sealSession(plaintext, session, 'ticket', { jti: 'j' }),
    open: (jwe) => openSession(readHeader(jwe), session),
  },
  ...pairs.map(({ curve, ours, toUs }) => ({
    name: `one-shot ${curve}`,
    seal: (plaintext: string | Uint8Array) => sealOneShot(plaintext, toUs, { jti: 'j' }),
    open: (jwe: string | Buffer) => openOneShot(readHeader(jwe), ours),
  })),
]

/** Messages to be altered, on each road those of the same texts. */
const someTexts = ['', ...fc.sample(fc.string({ minLength: 1 }), 50)]
const withMessages = roads.map((road) => ({ ...road, messages: someTexts.map((text) => road.seal(text)) }))

const anyHeader = fc.record(
  {
    alg: fc.oneof(fc.constantFrom('dir', 'ECDH-ES', 'none'), fc.jsonValue()),
    enc: fc.oneof(fc.constant('A256GCM'), fc.jsonValue()),
    kid: fc.jsonValue(),
    epk: fc.oneof(
      fc.jsonValue(),
      fc.record({
        kty: fc.constantFrom('EC', 'OKP', 'oct'),
        crv: fc.constantFrom('P-256', 'X25519', 'P-384'),
        x: fc.string(),
        y: fc.string(),
      }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map((x) => ({ kty: 'OKP', crv: 'X25519', x: Buffer.from(x).toString('base64url') })),
    ),
    apu: fc.jsonValue(),
    apv: fc.jsonValue(),
    zip: fc.jsonValue(),
    crit: fc.jsonValue(),
    iat: fc.jsonValue(),
  },
  { requiredKeys: ['alg', 'enc'] },
)

test.each(roads)('$name: what is sealed opens to the same bytes', ({ seal, open }) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4000 }), (plaintext) => {
      const jwe = seal(plaintext)
      expect(open(jwe).equals(plaintext)).toBe(true)
      expect(open(Buffer.from(jwe)).equals(plaintext)).toBe(true)
    }),
  )
})

test.each(roads)('$name: any text opens to the same text', ({ seal, open }) => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(open(seal(text)).toString()).toBe(text)))
})

test.each(withMessages)('$name: one changed bit anywhere in the message is refused', ({ messages, open }) => {
  fc.assert(
    fc.property(fc.constantFrom(...messages), fc.nat(), (message, position) => {
      const bytes = Buffer.from(message)
      const bit = position % (bytes.length * 8)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(refusalOf(() => open(bytes))).toBe(REFUSED)
    }),
    { numRuns: 500 },
  )
})

test.each(withMessages)('$name: one changed bit in a decoded part is refused', ({ messages, open }) => {
  fc.assert(
    fc.property(fc.constantFrom(...messages), fc.constantFrom(0, 2, 3, 4), fc.nat(), (message, index, position) => {
      const parts = message.split('.')
      const part = Buffer.from(parts[index] ?? '', 'base64url')
      fc.pre(part.length > 0)
      const bit = position % (part.length * 8)
      part[bit >> 3] = (part[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      parts[index] = part.toString('base64url')
      // A header that names a key where the key has no name is refused by the tag as well, so the
      // words do not change.
      expect(refusalOf(() => open(parts.join('.')))).toBe(REFUSED)
    }),
    { numRuns: 500 },
  )
})

test.each(withMessages)('$name: a message cut short, lengthened or with a piece replaced is refused', ({ messages, open }) => {
  fc.assert(
    fc.property(fc.constantFrom(...messages), fc.nat(), fc.nat(20), anyText({ maxLength: 20 }), (message, position, removed, inserted) => {
      const begin = position % message.length
      const changed = message.slice(0, begin) + inserted + message.slice(begin + removed)
      fc.pre(changed !== message)
      expect(refusalOf(() => open(changed))).toBe(REFUSED)
    }),
    { numRuns: 500 },
  )
})

/** What each road says to something. */
const refusals = (inputOf: (road: (typeof withMessages)[number]) => string | Buffer) =>
  withMessages.map((road) => `${road.name}: ${refusalOf(() => road.open(inputOf(road)))}`)
const allRefused = roads.map(({ name }) => `${name}: ${REFUSED}`)

test('random text, random bytes and random parts are refused on every road', () => {
  const parts = fc.array(fc.oneof(fc.base64String(), fc.string()), { minLength: 4, maxLength: 6 }).map((array) => array.join('.'))
  const bytes = fc.uint8Array().map((array) => Buffer.from(array))
  fc.assert(
    fc.property(fc.oneof(fc.string(), anyText(), parts, bytes), (input) => expect(refusals(() => input)).toEqual(allRefused)),
    { numRuns: 1000 },
  )
})

test('random headers before good parts are refused on every road', () => {
  fc.assert(
    fc.property(anyHeader, (header) => {
      const encoded = Buffer.from(JSON.stringify(header)).toString('base64url')
      expect(refusals(({ messages }) => (messages[1] ?? '').replace(/^[^.]*/, encoded))).toEqual(allRefused)
    }),
    { numRuns: 1000 },
  )
})

test.each(roads)('$name: a message of 8 MB opens, and is refused with one bit changed', ({ seal, open }) => {
  const plaintext = Buffer.alloc(8 * 1024 * 1024, 'x')
  const bytes = Buffer.from(seal(plaintext))
  expect(open(bytes).equals(plaintext)).toBe(true)
  const middle = bytes.length >> 1
  bytes[middle] = bytes[middle] === 65 ? 66 : 65
  expect(refusalOf(() => open(bytes))).toBe(REFUSED)
})
