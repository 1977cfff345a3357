// The sweep that brings the keyed indexes of card numbers under the newest index key after a rotation, and indexes kits made before there was one.
import type { Sweep } from '@dcms/service'
import type { CardVault } from './card-vault.ts'
import { bringForward } from './kits-of-older-keys.ts'

const EVERY_MS = 30_000

/** Look-ups find a card under any version, so that nothing is missing while this goes on. */
export const reindexCardNumbers = (vault: CardVault): Sweep => ({
  name: 're-index card numbers',
  everyMs: EVERY_MS,
  async run(_scopeOf, tenant) {
    const version = await vault.index.versionToReach(tenant)
    if (version !== null) await bringForward(tenant, 'indexVersion', version, (kit) => vault.reindex(tenant, kit, version))
  },
})
