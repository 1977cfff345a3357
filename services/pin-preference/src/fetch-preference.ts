// Reading a card's preferences. Contract: packages/contract/src/preference/fetch-preference.ts.
import {
  type ChannelOffer,
  type ChannelView,
  fetchPreferenceEndpoint,
  type KitForPin,
  type PreferenceView,
  type Product,
  type RegionOffer,
  type RegionView,
} from '@dcms/contract'
import { answer, command, type InternalClient, refuse, type Scope, ServiceUnavailable } from '@dcms/service'
import { type Card, cardsOf, productOfCard } from './card.ts'
import { type Channel, choicesOf, isOn, type Kept, type Region } from './preference.ts'
import { askOwner, startOf } from './read-card.ts'

const MONTH_DAYS = 30
const YEAR_MONTHS = 12

const shown = { entityId: 1, productId: 1, issued: 1, issuedOptIns: 1, chosen: 1, optIns: 1 } as const

/**
 * Owner and product never change hands, so what is kept here answers; the kit context is asked for
 * a card not known yet.
 */
export const fetchPreference = (kit: InternalClient) =>
  command(fetchPreferenceEndpoint, async ({ entityId, kitNo }, scope) => {
    const stored = await cardsOf(scope.tenant).findById(kitNo, shown).lean<Card>()
    const known = await ownerOf(kitNo, stored, scope, kit)
    if (!known || known.entityId !== entityId) return refuse('MCC007')
    const product = productOfCard(kitNo, known.productId, scope.tenant.definition)
    const start = await startOf(stored ?? {}, known, product, scope, kit)
    return answer(viewOf(entityId, kitNo, { ...stored, ...start }, product))
  })

/**
 * Customer and product of a card, kept here or asked for.
 * @returns null for a kit that is not there or has no owner
 * @throws ServiceUnavailable when it is not known here and the kit context is away
 */
export async function ownerOf(
  kitNo: string,
  stored: Pick<Card, 'entityId' | 'productId'> | null,
  scope: Scope,
  kit: InternalClient,
): Promise<Pick<KitForPin, 'entityId' | 'productId' | 'predecessor'> | null> {
  if (stored?.entityId && stored.productId) return { entityId: stored.entityId, productId: stored.productId }
  const asked = await askOwner(kitNo, false, scope, kit)
  if (asked === 'away') throw new ServiceUnavailable('the kit context is away and the card is not known here yet')
  return asked
}

/**
 * Amounts as whole-rupee strings; monthly and yearly limits follow from the product's daily cap,
 * not from the holder's choice.
 */
export function viewOf(entityId: string, kitNo: string, kept: Kept, product: Product): PreferenceView {
  const { domestic, international, dynamicAuth, swipeToPay } = choicesOf(kept, product)
  return {
    entityId,
    kitNo,
    domestic: regionView(domestic, product.domestic),
    international: regionView(international, product.international),
    dynamicAuth,
    locationShield: { isEnabled: isOn('location-shield', kept, product) },
    swipeToPay: {
      isEnabled: swipeToPay.isEnabled,
      dailyLimit: String(swipeToPay.dailyLimit),
      maxLimit: String(swipeToPay.maxLimit),
    },
  }
}

const regionView = (region: Region, offer: RegionOffer): RegionView =>
  region.isEnabled
    ? {
        isEnabled: true,
        atm: channelView(region.atm, offer.atm),
        pos: channelView(region.pos, offer.pos),
        ecom: channelView(region.ecom, offer.ecom),
        contactless: channelView(region.contactless, offer.contactless),
        tokenization: channelView(region.tokenization, offer.tokenization),
        recurringPayments: region.recurringPayments,
      }
    : { isEnabled: false }

const channelView = ({ isEnabled, dailyLimit, maxLimit }: Channel, { dailyCap }: ChannelOffer): ChannelView => ({
  isEnabled,
  dailyLimit: String(dailyLimit),
  maxLimit: String(maxLimit),
  monthlyLimit: String(dailyCap * MONTH_DAYS),
  yearlyLimit: String(dailyCap * MONTH_DAYS * YEAR_MONTHS),
})
