// CMAC, check values (AES and TDES) and GCM against published vectors.
import { createSecretKey } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { withSharedVectors } from '../test/shared-vectors.ts'
import { hexOf, vectorsOf } from '../test/vectors.ts'
import { aesCmac, keyCheckValue, tdesEncrypt, tdesKeyCheckValue } from './index.ts'
import { gcmOpen, gcmSeal } from './seal.ts'

const hex = (text = ''): Buffer => Buffer.from(text, 'hex')

interface Wycheproof<T> {
  testGroups: { keySize: number; ivSize?: number; tagSize: number; tests: (T & { tcId: number; result: 'valid' | 'invalid' })[] }[]
}

test('AES-256-CMAC of NIST SP 800-38B appendix D.3, examples 9 to 12', () => {
  const key = hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4')
  const message = hex(
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  )
  const macs = [0, 16, 40, 64].map((length) => aesCmac(key, message.subarray(0, length)).toString('hex'))
  expect(macs).toEqual([
    '028962f61b7bf89efc6b551f4667d983',
    '28a7023f452e8f82bd4bf28d8c37c35c',
    'aaf3d8f1de5640c232f5b169b9c911e6',
    'e1992190549f6ed5696a2c056c315410',
  ])
})

test.each(vectorsOf('check-values', 'cmac.aes'))('$id', ({ inputs, expected }) =>
  expect(aesCmac(hexOf(inputs.key), hexOf(inputs.message)).toString('hex').toUpperCase()).toBe(expected.mac),
)

test.each(vectorsOf('check-values', 'kcv.aes-cmac'))('$id', ({ inputs, expected }) => {
  expect(keyCheckValue(createSecretKey(hexOf(inputs.key)))).toBe(expected.kcv)
  expect(aesCmac(hexOf(inputs.key), Buffer.alloc(16)).toString('hex').toUpperCase()).toBe(expected.mac)
})

test.each(vectorsOf('check-values', 'kcv.tdes'))('$id', ({ inputs, expected }) => {
  expect(tdesKeyCheckValue(hexOf(inputs.key))).toBe(expected.kcv)
  expect(tdesEncrypt(hexOf(inputs.key), Buffer.alloc(8)).toString('hex').toUpperCase()).toBe(expected.cryptogram)
})

withSharedVectors<Wycheproof<{ key: string; msg: string; tag: string }>>('wycheproof/aes_cmac_test.json', ({ testGroups }) => {
  test('aes_cmac_test.json: every valid tag is computed, every invalid one and every wrong key size is not', () => {
    const judged = testGroups.flatMap(({ keySize, tagSize, tests }) =>
      tests.map(({ tcId, key, msg, tag, result }) => {
        if (![128, 192, 256].includes(keySize)) {
          expect(() => aesCmac(hex(key), hex(msg))).toThrow(expect.objectContaining({ code: 'key.invalid' }))
          return { tcId, result, got: 'invalid' }
        }
        const same = aesCmac(hex(key), hex(msg))
          .subarray(0, tagSize / 8)
          .equals(hex(tag))
        return { tcId, result, got: same ? 'valid' : 'invalid' }
      }),
    )
    expect(judged.filter(({ result, got }) => result !== got)).toEqual([])
    expect(judged.length).toBeGreaterThan(300)
  })
})

test.each(vectorsOf('aes-256-gcm'))('$id opens', ({ inputs, expected }) => {
  const sealed = Buffer.concat([hexOf(inputs.iv), hexOf(String(expected.ciphertext)), hexOf(String(expected.tag))])
  expect(gcmOpen(createSecretKey(hexOf(inputs.key)), 12, sealed, hexOf(inputs.aad))).toEqual(hexOf(inputs.plaintext))
})

withSharedVectors<Wycheproof<{ key: string; iv: string; aad: string; msg: string; ct: string; tag: string }>>(
  'wycheproof/aes_gcm_test.json',
  ({ testGroups }) => {
    test('aes_gcm_test.json, 256-bit keys, IVs of 12 and 16 bytes: valid ones open, invalid ones do not', () => {
      const groups = testGroups.filter(
        ({ keySize, ivSize, tagSize }) => keySize === 256 && tagSize === 128 && (ivSize === 96 || ivSize === 128),
      )
      const wrong = groups.flatMap(({ ivSize, tests }) =>
        tests.filter(({ key, iv, aad, msg, ct, tag, result }) => {
          const sealed = Buffer.concat([hex(iv), hex(ct), hex(tag)])
          const opened = gcmOpen(createSecretKey(hex(key)), ivSize === 96 ? 12 : 16, sealed, hex(aad))
          return (result === 'valid') !== (opened?.equals(hex(msg)) ?? false)
        }),
      )
      expect(wrong).toEqual([])
      expect(groups.length).toBeGreaterThan(1)
    })
  },
)

test('what is sealed opens only unaltered, under its key and for its context', () => {
  const bytes = fc.uint8Array({ maxLength: 60 })
  const key = createSecretKey(Buffer.alloc(32, 1))
  fc.assert(
    fc.property(
      bytes,
      bytes,
      fc.constantFrom(12 as const, 16 as const),
      fc.nat(),
      fc.integer({ min: 0, max: 7 }),
      (text, aad, ivBytes, at, bit) => {
        const sealed = gcmSeal(key, ivBytes, text, aad)
        expect(sealed).toHaveLength(ivBytes + text.length + 16)
        expect(gcmOpen(key, ivBytes, sealed, aad)).toEqual(Buffer.from(text))
        expect(gcmOpen(createSecretKey(Buffer.alloc(32, 2)), ivBytes, sealed, aad)).toBeNull()
        expect(gcmOpen(key, ivBytes, sealed, Buffer.concat([aad, Buffer.from([0])]))).toBeNull()
        expect(gcmOpen(key, ivBytes, sealed.subarray(0, at % sealed.length), aad)).toBeNull()
        const place = at % sealed.length
        sealed[place] = (sealed[place] ?? 0) ^ (1 << bit)
        expect(gcmOpen(key, ivBytes, sealed, aad)).toBeNull()
      },
    ),
  )
})
