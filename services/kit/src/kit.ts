// What a kit is, how it is stored and how callers see it.
import type { KitInfo, KitStatus, ShipmentStatus } from '@dcms/contract'
import { aggregateModel, type Stored, type Tenant } from '@dcms/service'

/** What the vault keeps of a card number in its kit; see `card-vault.ts` and `pan-index.ts`. */
export interface StoredCardNumber {
  maskedPan: string
  /** PAN under the tenant's data key, bound to the kitNo; Base64. */
  encryptedPan: string
  /**
   * Version of that data key. Absent, as the next three, in kits older than key rotation, until a
   * sweep has come by.
   */
  panKeyVersion?: number
  /** Keyed index of the last six digits. */
  lastSixIndex?: string
  /** Version of the index key under which `lastSixIndex` and the reserved PAN stand. */
  indexVersion?: number
  /**
   * Version of the CVV key that the card was made under: what is printed on a card stays. Absent:
   * 1.
   */
  cvkVersion?: number
}

export interface Kit extends Stored, StoredCardNumber {
  _id: string // kitNo
  entityId?: string // the customer, once assigned
  accountNo?: string
  /** The card order that it was made for; absent when it was made for its holder. */
  orderId?: string
  /** The parent kit (box) that it was packed in. */
  parentKitNo?: string
  status: KitStatus
  /**
   * Present while RESERVED, and in a kit from stock while it is about to be handed out: for which
   * command, and until when it must be confirmed. `first`: the first kit of those that are issued
   * together, which decides for all of them; absent in that one and in one that is alone. `owner`:
   * whose a kit from stock will be; until then it is nobody's.
   */
  reservation?: { commandId: string; until: Date; operation?: IssueOperation; first?: string; owner?: NewOwner }
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
  /** When a kit from stock got its owner. */
  assignedAt?: Date
  activatedAt?: Date
  /** When the virtual card became a physical one. */
  convertedAt?: Date
  /** Present from an application without a key until its caller has the answer. */
  appliedFor?: AppliedFor
  /** When its holder was told that it ends soon. */
  renewalNoticedAt?: Date
  /** The kit whose place it takes: by replacement at once, by upgrade once it is activated. */
  predecessor?: string
  /**
   * The kit that took its place or will: at most one at a time, and this decides which (see
   * `place.ts`).
   */
  successor?: { kitNo: string; commandId: string; at: Date; ordered?: OrderedCard; asked?: Asked }
  /** Present until the successor is confirmed; its partial index is what the sweep reads. */
  successorPendingAt?: Date
  /** The kit that is replaced when this one is activated. */
  takesOver?: string
  /**
   * Since when another kit is to take that place: this one was blocked before it was ever
   * activated.
   */
  placeGivenAwayAt?: Date
  /** Present from the activation until that kit was replaced. */
  takeOverPendingAt?: Date
  /** What the last commands did to its status, so that a repeat can say it again. */
  steps?: StepTaken[]
  /** Its ways to the holder, oldest first; few. */
  shipments?: StoredShipment[]
  /**
   * Present while a shipment is to be booked: when that is tried. Its partial index is what the
   * sweep reads.
   */
  shipmentDueAt?: Date
  /** When the CVV was read within the last hour; at most as many as may be read in one. */
  cvvReads?: Date[]
}

export type { KitStatus } from '@dcms/contract'

/** What a caller without a key asked for and was not answered yet. */
export interface Unanswered {
  /** Hash of what was asked for. */
  by: string
  at: Date
  /** When the caller was told of an error. */
  leftAt?: Date
}

/** Who asked for a successor without a key and was not answered yet: kept beside its name. */
export interface Asked extends Unanswered {
  /** The card to answer. */
  kitNo: string
}

/**
 * Who applied for a physical card without a key and was not answered yet: kept by the update that
 * makes the card theirs, or physical.
 */
export interface AppliedFor extends Unanswered {
  commandId: string
}

/** What a kit keeps of one shipment; scans and addresses stay with the courier. */
export interface StoredShipment {
  /** The kitNo and a number from 1: the same for a repeat of a booking whose answer was lost. */
  refNo: string
  waybillNo: string
  deliveryService: string
  status: ShipmentStatus
  statusAt: Date
  /** Of the courier's last change that is in here; 0 while there was none. */
  sequence: number
}

/** What an upgrade was to bring: by this the same order is known again. */
export type OrderedCard = Pick<Kit, 'productId' | 'aliasName' | 'plasticCode' | 'deliveryAddress'>

/** What a kit from stock gets when it is handed out. */
export type NewOwner = Required<Pick<Kit, 'entityId' | 'accountNo'>> & Pick<Kit, 'aliasName' | 'deliveryAddress'>

/** How a reserved kit is confirmed: by the row of the table that this names. */
export type IssueOperation = 'ISSUE' | 'ISSUE_UPGRADE'

/** One command's step in the kit's life, and the kit that it put in its place. */
export interface StepTaken {
  commandId: string
  from: KitStatus
  to: KitStatus
  newKitNo?: string
}

