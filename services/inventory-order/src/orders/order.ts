// What a card order is and how it is stored.
import type { CreateCardOrder, CreateCardOrderWithFile, OrderStatus } from '@dcms/contract'
import { aggregateModel, type Stored } from '@dcms/service'

/** The order as it was placed, for the inventory's answer. */
export type PlacedOrder = Omit<CreateCardOrder, 'requestId' | 'orderId'> & Partial<Pick<CreateCardOrderWithFile, 'fileName'>>

/** One product of an order, completed from the tenant's definition when it is placed. */
export interface OrderLine {
  bin: string
  productId: string
  quantity: number
  cardType: 'PHYSICAL' | 'VIRTUAL'
  embossType: 'PERSONALIZED' | 'NON_PERSONALIZED'
  plasticCode?: string
  panLength?: number
  pinGeneration?: boolean
  status: OrderStatus
  /** Kits of this product that stand in stock. */
  stocked: number
  /** Why it failed. */
  reason?: string
}

/** An attempt to place the order at the CMS whose outcome is not known yet. */
export interface Sending {
  /** The command that sends, so that its repeat goes on. */
  commandId: string
  since: Date
  /**
   * The command that takes the order back at the CMS, so that whoever meets the withdrawal there
   * finishes it in its name.
   */
  withdrawnBy?: string
}

export interface Order extends Stored {
  _id: string // orderId
  status: OrderStatus
  placed: PlacedOrder
  /** Of what was placed: the same order again is known by it. */
  placedHash: string
  branchId: string
  orderingPartyId?: string
  orderingPartyType?: 'BANK' | 'BRANCH' | 'CORPORATE' | 'AGENT'
  lines: readonly OrderLine[]
  /** Cards of all products. */
  totalQuantity: number
  /** Name of the uploaded file with the kits, for orders with a file. */
  fileName?: string
  receivedAt: Date
  changedAt: Date
  /** While RECEIVED: from when it may be sent. Its partial index is what the job reads. */
  dueAt?: Date
  /** While RECEIVED: when it expires; absent where the order names no validity. */
  expiresAt?: Date
  /** Present from the first attempt to place it until the CMS's answer is known. */
  sending?: Sending
  /** While PENDING: since when. Its partial index is what the jobs read. */
  pendingSince?: Date
  /** How often it was placed at the CMS. */
  attempts: number
  /** Name of the order at the CMS. */
  cardOrderName?: string
  processedAt?: Date
  /** Kits in stock, of all products; and the last batch that was stocked. */
  stocked: number
  stockedBatch: number
  completedAt?: Date
  /** Why it failed, in words, and the CMS's code for it. */
  reason?: string
  reasonCode?: string
}

/** The card orders of one bank. */
export const ordersOf = aggregateModel<Order>(
  'orders',
  {
    status: { type: String, required: true },
    placed: Object,
    placedHash: String,
    branchId: String,
    orderingPartyId: String,
    orderingPartyType: String,
    lines: [Object],
    totalQuantity: Number,
    fileName: String,
    receivedAt: Date,
    changedAt: Date,
    dueAt: Date,
    expiresAt: Date,
    sending: { type: { commandId: String, since: Date, withdrawnBy: String }, default: undefined },
    pendingSince: Date,
    attempts: Number,
    cardOrderName: String,
    processedAt: Date,
    stocked: Number,
    stockedBatch: Number,
    completedAt: Date,
    reason: String,
    reasonCode: String,
  },
  [
    [{ receivedAt: 1, _id: 1 }],
    [{ branchId: 1, receivedAt: 1, _id: 1 }],
    [{ orderingPartyId: 1, receivedAt: 1, _id: 1 }],
    [{ status: 1, receivedAt: 1, _id: 1 }],
    [{ branchId: 1, status: 1, receivedAt: 1, _id: 1 }],
    [{ cardOrderName: 1 }, { partialFilterExpression: { cardOrderName: { $exists: true } } }],
    [{ dueAt: 1, _id: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } }],
    [{ branchId: 1, dueAt: 1, _id: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } }],
    [{ expiresAt: 1, _id: 1 }, { partialFilterExpression: { expiresAt: { $exists: true } } }],
    [{ 'sending.since': 1, _id: 1 }, { partialFilterExpression: { 'sending.since': { $exists: true } } }],
    [{ pendingSince: 1, _id: 1 }, { partialFilterExpression: { pendingSince: { $exists: true } } }],
  ],
)

/** Reads leave the outbox where it is: it may be long while Kafka is away. */
export const withoutOutbox = { outbox: 0 } as const

/** The products as events and lists tell them: as ordered, completed, without how far they are. */
export const productsShown = (lines: Order['lines']) =>
  lines.map(({ status: _status, stocked: _stocked, reason: _reason, ...product }) => product)
