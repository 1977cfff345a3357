// AES-GCM against the Wycheproof file: what the messages use must be right in every case, the rest
// refused or right.
import { createSecretKey } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { aesKey, decryptAesGcm, encryptAesGcm } from '../src/aes-gcm.ts'
import { SessionKey } from '../src/index.ts'
import { orRefused } from './refusal.ts'
import { readVectors, type VectorCase, type VectorFile, vectorTestName, wrongCases } from './vectors.ts'

interface AesGcmCase extends VectorCase {
  key: string
  iv: string
  aad: string
  msg: string
  ct: string
  tag: string
}
interface AesGcmGroup {
  keySize: number
  ivSize: number
  tagSize: number
}

const bytes = (hex: string) => Buffer.from(hex, 'hex')
const file = readVectors<VectorFile<AesGcmCase, AesGcmGroup>>('wycheproof/aes_gcm_test.json')
const groupsOf = (wanted: (group: AesGcmGroup) => boolean) => ({ testGroups: file?.testGroups.filter(wanted) ?? [] })

/**
 * node:crypto throws errors of its own, for instance for an IV of no bytes; the functions above
 * this layer turn all of them into one.
 */
function decrypted(vector: AesGcmCase): string | undefined {
  try {
    const key = createSecretKey(bytes(vector.key))
    return decryptAesGcm(aesKey(key), bytes(vector.iv), bytes(vector.aad), bytes(vector.ct), bytes(vector.tag)).toString('hex')
  } catch {
    return undefined
  }
}

test(
  vectorTestName(
    file !== undefined,
    'aes_gcm',
    '256-bit keys, IVs of 96 and 128 bits: valid ones open to the message, modified tags are refused',
  ),
  () => {
    if (file === undefined) return
    const ours = groupsOf((group) => group.keySize === 256 && (group.ivSize === 96 || group.ivSize === 128) && group.tagSize === 128)
    expect(ours.testGroups.flatMap((group) => group.tests)).toHaveLength(85)
    expect(
      wrongCases(
        ours,
        decrypted,
        (vector) => vector.msg,
        () => 'refuse',
      ),
    ).toEqual([])
  },
)

test(
  vectorTestName(
    file !== undefined,
    'aes_gcm',
    '256-bit keys, IVs of 96 and 128 bits: sealing gives ciphertext and tag of every valid case',
  ),
  () => {
    if (file === undefined) return
    const ours = groupsOf((group) => group.keySize === 256 && (group.ivSize === 96 || group.ivSize === 128))
    const wrong = ours.testGroups
      .flatMap((group) => group.tests)
      .filter((vector) => {
        const { ciphertext, tag } = encryptAesGcm(aesKey(bytes(vector.key)), bytes(vector.iv), bytes(vector.aad), bytes(vector.msg))
        return (ciphertext.toString('hex') === vector.ct && tag.toString('hex') === vector.tag) !== (vector.result === 'valid')
      })
    expect(wrong.map((vector) => vector.tcId)).toEqual([])
  },
)

test(vectorTestName(file !== undefined, 'aes_gcm', 'IVs of other lengths are opened right or refused'), () => {
  if (file === undefined) return
  const others = groupsOf((group) => group.keySize === 256 && group.ivSize !== 96 && group.ivSize !== 128).testGroups.flatMap(
    (group) => group.tests,
  )
  const wrong = others.filter((vector) => {
    const opened = decrypted(vector)
    return opened !== undefined && (vector.result === 'invalid' || opened !== vector.msg)
  })
  expect(wrong.map((vector) => vector.tcId)).toEqual([])
})

test(vectorTestName(file !== undefined, 'aes_gcm', 'keys of 128 and 192 bits are refused'), () => {
  if (file === undefined) return
  const others = groupsOf((group) => group.keySize !== 256).testGroups.flatMap((group) => group.tests)
  expect(
    others.filter((vector) => orRefused(() => SessionKey.fromBytes(bytes(vector.key))) !== undefined).map((vector) => vector.tcId),
  ).toEqual([])
  expect(others.filter((vector) => decrypted(vector) !== undefined).map((vector) => vector.tcId)).toEqual([])
})
