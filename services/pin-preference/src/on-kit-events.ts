// What this context knows of a card, from the kit's events. A command may have come first: what it wrote is never touched here.
import type {
  KitActivated,
  KitBlocked,
  KitConverted,
  KitExpired,
  KitHotlisted,
  KitInfo,
  KitIssued,
  KitLocked,
  KitReplaced,
  KitUnlocked,
  TenantDefinition,
} from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { following } from '@dcms/service'
import { type Card, cardsOf, newCard } from './card.ts'
import { defaultsOf } from './preference.ts'

export const onKitEvents = following({
  of: 'kit',
  projection: cardsOf,
  apply: (tenant) => (card, event) => applyKitEvent(card, event, tenant.definition),
  seed: newCard,
})

type Followed = Partial<Pick<Card, 'entityId' | 'productId' | 'cardType' | 'cardStatus' | 'maskedCardNumber' | 'expiry' | 'issued'>>
type Known = KitIssued | KitActivated | KitLocked | KitUnlocked | KitBlocked | KitHotlisted | KitReplaced | KitExpired | KitConverted

/**
 * Events that leave the status as it is change nothing: KitAssigned comes with KitIssued, and after KitUpgraded the old card stays usable
 * until KitReplaced.
 * @throws when the product is not in the tenant's definition: the event is set aside and can be driven again once it is
 */
export function applyKitEvent(_card: Card | null, { payload }: Pick<ReceivedEvent, 'payload'>, definition: TenantDefinition): Followed {
  const event = payload as Known
  switch (event.type) {
    case 'KitIssued':
      return issued(event, definition)
    case 'KitActivated':
    case 'KitUnlocked':
      return status('ACTIVE')
    case 'KitLocked':
      return status('LOCKED')
    case 'KitBlocked':
      return status('BLOCKED')
    case 'KitHotlisted':
      return status('HOTLISTED')
    case 'KitReplaced':
      return status('REPLACED')
    case 'KitExpired':
      return status('EXPIRED_CARD')
    case 'KitConverted': {
      const { productId, cardType, cardStatus } = event
      return { productId, cardType, cardStatus } // what holds for the card goes on: it is the same card
    }
    default:
      return {}
  }
}

function issued({ kitNo, entityId, productId, cardType, cardStatus, maskedCardNumber, expDate }: KitIssued, definition: TenantDefinition) {
  const product = definition.products.find((each) => each.productId === productId)
  if (!product) throw new Error(`product ${productId} of kit ${kitNo} is not defined`)
  const expiry = `${expDate.slice(2, 4)}${expDate.slice(5, 7)}` // YYMM of 2029-07-31T…
  return { entityId, productId, cardType, cardStatus, maskedCardNumber, expiry, issued: defaultsOf(product) }
}

const status = (cardStatus: KitInfo['cardStatus']): Followed => ({ cardStatus })
