// Orders, batches of kits and events of kits, as tests make them.
import type { KitsProduced } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { newlyStored } from '@dcms/service'
import type { Order, OrderLine } from '../src/orders/order.ts'

let numbers = 0
/** Another number each time, so that tests of one bank stay out of each other's way. */
export const nextNumber = (): number => ++numbers

export const orderLine = (change: Partial<OrderLine> = {}): OrderLine => ({
  bin: '608040',
  productId: '2003_PHYSICAL',
  quantity: 2,
  cardType: 'PHYSICAL',
  embossType: 'NON_PERSONALIZED',
  plasticCode: 'PCLAS',
  status: 'PROCESSED',
  stocked: 0,
  ...change,
})

/** An order that the card management system has done. */
export function processedOrder(branchId: string, lines: OrderLine[] = [orderLine()], change: Partial<Order> = {}): Order {
  const at = new Date('2026-01-05T09:00:00Z')
  return newlyStored({
    _id: `ORD-${nextNumber()}`,
    status: 'PROCESSED',
    placed: { branchInfo: { branchId }, products: [] as never },
    placedHash: 'hash',
    branchId,
    lines,
    totalQuantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    receivedAt: at,
    changedAt: at,
    attempts: 1,
    stocked: 0,
    stockedBatch: 0,
    ...change,
  })
}

export interface BatchOptions {
  batch?: number
  count?: number
  productId?: string
  cardType?: 'PHYSICAL' | 'VIRTUAL'
  /** Packed in these, one after the other. */
  parents?: readonly string[]
  expDate?: string
}

/** A batch of kits with numbers that nobody else has. */
export function producedBatch(
  orderId: string,
  { batch = 1, count = 2, productId = '2003_PHYSICAL', cardType = 'PHYSICAL', parents = [], expDate = '2029-07-31' }: BatchOptions = {},
): KitsProduced {
  const kits = Array.from({ length: count }, (_, at) => {
    const number = nextNumber()
    const parentKitNo = parents[Math.floor((at * parents.length) / count)]
    return {
      kitNo: String(4_240_000_000 + number),
      ...(parentKitNo !== undefined && { parentKitNo }),
      maskedCardNumber: `608040XXXXXX${String(number % 10_000).padStart(4, '0')}`,
      expDate: `${expDate}T00:00:00.000+00:00`,
    }
  })
  return {
    type: 'KitsProduced',
    orderId,
    batch,
    batches: 1,
    productId,
    bin: '608040',
    plasticCode: 'PCLAS',
    cardType,
    kits,
    producedAt: '2026-01-05T10:00:00.000Z',
  }
}

/** An event of the kit context as it comes from the topic. */
export const kitEvent = (subject: string, sequence: number, payload: { type: string; [member: string]: unknown }): ReceivedEvent => ({
  topic: 'dcms.kit',
  partition: 0,
  offset: '0',
  key: `ACME_BANK:${subject}`,
  id: `event-${nextNumber()}`,
  type: payload.type,
  dataVersion: 1,
  source: '/dcms/kit',
  subject,
  time: new Date('2026-01-06T10:00:00Z'),
  tenant: 'ACME_BANK',
  sequence,
  payload,
})

/** The event that a kit out of stock got its owner. */
export const assigned = (kitNo: string, orderId: string, sequence = 1): ReceivedEvent =>
  kitEvent(kitNo, sequence, {
    type: 'KitAssigned',
    kitNo,
    orderId,
    entityId: 'E1',
    accountNo: 'A1',
    cardStatus: 'ASSIGNED',
    assignedAt: '2026-01-06T10:00:00.000Z',
  })
