// What this context keeps of a card: what it knows of the kit, the PIN's reference and tries, and
// what the holder chose.
import type { PinReference, StoredPan } from '@dcms/card-crypto'
import { type KitInfo, type OptInOperation, type Product, productOf, type RegeneratePinMailer, type TenantDefinition } from '@dcms/contract'
import type { Projected } from '@dcms/events'
import { followingAggregateModel, newlyStored, type Stored } from '@dcms/service'
import type { Choices } from './preference.ts'

/**
 * One document per card. The first group is kept in step with the kit and absent until its
 * KitIssued came; commands may come earlier and write the other groups, so no kit event sets those.
 */
export interface Card extends Stored, Projected {
  _id: string // kitNo
  entityId?: string
  productId?: string
  cardType?: 'PHYSICAL' | 'VIRTUAL'
  cardStatus?: KitInfo['cardStatus']
  maskedCardNumber?: string
  expiry?: string // YYMM
  /**
   * What it started with on the day of issue: the product's defaults, or what held for the card
   * whose place it took.
   */
  issued?: Choices
  /** Features that the card whose place it took was opted into or out of. */
  issuedOptIns?: Partial<Record<OptInOperation, boolean>>

  /** What the holder or the bank chose since; stands above `issued`, region by region. */
  chosen?: Partial<Choices>
  /** Features that were opted into or out of. */
  optIns?: Partial<Record<OptInOperation, boolean>>

  pin?: PinState
  /**
   * PAN as `Hsm.panFromZone` stored it, Base64, bound to `panAadOf(kitNo)`; fetched at the first
   * PIN operation.
   */
  encryptedPan?: string
  panKeyVersion?: number
  pinMailer?: PinMailer
}

export interface PinState {
  reference: PinReference
  setAt: Date
  /** Wrong PINs in a row. */
  tries: number
  lockedAt?: Date
  /** The part of a PIN-mailer file that it was made for; absent in every other PIN. */
  mailedBy?: string
}

/**
 * A PIN on paper: PENDING until a batch takes it, which is when the new PIN becomes the card's;
 * CLOSED when the card went out of use before. The PIN block for the printer stands in the batch,
 * not here.
 */
export interface PinMailer extends Pick<RegeneratePinMailer, 'addressType' | 'homeCurrencyCode'> {
  mailerId: string
  status: 'PENDING' | 'PRODUCED' | 'CLOSED'
  requestedAt: Date
  batchId?: string
  settledAt?: Date
}

export const cardsOf = followingAggregateModel<Card>(
  'cards',
  {
    entityId: String,
    productId: String,
    cardType: String,
    cardStatus: String,
    maskedCardNumber: String,
    expiry: String,
    issued: Object,
    issuedOptIns: Object,
    chosen: Object,
    optIns: Object,
    pin: Object,
    encryptedPan: String,
    panKeyVersion: Number,
    pinMailer: Object,
  },
  [
    [{ 'pinMailer.requestedAt': 1 }, { partialFilterExpression: { 'pinMailer.status': 'PENDING' } }],
    [{ panKeyVersion: 1 }, { partialFilterExpression: { panKeyVersion: { $exists: true } } }],
  ],
)

/** Fields of a document that an event or a command creates, besides what it sets. */
export const newCard = newlyStored({})

/** Reads leave the outbox and early events where they are: they may be long while Kafka is away. */
export const withoutQueues = { outbox: 0, parked: 0 } as const

export const panAadOf = (kitNo: string): string => `pin-preference/${kitNo}/pan`

/** The card number as the HSM takes it. */
export const panOf = ({ _id, encryptedPan }: Pick<Card, '_id'> & { encryptedPan: string }): StoredPan => ({
  ciphertext: Buffer.from(encryptedPan, 'base64'),
  aad: panAadOf(_id),
})

/** @throws when the bank's definition has no such product */
export function productOfCard(kitNo: string, productId: string, definition: TenantDefinition): Product {
  const product = productOf(definition, productId)
  if (!product) throw new Error(`product ${productId} of kit ${kitNo} is not defined`)
  return product
}
