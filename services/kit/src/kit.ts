// What a kit is, how it is stored and how callers see it.
import type { KitInfo } from '@dcms/contract'
import { aggregateModel, type Stored } from '@dcms/service'

/** What the vault keeps of a card number in its kit; see `card-vault.ts` and `pan-index.ts`. */
export interface StoredCardNumber {
  maskedPan: string
  /** PAN under the tenant's data key, bound to the kitNo; Base64. */
  encryptedPan: string
  /** Version of that data key. Absent, as the next three, in kits older than key rotation, until a sweep has come by. */
  panKeyVersion?: number
  /** Keyed index of the last six digits. */
  lastSixIndex?: string
  /** Version of the index key under which `lastSixIndex` and the reserved PAN stand. */
  indexVersion?: number
  /** Version of the CVV key that the card was made under: what is printed on a card stays. Absent: 1. */
  cvkVersion?: number
}

export interface Kit extends Stored, StoredCardNumber {
  _id: string // kitNo
  entityId?: string // the customer, once assigned
  accountNo?: string
  status: KitStatus
  /** Present while RESERVED: for which command, and until when it must be confirmed. */
  reservation?: { commandId: string; until: Date }
  /** The command that confirmed it, so that a repeat finds its own. */
  issuedBy?: string
  productId: string
  productName: string
  cardType: 'PHYSICAL' | 'VIRTUAL'
  cardCategory: string
  networkType: string
  tierType?: string
  plasticCode?: string
  aliasName?: string
  deliveryAddress?: 'PERMANENT' | 'COMMUNICATION'
  bin: string
  expiry: string // YYMM
  createdAt: Date
  changedAt: Date
  activatedAt?: Date
  /** When the CVV was read within the last hour; at most as many as may be read in one. */
  cvvReads?: Date[]
}

/** RESERVED is ours alone: a kit that callers do not see yet. The others are the contract's card statuses. */
export type KitStatus = KitInfo['cardStatus'] | 'RESERVED'

/** The kits of one bank: each tenant has its own database. */
export const kitsOf = aggregateModel<Kit>(
  'kits',
  {
    entityId: String,
    accountNo: String,
    status: { type: String, required: true },
    reservation: { type: { commandId: String, until: Date }, default: undefined },
    issuedBy: String,
    productId: String,
    productName: String,
    cardType: String,
    cardCategory: String,
    networkType: String,
    tierType: String,
    plasticCode: String,
    aliasName: String,
    deliveryAddress: String,
    bin: String,
    maskedPan: String,
    encryptedPan: String,
    panKeyVersion: Number,
    lastSixIndex: String,
    indexVersion: Number,
    cvkVersion: Number,
    expiry: String,
    createdAt: Date,
    changedAt: Date,
    activatedAt: Date,
    cvvReads: { type: [Date], default: undefined },
  },
  [
    [{ entityId: 1, createdAt: 1 }],
    [{ 'reservation.until': 1 }, { partialFilterExpression: { 'reservation.until': { $exists: true } } }],
    [{ lastSixIndex: 1 }],
    [{ panKeyVersion: 1 }],
    [{ indexVersion: 1 }],
  ],
)

/** Reads leave the outbox where it is: it may be long while Kafka is away. */
export const withoutOutbox = { outbox: 0 } as const

/** A kit that has its owner. */
export type IssuedKit = Kit & { status: KitInfo['cardStatus']; entityId: string }

/** Whether callers may know of the kit: reserved ones do not exist yet. */
export const isIssued = (kit: Kit): kit is IssuedKit => kit.status !== 'RESERVED' && kit.entityId !== undefined

/** A kit as callers see it, without the encrypted card number. */
export const kitInfoOf = (kit: IssuedKit): KitInfo => ({
  kitNo: kit._id,
  entityId: kit.entityId,
  ...(kit.accountNo && { accountNo: kit.accountNo }),
  bin: kit.bin,
  cardNumber: kit.maskedPan,
  cardStatus: kit.status,
  cardType: kit.cardType,
  cardCategory: kit.cardCategory,
  networkType: kit.networkType,
  productId: kit.productId,
  productName: kit.productName,
  ...(kit.tierType && { tierType: kit.tierType }),
  ...(kit.aliasName && { aliasName: kit.aliasName }),
  ...(kit.plasticCode && { plasticCode: kit.plasticCode }),
  expDate: expDateOf(kit.expiry),
  createdDate: kitTimestampOf(kit.createdAt),
  changedDate: kitTimestampOf(kit.changedAt),
  ...(kit.activatedAt && { cardActivationDate: kitTimestampOf(kit.activatedAt) }),
})

/** `2029-07-31T00:00:00.000+00:00`: the form of all kit timestamps. */
const kitTimestampOf = (time: Date): string => time.toISOString().replace('Z', '+00:00')

/** The last day of the month that `YYMM` names. */
export const expDateOf = (expiry: string): string =>
  kitTimestampOf(new Date(Date.UTC(2000 + Number(expiry.slice(0, 2)), Number(expiry.slice(2)), 0)))

/** `YYMM` of the month that lies `validityMonths` after the month of issue in the tenant's time zone. */
export function expiryOf(issuedAt: Date, validityMonths: number, timeZone: string): string {
  const parts = monthIn(timeZone).formatToParts(issuedAt)
  const partOf = (type: 'year' | 'month'): number => Number(parts.find((part) => part.type === type)?.value)
  const months = partOf('year') * 12 + partOf('month') - 1 + validityMonths
  return `${String(Math.floor(months / 12) % 100).padStart(2, '0')}${String((months % 12) + 1).padStart(2, '0')}`
}

/** Formats by time zone: making one costs more than all the rest of numbering a card. Banks have few time zones. */
const months = new Map<string, Intl.DateTimeFormat>()
function monthIn(timeZone: string): Intl.DateTimeFormat {
  const known = months.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: 'numeric' })
  months.set(timeZone, made)
  return made
}
