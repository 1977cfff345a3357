// The figures in test/vectors are those of the vectors beside the checkout: none is missing and
// none was changed.
import { expect, test } from '@jest/globals'
import { withSharedVectors } from '../test/shared-vectors.ts'
import { type Vector, vectorsOf } from '../test/vectors.ts'

const files = ['aes-256-gcm', 'check-values', 'cvv', 'luhn', 'pin-blocks', 'pin-verification'] as const
/** Key agreement and derivation are the business of packages/sealing. */
const elsewhere = ['ecdh.p256', 'concat-kdf.jwa', 'x25519', 'x25519.jwk']

withSharedVectors<{ vectors: Vector[] }>('card-crypto.json', ({ vectors }) => {
  test('every vector beside the checkout stands here, unchanged', () => {
    const ours = new Map(files.flatMap((file) => vectorsOf(file)).map((vector) => [vector.id, vector]))
    const wanted = vectors.filter(({ operation }) => !elsewhere.includes(operation))
    expect(wanted.map(({ id }) => ours.get(id))).toEqual(wanted)
    expect(wanted.length).toBeGreaterThan(70)
  })
})
