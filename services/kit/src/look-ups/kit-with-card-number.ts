// Finding a kit by its whole card number: two reads by `_id`, of the keyed index and of the kit.
import type { Pan } from '@dcms/card-crypto'
import type { Tenant } from '@dcms/service'
import { type IssuedKit, isIssued, type Kit, kitsOf, withoutOutbox } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'

/**
 * A card in any status; null for a number of no card, of a kit in stock and of one not confirmed
 * yet.
 */
export async function kitWithCardNumber(tenant: Tenant, pan: Pan, { index }: CardVault): Promise<IssuedKit | null> {
  const kitNo = await index.kitNoOf(tenant, pan)
  const kit = kitNo === null ? null : await kitsOf(tenant).findById(kitNo, withoutOutbox).lean<Kit>()
  return kit && isIssued(kit) ? kit : null
}
