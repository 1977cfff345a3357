// The reaction that opens the purse of each NCMC card.
import type { TenantDefinition } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import type { Reaction, Scope } from '@dcms/service'
import { productOfCard } from './known-wallet.ts'
import { newPurse, pursesOf } from './purse.ts'

export const openPurses: Reaction = {
  of: 'kit',
  group: 'wallet-ncmc-purses',
  react: (scopeOf, event) => openPurse(scopeOf(`purse-${event.id}`), event),
}

/** A call may have opened it before; cards without a wallet cost no statement. */
export async function openPurse(scope: Scope, event: Pick<ReceivedEvent, 'payload' | 'subject'>): Promise<void> {
  const entityId = ownerOfWallet(event, scope.tenant.definition)
  if (entityId !== null) await scope.create(pursesOf, newPurse(event.subject, entityId))
}

/**
 * Whose card the event makes one with a wallet: one that is issued, or becomes a physical one of an
 * NCMC product; null where it makes none.
 * @throws when the product is not in the tenant's definition: the event waits for a newer one, or
 * becomes a dead letter when there is none
 */
export function ownerOfWallet(
  { payload, subject }: Pick<ReceivedEvent, 'payload' | 'subject'>,
  definition: TenantDefinition,
): string | null {
  const { type, entityId, productId } = payload
  if (type !== 'KitIssued' && type !== 'KitConverted') return null
  if (typeof entityId !== 'string' || typeof productId !== 'string') return null
  return productOfCard(subject, productId, definition).ncmc?.offered ? entityId : null
}
