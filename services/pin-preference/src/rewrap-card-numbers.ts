// The sweep that brings stored card numbers under the newest data key after a rotation.
import { type Hsm, keyVersionOf } from '@dcms/card-crypto'
import type { Sweep, Tenant } from '@dcms/service'
import { type Card, cardsOf, panOf } from './card.ts'

const EVERY_MS = 30_000
const BATCH = 200

/**
 * A card that fails is passed over, so that it does not hold up those behind it; the sweep then fails, after all the others were brought. The same
 * number stays the same, so no command needs to notice: the update is matched on the old ciphertext and leaves the document's version alone.
 */
export const rewrapCardNumbers = (hsm: Hsm): Sweep => ({
  name: 'rewrap card numbers',
  everyMs: EVERY_MS,
  async run(_scopeOf, tenant) {
    const version = await hsm.currentVersion(tenant.id, 'data')
    const faults: { kitNo: string; error: unknown }[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const cards: SealedCard[] = await underEarlierKey(tenant, version, after)
      for (const card of cards) await rewrap(hsm, tenant, card).catch((error: unknown) => faults.push({ kitNo: card._id, error }))
      after = cards.length === BATCH ? cards.at(-1)?._id : undefined
    }
    const [first] = faults
    if (first)
      throw new Error(`${faults.length} card numbers stay under an earlier key, that of kit ${first.kitNo} among them`, {
        cause: first.error,
      })
  },
})

type SealedCard = Pick<Card, '_id'> & { encryptedPan: string }

const underEarlierKey = (tenant: Tenant, version: number, after: string): Promise<SealedCard[]> =>
  cardsOf(tenant)
    .find({ _id: { $gt: after }, panKeyVersion: { $lt: version } }, { encryptedPan: 1 })
    .sort({ _id: 1 })
    .limit(BATCH)
    .lean<SealedCard[]>()

async function rewrap(hsm: Hsm, tenant: Tenant, card: SealedCard): Promise<void> {
  const { ciphertext, aad } = panOf(card)
  const rewrapped = Buffer.from(await hsm.rewrap(tenant.id, 'data', ciphertext, aad))
  const kept = { encryptedPan: rewrapped.toString('base64'), panKeyVersion: keyVersionOf(rewrapped) }
  await cardsOf(tenant).updateOne({ _id: card._id, encryptedPan: card.encryptedPan }, { $set: kept })
}
