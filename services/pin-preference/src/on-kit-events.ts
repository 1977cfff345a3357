// What this context knows of a card, from the kit's events. A command may have come first: what it
// wrote is never touched here.
import { type KitConverted, type KitIssued, kitForPinEndpoint, productOf, statusChangeOf, type TenantDefinition } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { following, type InternalClient, type Tenant } from '@dcms/service'
import { type Card, cardsOf, newCard, productOfCard } from './card.ts'
import { type AskKit, type Start, startAfter } from './inherit.ts'
import { defaultsOf } from './preference.ts'

/**
 * A card that takes another one's place goes on with what held for that one. Only kits that have an
 * owner are cards here: all their events name him. A kit in stock tells of itself only when it ends
 * there, and the production of an order is no kit.
 */
export const onKitEvents = (kit: InternalClient) =>
  following({
    of: 'kit',
    projection: cardsOf,
    apply: (tenant) => (card, event) => applyKitEvent(card, event, tenant.definition),
    seed: newCard,
    enrich: (tenant, event) => withStart(tenant, event, kit),
    concerns: ({ payload }) => typeof payload.entityId === 'string',
  })

/** KitIssued with what the card starts with, where another card went before it. */
async function withStart(tenant: Tenant, event: ReceivedEvent, kit: InternalClient): Promise<ReceivedEvent> {
  const { type, predecessor, productId } = event.payload
  if (type !== 'KitIssued' || typeof predecessor !== 'string' || typeof productId !== 'string') return event
  const product = productOf(tenant.definition, productId)
  if (!product) return event // `applyKitEvent` says so
  const ask: AskKit = async (kitNo) => {
    const asked = await kit.call(kitForPinEndpoint, { kitNo }, { tenant, user: 'pin-preference', roles: [], requestId: event.id })
    return asked.kind === 'answer' ? asked.result : null
  }
  return { ...event, payload: { ...event.payload, start: await startAfter(predecessor, product, tenant, ask) } }
}

type Followed = Partial<
  Pick<Card, 'entityId' | 'productId' | 'cardType' | 'cardStatus' | 'maskedCardNumber' | 'expiry' | 'issued' | 'issuedOptIns'>
>
/**
 * Events that leave the status as it is change nothing here.
 * @throws when the product is not in the tenant's definition: the event waits for a newer one, or
 * becomes a dead letter when there is none
 */
export function applyKitEvent(_card: Card | null, { payload }: Pick<ReceivedEvent, 'payload'>, definition: TenantDefinition): Followed {
  if (payload.type === 'KitIssued') return issued(payload as unknown as KitIssued & { start?: Start }, definition)
  const change = statusChangeOf(payload)
  if (!change) return {}
  const { cardStatus } = change
  if (payload.type !== 'KitConverted') return { cardStatus }
  const { productId, cardType } = payload as unknown as KitConverted
  return { productId, cardType, cardStatus } // what holds for the card goes on: it is the same card
}

function issued(event: KitIssued & { start?: Start }, definition: TenantDefinition): Followed {
  const { kitNo, entityId, productId, cardType, cardStatus, maskedCardNumber, expDate, start } = event
  const product = productOfCard(kitNo, productId, definition)
  const expiry = `${expDate.slice(2, 4)}${expDate.slice(5, 7)}` // YYMM of 2029-07-31T…
  return { entityId, productId, cardType, cardStatus, maskedCardNumber, expiry, ...(start ?? { issued: defaultsOf(product) }) }
}
