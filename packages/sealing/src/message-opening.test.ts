// Messages that are opened piece by piece.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  DecryptionKey,
  EncryptionKey,
  generateKeyPair,
  MessageOpening,
  oneShotContentKey,
  openOneShot,
  publicPart,
  readHeader,
  SealingError,
  sealOneShot,
} from './index.ts'

const jwk = generateKeyPair('X25519', 'gateway-1')
const ours = DecryptionKey.fromJwk(jwk)
const toUs = EncryptionKey.fromJwk(publicPart(jwk))

/** Opens the message in pieces of these lengths, again and again. */
function openInPieces(jwe: string, lengths: readonly number[]): Buffer {
  const opening = new MessageOpening((header) => oneShotContentKey(header, ours))
  for (let position = 0, piece = 0; position < jwe.length; piece++) {
    const end = position + (lengths[piece % lengths.length] ?? 1)
    opening.push(Buffer.from(jwe.slice(position, end), 'latin1'))
    position = end
  }
  return Buffer.concat(opening.finish())
}

const lengths = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 })

test('a message opens to the bytes that were sealed, however it is cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), lengths, (bytes, cuts) => {
      expect(openInPieces(sealOneShot(bytes, toUs), cuts)).toEqual(Buffer.from(bytes))
    }),
  )
})

test('what the opening in one go refuses is refused in pieces too, and the other way round', () => {
  const outcomeOf = (open: () => Buffer): string => {
    try {
      return open().toString('hex')
    } catch (error) {
      if (error instanceof SealingError) return error.code
      throw error
    }
  }
  const changed = fc
    .tuple(fc.uint8Array({ maxLength: 60 }), fc.nat(), fc.constantFrom('', '.', 'A', '=', ' ', 'é'))
    .map(([bytes, at, by]) => {
      const jwe = sealOneShot(bytes, toUs)
      const position = at % jwe.length
      return jwe.slice(0, position) + by + jwe.slice(position + 1)
    })
  fc.assert(
    fc.property(changed, lengths, (jwe, cuts) => {
      expect(outcomeOf(() => openInPieces(jwe, cuts))).toBe(outcomeOf(() => openOneShot(readHeader(jwe), ours)))
    }),
    { numRuns: 500 },
  )
})

test('a header that never ends is refused before much of it is held', () => {
  const opening = new MessageOpening(() => {
    throw new Error('not asked')
  })
  expect(() => {
    for (let piece = 0; piece < 10; piece++) opening.push(Buffer.alloc(1_000, 65))
  }).toThrow(SealingError)
})

test('a message that breaks off is refused, wherever it does', () => {
  const jwe = sealOneShot('twelve bytes', toUs)
  for (let end = 0; end < jwe.length; end++) expect(() => openInPieces(jwe.slice(0, end), [64])).toThrow(SealingError)
})
