// The sweep that brings stored card numbers under the newest data key after a rotation.
import { type Hsm, keyVersionOf } from '@dcms/card-crypto'
import type { Sweep, Tenant } from '@dcms/service'
import { type Card, cardsOf, panOf } from './card.ts'

const EVERY_MS = 30_000
const BATCH = 200

export const rewrapCardNumbers = (hsm: Hsm): Sweep => ({
  name: 'rewrap card numbers',
  everyMs: EVERY_MS,
  async run(_scopeOf, tenant) {
    while ((await rewrapBatch(hsm, tenant)) === BATCH);
  },
})

/**
 * Rewraps up to 200 card numbers and says how many. The same number stays the same, so no command needs to notice: the update is matched on
 * the old ciphertext and leaves the document's version alone.
 */
export async function rewrapBatch(hsm: Hsm, tenant: Tenant): Promise<number> {
  const version = await hsm.currentVersion(tenant.id, 'data')
  const old = await cardsOf(tenant)
    .find({ panKeyVersion: { $lt: version } }, { encryptedPan: 1 })
    .limit(BATCH)
    .lean<(Pick<Card, '_id'> & { encryptedPan: string })[]>()
  for (const card of old) {
    const { ciphertext, aad } = panOf(card)
    const rewrapped = Buffer.from(await hsm.rewrap(tenant.id, 'data', ciphertext, aad))
    const kept = { encryptedPan: rewrapped.toString('base64'), panKeyVersion: keyVersionOf(rewrapped) }
    await cardsOf(tenant).updateOne({ _id: card._id, encryptedPan: card.encryptedPan }, { $set: kept })
  }
  return old.length
}
