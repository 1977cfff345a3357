// The sweep that brings stored card numbers under the newest data key after a rotation.
import { type Hsm, keyVersionOf } from '@dcms/card-crypto'
import type { Sweep, Tenant } from '@dcms/service'
import { type Card, cardsOf, panOf } from './card.ts'

const EVERY_MS = 30_000
/** A rotation says so; this is for what a process wrote that had not noticed it. */
const IDLE_EVERY_MS = 60 * 60_000
const BATCH = 200
/** With more than this something is wrong with the key, not with the cards. */
const FAILED_MAX = 1_000

/**
 * A card that fails is passed over, so that it does not hold up those behind it; the sweep then
 * fails, after all the others were brought. The same number stays the same, so no command needs to
 * notice: the update is matched on the old ciphertext and leaves the document's version alone.
 */
export const rewrapCardNumbers = (hsm: Hsm): Sweep => ({
  name: 'rewrap card numbers',
  everyMs: EVERY_MS,
  idleEveryMs: IDLE_EVERY_MS,
  async run(_scopeOf, tenant) {
    const version = await hsm.currentVersion(tenant.id, 'data')
    const failed = new Map<string, unknown>()
    let taken: number
    do {
      const cards = await underEarlierKey(tenant, version, [...failed.keys()]).lean<SealedCard[]>()
      for (const card of cards)
        await rewrap(hsm, tenant, card).catch((error: unknown) => {
          failed.set(card._id, error)
        })
      taken = cards.length
    } while (taken === BATCH && failed.size < FAILED_MAX)
    const [first] = failed
    if (first)
      throw new Error(`${failed.size} card numbers are still under an earlier key, among them that of kit ${first[0]}`, { cause: first[1] })
  },
})

type SealedCard = Pick<Card, '_id'> & { encryptedPan: string }

/**
 * Without `$exists` the store does not see that the partial index has them all, and looks at every
 * card.
 */
export const underEarlierKey = (tenant: Tenant, version: number, except: readonly string[] = []) =>
  cardsOf(tenant)
    .find({ panKeyVersion: { $exists: true, $lt: version }, ...(except.length > 0 && { _id: { $nin: except } }) }, { encryptedPan: 1 })
    .limit(BATCH)

async function rewrap(hsm: Hsm, tenant: Tenant, card: SealedCard): Promise<void> {
  const { ciphertext, aad } = panOf(card)
  const rewrapped = Buffer.from(await hsm.rewrap(tenant.id, 'data', ciphertext, aad))
  const kept = { encryptedPan: rewrapped.toString('base64'), panKeyVersion: keyVersionOf(rewrapped) }
  await cardsOf(tenant).updateOne({ _id: card._id, encryptedPan: card.encryptedPan }, { $set: kept })
}
