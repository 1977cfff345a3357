// What a card's preferences are, their defaults by product, and how they are stored.
import type { ChannelOffer, KitInfo, Product, RegionOffer } from '@dcms/contract'
import type { Projected } from '@dcms/events'
import { followingAggregateModel, newlyStored, type Stored } from '@dcms/service'

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
  locationShield: { isEnabled: boolean }
  swipeToPay: Channel
}

/** One document per card, kept in step with its kit: fields are absent in a placeholder whose KitIssued has not come yet. */
export interface Preference extends Stored, Projected, Partial<Choices> {
  _id: string // kitNo
  entityId?: string
  productId?: string
  cardStatus?: KitInfo['cardStatus']
}

export const preferencesOf = followingAggregateModel<Preference>('preferences', {
  entityId: String,
  productId: String,
  cardStatus: String,
  domestic: Object,
  international: Object,
  dynamicAuth: Object,
  locationShield: Object,
  swipeToPay: Object,
})

/** Fields of a document that an event creates, besides what the event sets. */
export const newPreference = newlyStored({})

/** What a new card of the product starts with. */
export const defaultsOf = (product: Product): Choices => ({
  domestic: regionOf(product.domestic),
  international: regionOf(product.international),
  dynamicAuth: { otp: false, pin: false },
  locationShield: { isEnabled: false },
  swipeToPay: product.swipeToPay ? channelOf(product.swipeToPay) : { isEnabled: false, dailyLimit: 0, maxLimit: 0 },
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

const channelOf = ({ offered, onAtIssue, dailyCap, maxCap, dailyDefault, maxDefault }: ChannelOffer): Channel => ({
  isEnabled: offered && onAtIssue,
  dailyLimit: dailyDefault ?? dailyCap,
  maxLimit: maxDefault ?? maxCap,
})
