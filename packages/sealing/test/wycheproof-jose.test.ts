// The JOSE files of Wycheproof: everything outside ECDH-ES or dir with A256GCM is refused, valid or
// not.
import { createSecretKey } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { DecryptionKey, EncryptionKey, openOneShot, openSession, type PrivateJwk, readHeader, SessionKey } from '../src/index.ts'
import { orRefused } from './refusal.ts'
import { readVectors, type VectorCase, type VectorFile, vectorTestName } from './vectors.ts'

interface JoseCase extends VectorCase {
  /** An object where the case uses the JSON serialisation. */
  jwe?: string | object
  jws?: string | object
  pt?: string
}
/** A JWK, or a JWKS in the groups that are about several keys. */
type VectorKey = PrivateJwk & { k?: string; keys?: VectorKey[] }
interface JoseGroup {
  private: VectorKey
}
type JoseFile = VectorFile<JoseCase, JoseGroup>

const textOf = (token: string | object) => (typeof token === 'string' ? token : JSON.stringify(token))
const keysOf = (group: JoseGroup) => group.private.keys ?? [group.private]

/**
 * The plaintext by whichever mode the message names, or undefined if the message or the key is
 * refused.
 */
function opened(token: string | object, jwk: VectorKey): string | undefined {
  return orRefused(() => {
    const parsed = readHeader(textOf(token))
    if (parsed.header.alg === 'ECDH-ES') return openOneShot(parsed, DecryptionKey.fromJwk(jwk)).toString('hex')
    return openSession(parsed, SessionKey.fromBytes(createSecretKey(jwk.k ?? '', 'base64url').export())).toString('hex')
  })
}

const encryption = readVectors<JoseFile>('wycheproof/json_web_encryption_test.json')
test(vectorTestName(encryption !== undefined, 'json_web_encryption', 'tcId 78 is in our mode and opens, the other 138 are refused'), () => {
  if (encryption === undefined) return
  const accepted = encryption.testGroups.flatMap((group) =>
    group.tests.flatMap(({ tcId, jwe, pt, result }) => {
      const plaintext = opened(jwe ?? '', group.private)
      return plaintext === undefined ? [] : [{ tcId, result, right: plaintext === pt }]
    }),
  )
  expect(encryption.testGroups.flatMap((group) => group.tests)).toHaveLength(139)
  expect(accepted).toEqual([{ tcId: 78, result: 'valid', right: true }])
})

const attacks = readVectors<JoseFile>('wycheproof/json_web_crypto_test.json')
test(
  vectorTestName(
    attacks !== undefined,
    'json_web_crypto',
    'all 34 JWE are in other modes or broken and are refused, and so are the 49 JWS',
  ),
  () => {
    if (attacks === undefined) return
    const cases = attacks.testGroups.flatMap((group) => group.tests.map((vector) => ({ ...vector, group })))
    expect([cases.filter(({ jwe }) => jwe !== undefined).length, cases.filter(({ jws }) => jws !== undefined).length]).toEqual([34, 49])
    const accepted = cases.filter(({ jwe, jws, group }) => keysOf(group).some((jwk) => opened(jwe ?? jws ?? '', jwk) !== undefined))
    expect(accepted.map(({ tcId }) => tcId)).toEqual([])
  },
)

const keys = readVectors<JoseFile>('wycheproof/json_web_key_test.json')
// Every key of this file is one for signatures (HMAC, RSA, ECDSA), so none may be used for
// encryption here: the five valid cases are refused by choice, the 21 invalid ones as they must be
// (among them an ECDSA key that calls itself `use: enc`, and a point off the curve).
test(vectorTestName(keys !== undefined, 'json_web_key', 'no signature key is taken for an encryption key'), () => {
  if (keys === undefined) return
  const cases = keys.testGroups.flatMap((group) => group.tests.map((vector) => ({ tcId: vector.tcId, result: vector.result, group })))
  expect([cases.length, cases.filter(({ result }) => result === 'valid').length]).toEqual([26, 5])
  const accepted = cases.filter(({ group }) =>
    keysOf(group).some((jwk) => orRefused(() => DecryptionKey.fromJwk(jwk)) ?? orRefused(() => EncryptionKey.fromJwk(jwk))),
  )
  expect(accepted.map(({ tcId }) => tcId)).toEqual([])
})
