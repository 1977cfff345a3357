// What a holder may choose for a card, what a new card of a product starts with, and what holds in
// the end.
import type { ChannelOffer, OptInOperation, Product, RegionOffer } from '@dcms/contract'

/** Limits in whole units of the tenant's currency. */
export interface Channel {
  isEnabled: boolean
  dailyLimit: number
  /** The highest daily limit the holder may choose. */
  maxLimit: number
}

export interface Region {
  isEnabled: boolean
  atm: Channel
  pos: Channel
  ecom: Channel
  contactless: Channel
  tokenization: Channel
  recurringPayments: { isEnabled: boolean }
}

/** What the holder or the bank may set. */
export interface Choices {
  domestic: Region
  international: Region
  dynamicAuth: { otp: boolean; pin: boolean }
  swipeToPay: Channel
}

export const channelNames = ['atm', 'pos', 'ecom', 'contactless', 'tokenization'] as const

/** What a product offers that names no swipe-to-pay. */
export const nothingOffered: ChannelOffer = { offered: false, onAtIssue: false, dailyCap: 0, maxCap: 0 }

/**
 * What a new card of the product starts with: what the product says is on at issue, with its own
 * default limits or else its caps.
 */
export const defaultsOf = (product: Product): Choices => ({
  domestic: regionOf(product.domestic),
  international: regionOf(product.international),
  dynamicAuth: { otp: false, pin: false },
  swipeToPay: channelOf(product.swipeToPay ?? nothingOffered),
})

const regionOf = (offer: RegionOffer): Region => ({
  isEnabled: offer.offered && offer.onAtIssue,
  atm: channelOf(offer.atm),
  pos: channelOf(offer.pos),
  ecom: channelOf(offer.ecom),
  contactless: channelOf(offer.contactless),
  tokenization: channelOf(offer.tokenization),
  recurringPayments: { isEnabled: false },
})

/** A default above a cap is the product's slip of the pen: the cap holds from the first day. */
function channelOf({ offered, onAtIssue, dailyCap, maxCap, dailyDefault, maxDefault }: ChannelOffer): Channel {
  const maxLimit = Math.min(maxDefault ?? maxCap, maxCap)
  return { isEnabled: offered && onAtIssue, dailyLimit: Math.min(dailyDefault ?? dailyCap, dailyCap, maxLimit), maxLimit }
}

/** What is kept of a card's preferences; `Card` has it. */
export interface Kept {
  issued?: Choices
  issuedOptIns?: Partial<Record<OptInOperation, boolean>>
  chosen?: Partial<Choices>
  optIns?: Partial<Record<OptInOperation, boolean>>
}

/**
 * What holds for a card: the defaults of the day it was issued (today's, while its KitIssued is on
 * the way) under what was chosen since.
 */
export const choicesOf = ({ issued, chosen }: Kept, product: Product): Choices => ({ ...(issued ?? defaultsOf(product)), ...chosen })

/**
 * Whether a feature was opted into: by the last word on this card, else on the card whose place it
 * took.
 */
export const isOptedIn = (operation: OptInOperation, { issuedOptIns, optIns }: Kept): boolean =>
  optIns?.[operation] ?? issuedOptIns?.[operation] ?? false

/** Whether a feature is on: opted into, and still offered by the product. */
export const isOn = (operation: OptInOperation, kept: Kept, product: Product): boolean =>
  isOptedIn(operation, kept) && offers(product, operation)

export const offers = ({ features = [] }: Product, operation: OptInOperation): boolean => features.includes(operation)
