// What a card that takes another one's place starts with: what held for that one, within what its
// own product offers. The PIN does not go on.
import type { ChannelOffer, KitForPin, Product, RegionOffer } from '@dcms/contract'
import type { Tenant } from '@dcms/service'
import { type Card, cardsOf, productOfCard } from './card.ts'
import { type Channel, type Choices, choicesOf, defaultsOf, type Kept, nothingOffered, type Region } from './preference.ts'

/** A card that was replaced this often in a row starts anew: more is a circle. */
const PREDECESSORS_MAX = 20

/** What a new card starts with; the holder's own choices since stand above it. */
export type Start = Required<Pick<Kept, 'issued'>> & Pick<Kept, 'issuedOptIns'>

/**
 * Asks the kit context for a kit; null for one that is not there. Throws ServiceUnavailable when it
 * is away.
 */
export type AskKit = (kitNo: string) => Promise<Pick<KitForPin, 'productId' | 'predecessor'> | null>

/**
 * What a card of `product` starts with that takes the place of `predecessor`; with what a new card
 * has where the bank wants that.
 */
export async function startAfter(predecessor: string, product: Product, tenant: Tenant, ask: AskKit, depth = 1): Promise<Start> {
  if (tenant.definition.settings?.replacementPreferences === 'RESET') return { issued: defaultsOf(product) }
  const before = await cardsOf(tenant)
    .findById(predecessor, { productId: 1, issued: 1, issuedOptIns: 1, chosen: 1, optIns: 1 })
    .lean<Pick<Card, 'productId' | 'issued' | 'issuedOptIns' | 'chosen' | 'optIns'>>()
  if (before?.issued && before.productId) return inherit(before, productOfCard(predecessor, before.productId, tenant.definition), product)
  const kit = await ask(predecessor) // its KitIssued is still on its way
  if (!kit || depth >= PREDECESSORS_MAX) return { issued: defaultsOf(product) }
  const its = productOfCard(predecessor, kit.productId, tenant.definition)
  const start = kit.predecessor ? await startAfter(kit.predecessor, its, tenant, ask, depth + 1) : { issued: defaultsOf(its) }
  return inherit({ ...before, ...start }, its, product)
}

/** The same switches and limits, as far as the new product offers them and within its caps. */
export function inherit(kept: Kept, its: Product, product: Product): Start {
  const { domestic, international, dynamicAuth, swipeToPay } = choicesOf(kept, its)
  const issued: Choices = {
    domestic: regionWithin(domestic, product.domestic),
    international: regionWithin(international, product.international),
    dynamicAuth,
    swipeToPay: channelWithin(swipeToPay, product.swipeToPay ?? nothingOffered),
  }
  const issuedOptIns = { ...kept.issuedOptIns, ...kept.optIns }
  return Object.keys(issuedOptIns).length === 0 ? { issued } : { issued, issuedOptIns }
}

const regionWithin = (region: Region, offer: RegionOffer): Region => ({
  isEnabled: region.isEnabled && offer.offered,
  atm: channelWithin(region.atm, offer.atm),
  pos: channelWithin(region.pos, offer.pos),
  ecom: channelWithin(region.ecom, offer.ecom),
  contactless: channelWithin(region.contactless, offer.contactless),
  tokenization: channelWithin(region.tokenization, offer.tokenization),
  recurringPayments: { isEnabled: region.recurringPayments.isEnabled && offer.offered },
})

function channelWithin(channel: Channel, { offered, dailyCap, maxCap }: ChannelOffer): Channel {
  const maxLimit = Math.min(channel.maxLimit, maxCap)
  return { isEnabled: channel.isEnabled && offered, dailyLimit: Math.min(channel.dailyLimit, dailyCap, maxLimit), maxLimit }
}
