// Kits that still stand under an older version of a key: found and brought forward in batches, by the sweeps that follow a rotation.
import type { Tenant } from '@dcms/service'
import { type Kit, kitsOf } from './kit.ts'

const KITS_PER_BATCH = 200
const BATCHES_PER_RUN = 50 // so that one bank's millions do not keep the others waiting for hours

type VersionField = 'panKeyVersion' | 'indexVersion'
export type KitOfOlderKey = Pick<Kit, '_id' | 'encryptedPan'>

/** A filter for kits whose version is below, or was never written. */
export const ofOlderKey = (field: VersionField, version: number): object => ({
  $or: [{ [field]: { $lt: version } }, { [field]: null }],
})

/**
 * Calls `bring` for each kit below the version. One that fails is passed over, so that it does not hold up those behind it.
 * @throws when some failed, after all the others were brought
 */
export async function bringForward(
  tenant: Tenant,
  field: VersionField,
  version: number,
  bring: (kit: KitOfOlderKey) => Promise<void>,
): Promise<void> {
  const faults: { kitNo: string; error: unknown }[] = []
  if (!(await isAnyBelow(tenant, field, version))) return
  let after = ''
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
    if (kits.length < KITS_PER_BATCH) break
  }
  const [first] = faults
  if (first) throw new Error(`${faults.length} kits stay below ${field} ${version}, kit ${first.kitNo} among them`, { cause: first.error })
}

/** In the order of `_id`, so that one that fails is passed by. That goes through all kits: only when there is something to find. */
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
