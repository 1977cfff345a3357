// Kits that still stand under an older version of a key: found and brought forward in batches, by
// the sweeps that follow a rotation.
import { type SweptUpTo, SweptWithFaults, type Tenant } from '@dcms/service'
import { type Kit, kitsOf } from '../kit.ts'

const KITS_PER_BATCH = 200
const BATCHES_PER_RUN = 10 // some seconds: the next run goes on from there, in whatever process

type VersionField = 'panKeyVersion' | 'indexVersion'
export type KitOfOlderKey = Pick<Kit, '_id' | 'encryptedPan'>

/** A filter for kits whose version is below, or was never written. */
export const ofOlderKey = (field: VersionField, version: number): object => ({
  $or: [{ [field]: { $lt: version } }, { [field]: null }],
})

/**
 * Calls `bring` for the next kits below the version, behind `position`: all kits are so gone
 * through once, not from the first in each run. One that fails is passed over, so that it does not
 * hold up those behind it.
 * @returns how far it came when there are more
 * @throws when some of these failed, after all the others were brought
 */
export async function bringForward(
  tenant: Tenant,
  field: VersionField,
  version: number,
  position: string | undefined,
  bring: (kit: KitOfOlderKey) => Promise<void>,
): Promise<SweptUpTo | undefined> {
  const faults: { kitNo: string; error: unknown }[] = []
  if (position === undefined && !(await isAnyBelow(tenant, field, version))) return undefined
  let after = position ?? ''
  let isMore = true
  for (let batch = 0; batch < BATCHES_PER_RUN; batch++) {
    const kits = await kitsOfOlderKey(tenant, field, version, after).lean<KitOfOlderKey[]>()
    for (const kit of kits) {
      try {
        await bring(kit)
      } catch (error) {
        faults.push({ kitNo: kit._id, error })
      }
    }
    after = kits.at(-1)?._id ?? after
    isMore = kits.length === KITS_PER_BATCH
    if (!isMore) break
  }
  const [first] = faults
  if (first) {
    const message = `${faults.length} kits stay below ${field} ${version}, kit ${first.kitNo} among them`
    throw isMore ? new SweptWithFaults(message, after, { cause: first.error }) : new Error(message, { cause: first.error })
  }
  return isMore ? { position: after } : undefined
}

/**
 * In the order of `_id`, so that one that fails is passed by. That goes through all kits: only when
 * there is something to find.
 */
const kitsOfOlderKey = (tenant: Tenant, field: VersionField, version: number, after: string) =>
  kitsOf(tenant)
    .find({ _id: { $gt: after }, ...ofOlderKey(field, version) }, { encryptedPan: 1 })
    .sort({ _id: 1 })
    .limit(KITS_PER_BATCH)

async function isAnyBelow(tenant: Tenant, field: VersionField, version: number): Promise<boolean> {
  const found = await Promise.all(oneOfOlderKey(tenant, field, version).map((query) => query.lean<Pick<Kit, '_id'>[]>()))
  return found.flat().length > 0
}

/** Two look-ups, because the store uses no index for both in one. */
export const oneOfOlderKey = (tenant: Tenant, field: VersionField, version: number) =>
  [{ [field]: { $lt: version } }, { [field]: null }].map((older) => kitsOf(tenant).find(older, { _id: 1 }).limit(1))
