// What the stock keeps of a kit: where it is, its status as the kit context tells it, and its
// entries in the stock ledger.
import type { CardStatus, VendorWord } from '@dcms/contract'
import { aggregateModel, type Stored } from '@dcms/service'

/** What an entry of the stock ledger says. ORDERED stands with the order, not with a kit. */
export type StockEntryType =
  | 'RECEIVED'
  | 'TRANSFER_OUT'
  | 'TRANSFER_IN'
  | 'ALLOCATED'
  /** Sent back: it cannot be handed out until it is RECEIVED again. */
  | 'RETURNED'
  | 'EXPIRED'
  | 'DAMAGED'
  | 'BROUGHT_FORWARD'

/** One kit more or less in the stock of a branch. */
export interface StockEntry {
  type: StockEntryType
  branchId: string
  /** What it was done by: the orderId, the id of a movement, a command. */
  ref: string
  at: Date
}

/** A kit that a registration is handing out: nobody else moves it meanwhile. */
export interface Hold {
  commandId: string
  until: Date
}

/** What its maker told of it last. */
export interface MakersWord {
  status: VendorWord
  fileName: string
  awbNo?: string
  courier?: string
  dispatchDate?: string
  reason?: string
}

export interface StockKit extends Stored {
  _id: string // kitNo
  parentKitNo?: string
  orderId: string
  /** Where it is, or was when it was handed out. */
  branchId: string
  orderingPartyId?: string
  orderingPartyType?: 'BANK' | 'BRANCH' | 'CORPORATE' | 'AGENT'
  productId: string
  bin: string
  plasticCode?: string
  cardType: 'PHYSICAL' | 'VIRTUAL'
  embossType: 'PERSONALIZED' | 'NON_PERSONALIZED'
  cardCategory: string
  maskedCardNumber: string
  /** Last day of the card's life, `YYYY-MM-DD`. */
  expDate: string
  kitStatus: CardStatus
  /** Of the kit context's last event that is in here: later ones stand above earlier ones. */
  kitSequence: number
  /** Absent for virtual kits. */
  deliveryStatus?: string
  entityId?: string
  accountNo?: string
  aliasName?: string
  hold?: Hold
  maker?: MakersWord
  entries: StockEntry[]
  createdAt: Date
  changedAt: Date
}

/** The kits that came into one bank's stock, those that were handed out included. */
export const stockOf = aggregateModel<StockKit>(
  'stock',
  {
    parentKitNo: String,
    orderId: String,
    branchId: String,
    orderingPartyId: String,
    orderingPartyType: String,
    productId: String,
    bin: String,
    plasticCode: String,
    cardType: String,
    embossType: String,
    cardCategory: String,
    maskedCardNumber: String,
    expDate: String,
    kitStatus: { type: String, required: true },
    kitSequence: Number,
    deliveryStatus: String,
    entityId: String,
    accountNo: String,
    aliasName: String,
    hold: { type: { commandId: String, until: Date }, default: undefined },
    maker: Object,
    entries: [Object],
    createdAt: Date,
    changedAt: Date,
  },
  [
    [{ branchId: 1, productId: 1, kitStatus: 1, _id: 1 }],
    [{ branchId: 1, _id: 1 }],
    [{ orderId: 1, _id: 1 }],
    [{ orderingPartyId: 1, _id: 1 }],
    [{ parentKitNo: 1, _id: 1 }],
    [{ kitStatus: 1, expDate: 1, _id: 1 }],
  ],
)

/** Reads leave the outbox where it is: it may be long while Kafka is away. */
export const withoutOutbox = { outbox: 0 } as const
