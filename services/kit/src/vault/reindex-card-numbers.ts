// The sweep that brings the keyed indexes of card numbers under the newest index key after a
// rotation, and indexes kits made before there was one.
import type { Sweep } from '@dcms/service'
import type { CardVault } from './card-vault.ts'
import { bringForward } from './kits-of-older-keys.ts'

const EVERY_MS = 30_000
/** A rotation says so; this is for what a process wrote that had not noticed it. */
const IDLE_EVERY_MS = 60 * 60_000

/** Look-ups find a card under any version, so that nothing is missing while this goes on. */
export const reindexCardNumbers = (vault: CardVault): Sweep => ({
  name: 're-index card numbers',
  everyMs: EVERY_MS,
  idleEveryMs: IDLE_EVERY_MS,
  async run(_scopeOf, tenant, position) {
    const version = await vault.index.versionToReach(tenant)
    if (version === null) return undefined
    return await bringForward(tenant, 'indexVersion', version, position, (kit) => vault.reindex(tenant, kit, version))
  },
})
