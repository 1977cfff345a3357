// Preferences of several cards for other contexts. Contract:
// packages/contract/src/preference/card-preferences.ts.
import { type CardPreferences, type CardRegion, cardPreferencesEndpoint, type Product, type RegionOffer } from '@dcms/contract'
import { answer, command, type InternalClient } from '@dcms/service'
import { type Card, cardsOf, productOfCard } from './card.ts'
import { ownerOf } from './fetch-preference.ts'
import { type Channel, choicesOf, isOn, type Region } from './preference.ts'
import { startOf } from './read-card.ts'

const shown = { entityId: 1, productId: 1, issued: 1, issuedOptIns: 1, chosen: 1, optIns: 1, 'pin.setAt': 1 } as const
type Shown = Pick<Card, '_id' | 'entityId' | 'productId' | 'issued' | 'issuedOptIns' | 'chosen' | 'optIns'> & { pin?: { setAt: Date } }

export const cardPreferences = (kit: InternalClient) =>
  command(cardPreferencesEndpoint, async ({ kitNos }, scope) => {
    const stored = await cardsOf(scope.tenant)
      .find({ _id: { $in: kitNos } }, shown)
      .lean<Shown[]>()
    const byKitNo = new Map(stored.map((card) => [card._id, card]))
    const views = await Promise.all(
      kitNos.map(async (kitNo) => {
        const card = byKitNo.get(kitNo) ?? { _id: kitNo }
        const owner = await ownerOf(kitNo, card, scope, kit)
        if (!owner) return []
        const product = productOfCard(kitNo, owner.productId, scope.tenant.definition)
        return [cardPreferencesOf({ ...card, ...(await startOf(card, owner, product, scope, kit)) }, product)]
      }),
    )
    return answer(views.flat())
  })

export function cardPreferencesOf(card: Shown, product: Product): CardPreferences {
  const { domestic, international, swipeToPay } = choicesOf(card, product)
  return {
    kitNo: card._id,
    domestic: regionOf(domestic, product.domestic),
    international: regionOf(international, product.international),
    toggle: {
      superOtp: isOn('super-otp', card, product),
      superPin: isOn('super-pin', card, product),
      locationShield: { isEnabled: isOn('location-shield', card, product) },
      swipeToPay: { isEnabled: swipeToPay.isEnabled },
    },
    ...(card.pin && { lastPinChangedDate: card.pin.setAt.toISOString().replace('Z', '+00:00') }),
  }
}

function regionOf({ isEnabled, ...region }: Region, offer: RegionOffer): CardRegion {
  const offered = (['atm', 'pos', 'ecom', 'contactless'] as const).filter((name) => offer.offered && offer[name].offered)
  return { isEnabled, ...Object.fromEntries(offered.map((name) => [name, channelOf(region[name])])) }
}

const channelOf = ({ isEnabled, dailyLimit, maxLimit }: Channel) => ({
  isEnabled,
  dailyLimit: String(dailyLimit),
  maxLimit: String(maxLimit),
})
