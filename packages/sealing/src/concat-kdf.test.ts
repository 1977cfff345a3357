// The Concat KDF, by the example of the standard and by an independent count of its rounds.
import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { concatKdf, otherInfo } from './concat-kdf.ts'
import { agree, type PrivateJwk } from './index.ts'
import { publicPart } from './jwk.ts'

// RFC 7518 appendix C.
const alice: PrivateJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0',
  y: 'SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps',
  d: '0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo',
}
const bob: PrivateJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ',
  y: 'e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck',
  d: 'VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw',
}
const appendixInfo = otherInfo('A128GCM', 128, Buffer.from('Alice'), Buffer.from('Bob'))

test('RFC 7518 appendix C: both sides agree on the Z of the standard', () => {
  const z = Buffer.from([
    158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106, 72, 246, 218, 167, 121,
    140, 254, 144, 196,
  ])
  expect(agree(alice, publicPart(bob))).toEqual(z)
  expect(agree(bob, publicPart(alice))).toEqual(z)
})

test('RFC 7518 appendix C: OtherInfo is the one of the standard', () => {
  expect([...appendixInfo]).toEqual([
    0, 0, 0, 7, 65, 49, 50, 56, 71, 67, 77, 0, 0, 0, 5, 65, 108, 105, 99, 101, 0, 0, 0, 3, 66, 111, 98, 0, 0, 0, 128,
  ])
})

test('RFC 7518 appendix C: the derived key is VqqN6vgjbSBcIijNcacQGg', () => {
  expect(concatKdf(agree(alice, publicPart(bob)), appendixInfo, 128).toString('base64url')).toBe('VqqN6vgjbSBcIijNcacQGg')
})

test('a key longer than one hash is made of several rounds', () => {
  const z = Buffer.alloc(32, 7)
  const info = otherInfo('A256CBC-HS512', 512)
  const round = (number: number) =>
    createHash('sha256')
      .update(Buffer.from([0, 0, 0, number]))
      .update(z)
      .update(info)
      .digest()
  expect(concatKdf(z, info, 512)).toEqual(Buffer.concat([round(1), round(2)]))
  expect(concatKdf(z, info, 384)).toEqual(Buffer.concat([round(1), round(2)]).subarray(0, 48))
})
