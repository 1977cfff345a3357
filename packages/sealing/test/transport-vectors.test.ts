// Published figures of key agreement and key derivation, each a test of its name.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { concatKdf, otherInfo } from '../src/concat-kdf.ts'
import { agree, type PrivateJwk, type PublicJwk } from '../src/index.ts'

interface Vector {
  id: string
  operation: string
  inputs: Record<'privateKey' | 'publicKey' | 'z' | 'algorithmId' | 'apu' | 'apv', string> & {
    privateJwk: PrivateJwk
    publicJwk: PublicJwk
    epk: PublicJwk
    keyBits: number
  }
  expected: Record<'z' | 'key' | 'shared', string>
}

const { vectors } = JSON.parse(readFileSync(new URL('./vectors/transport-crypto.json', import.meta.url), 'utf8')) as { vectors: Vector[] }
const of = (operation: string): Vector[] => vectors.filter((vector) => vector.operation === operation)
const x25519Begin = '302e020100300506032b656e04220420' // PKCS#8 in front of the 32 bytes
const base64url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')

function x25519Private(d: string): PrivateJwk {
  const privateKey = createPrivateKey({ key: Buffer.from(x25519Begin + d, 'hex'), format: 'der', type: 'pkcs8' })
  return { kty: 'OKP', crv: 'X25519', x: createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '', d: base64url(d) }
}

test.each(of('ecdh.p256'))('$id', ({ inputs, expected }) =>
  expect(agree(inputs.privateJwk, inputs.publicJwk).toString('hex')).toBe(expected.z),
)

test.each(of('concat-kdf.jwa'))('$id', ({ inputs, expected }) => {
  const info = otherInfo(inputs.algorithmId, inputs.keyBits, Buffer.from(inputs.apu), Buffer.from(inputs.apv))
  expect(concatKdf(Buffer.from(inputs.z, 'hex'), info, inputs.keyBits).toString('hex')).toBe(expected.key)
})

test.each(of('x25519'))('$id', ({ inputs, expected }) => {
  const other: PublicJwk = { kty: 'OKP', crv: 'X25519', x: base64url(inputs.publicKey) }
  expect(agree(x25519Private(inputs.privateKey), other).toString('hex')).toBe(expected.shared)
})

test.each(of('x25519.jwk'))('$id', ({ inputs, expected }) => {
  const own = x25519Private(inputs.privateKey)
  expect(own.x).toBe(inputs.epk.x) // the ephemeral key's own half is the published private key
  expect(agree(own, inputs.publicJwk).toString('hex')).toBe(expected.z)
})