/**
 * Kits in stock stand in no index that only kits with an owner are looked for by: they come in
 * millions, and each index costs more than storing the kit. Queries name the owner by `ownedBy`, or
 * say that there is one, so that the store sees that the index has all they ask for.
 */
const ofOwned = (name: string) => ({ name: `owned_${name}`, partialFilterExpression: { entityId: { $exists: true } } })

/** The kits of one bank: each tenant has its own database. */
export const kitsOf = aggregateModel<Kit>(
  'kits',
  {
    entityId: String,
    accountNo: String,
    orderId: String,
    parentKitNo: String,
    status: { type: String, required: true },
    reservation: { type: { commandId: String, until: Date, operation: String, first: String, owner: Object }, default: undefined },
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
    assignedAt: Date,
    activatedAt: Date,
    convertedAt: Date,
    appliedFor: { type: { by: String, commandId: String, at: Date, leftAt: Date }, default: undefined },
    renewalNoticedAt: Date,
    predecessor: String,
    successor: { type: { kitNo: String, commandId: String, at: Date, ordered: Object, asked: Object }, default: undefined },
    successorPendingAt: Date,
    takesOver: String,
    placeGivenAwayAt: Date,
    takeOverPendingAt: Date,
    steps: { type: [Object], default: undefined },
    shipments: { type: [Object], default: undefined },
    shipmentDueAt: Date,
    cvvReads: { type: [Date], default: undefined },
  },
  [
    [{ entityId: 1, createdAt: 1 }, ofOwned('entityId_createdAt')],
    [{ accountNo: 1, createdAt: 1 }, ofOwned('accountNo_createdAt')],
    [{ shipmentDueAt: 1 }, { partialFilterExpression: { shipmentDueAt: { $exists: true } } }],
    [{ 'reservation.until': 1 }, { partialFilterExpression: { 'reservation.until': { $exists: true } } }],
    [{ status: 1, expiry: 1, _id: 1 }],
    [{ successorPendingAt: 1 }, { partialFilterExpression: { successorPendingAt: { $exists: true } } }],
    [{ takeOverPendingAt: 1 }, { partialFilterExpression: { takeOverPendingAt: { $exists: true } } }],
    [{ lastSixIndex: 1 }, ofOwned('lastSixIndex')],
    [{ maskedPan: 1, entityId: 1 }],
    // With `_id`, as all kits have the same version: the store lengthens one list for every kit
    // otherwise.
    [{ panKeyVersion: 1, _id: 1 }],
    [{ indexVersion: 1, _id: 1 }],
  ],
)

/** In a query: the customer whose kits are meant, by the indexes of kits that have an owner. */
export const ownedBy = (entityId: string) => ({ $exists: true, $eq: entityId })

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
  createdDate: kitTimestampOf(issuedAtOf(kit)),
  changedDate: kitTimestampOf(kit.changedAt),
  ...(kit.activatedAt && { cardActivationDate: kitTimestampOf(kit.activatedAt) }),
})

/** When its holder got it: a kit from stock is older than that. */
export const issuedAtOf = ({ assignedAt, createdAt }: Pick<Kit, 'assignedAt' | 'createdAt'>): Date => assignedAt ?? createdAt

/** Whether it was made for stock and handed out from there. */
export const isWelcomeKit = ({ orderId }: Pick<Kit, 'orderId'>): boolean => orderId !== undefined

/** One kit as it stands now. */
export const readKit = (tenant: Tenant, kitNo: string): Promise<Kit | null> => kitsOf(tenant).findById(kitNo, withoutOutbox).lean<Kit>()

/** `2029-07-31T00:00:00.000+00:00`: the form of all kit timestamps. */
export const kitTimestampOf = (time: Date): string => time.toISOString().replace('Z', '+00:00')

/** The last day of the month that `YYMM` names. */
export const expDateOf = (expiry: string): string =>
  kitTimestampOf(new Date(Date.UTC(2000 + Number(expiry.slice(0, 2)), Number(expiry.slice(2)), 0)))

/**
 * `YYMM` of the month that lies `validityMonths` after the month of issue in the tenant's time
 * zone.
 */
export function expiryOf(issuedAt: Date, validityMonths: number, timeZone: string): string {
  const parts = monthIn(timeZone).formatToParts(issuedAt)
  const partOf = (type: 'year' | 'month'): number => Number(parts.find((part) => part.type === type)?.value)
  const months = partOf('year') * 12 + partOf('month') - 1 + validityMonths
  return `${String(Math.floor(months / 12) % 100).padStart(2, '0')}${String((months % 12) + 1).padStart(2, '0')}`
}

/**
 * Formats by time zone: making one costs more than all the rest of numbering a card. Banks have few
 * time zones.
 */
const months = new Map<string, Intl.DateTimeFormat>()
function monthIn(timeZone: string): Intl.DateTimeFormat {
  const known = months.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: 'numeric' })
  months.set(timeZone, made)
  return made
}
