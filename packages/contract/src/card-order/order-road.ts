// The road of a card order as one table: for each operation and status the status that follows and
// the event that tells it, the refusal, or that the order stays as it is. Every command and job of
// card orders decides by it; the picture and the tables of the documentation are made from it.
import type { ErrorCode } from '../errors/errors.ts'
import { type OrderStatus, orderStatus } from './order.ts'

export type OrderEventType = 'OrderPending' | 'OrderProcessed' | 'OrderCancelled' | 'OrderFailed' | 'OrderCompleted'
export type OrderRefusal = Extract<ErrorCode, 'ORD003' | 'ORD010'>

export interface OrderTaken {
  readonly to: OrderStatus
  /** Absent where nothing is told. */
  readonly event?: OrderEventType
}
/** `stays`: what is told comes late or twice, and changes nothing. */
export type OrderStep = OrderTaken | { readonly refusal: OrderRefusal } | { readonly stays: true }
type Row = Readonly<Record<OrderStatus, OrderStep>>

export const orderStatuses: readonly OrderStatus[] = orderStatus.enum

const to = <const Status extends OrderStatus, const Event extends OrderEventType>(status: Status, event: Event) => ({ to: status, event })

const road = {
  /** An order is sent to the card management system; its answer moves it on. */
  SEND: every({ refusal: 'ORD010' }, { RECEIVED: { to: 'RECEIVED' } }),
  CANCEL: every({ refusal: 'ORD003' }, { RECEIVED: to('CANCELLED', 'OrderCancelled') }),
  /** Its validity ran out before it was sent. */
  EXPIRE: every({ stays: true }, { RECEIVED: to('EXPIRED', 'OrderCancelled') }),
  /** The CMS has it in work. */
  ACCEPT: every({ stays: true }, { RECEIVED: to('PENDING', 'OrderPending') }),
  /** The CMS has done it, at once or later. */
  FINISH: every({ stays: true }, { RECEIVED: to('PROCESSED', 'OrderProcessed'), PENDING: to('PROCESSED', 'OrderProcessed') }),
  /** The CMS says that it cannot be done. */
  REJECT: every({ stays: true }, { RECEIVED: to('FAILED', 'OrderFailed'), PENDING: to('FAILED', 'OrderFailed') }),
  /** The CMS has lost it; it goes there once more under the same key. */
  PLACE_AGAIN: every({ stays: true }, { PENDING: to('PENDING', 'OrderPending') }),
  /** It was placed as often as may be. */
  GIVE_UP: every({ stays: true }, { PENDING: to('FAILED', 'OrderFailed') }),
  /** The last of its kits is in stock. */
  COMPLETE: every({ stays: true }, { PROCESSED: to('SUCCESS', 'OrderCompleted') }),
  /** Its kits cannot be made: no card numbers are left. */
  LACK: every({ stays: true }, { PROCESSED: to('FAILED', 'OrderFailed') }),
} as const satisfies Record<string, Row>

export type OrderOperation = keyof typeof road

/** The table. `orderRoad.CANCEL.RECEIVED` is what CANCEL does to a RECEIVED order. */
export const orderRoad: Readonly<Record<OrderOperation, Row>> = road

/** What an operation does to an order, or to one of its products, in this status. */
export const orderStepOf = <Operation extends OrderOperation>(operation: Operation, status: OrderStatus) =>
  road[operation][status] as (typeof road)[Operation][OrderStatus]

/** The statuses in which an operation does something. */
export const orderStatusesFor = (operation: OrderOperation): readonly OrderStatus[] =>
  orderStatuses.filter((status) => 'to' in orderStepOf(operation, status))

/**
 * The status of an order by those of its products: FAILED when all failed, otherwise that of the
 * least advanced product that did not fail. Products of one order are never both sent and ended
 * without being sent.
 */
export function orderStatusOf(products: readonly OrderStatus[]): OrderStatus {
  const going: readonly OrderStatus[] = products.filter((status) => status !== 'FAILED')
  return orderStatuses.find((status) => going.includes(status)) ?? 'FAILED'
}

function every<const Otherwise extends OrderStep, const Taken extends OrderTaken>(
  otherwise: Otherwise,
  steps: Partial<Record<OrderStatus, Taken>>,
): Readonly<Record<OrderStatus, Otherwise | Taken>> {
  const row = Object.fromEntries(orderStatuses.map((status) => [status, otherwise])) as Record<OrderStatus, Otherwise>
  return { ...row, ...steps } as Record<OrderStatus, Otherwise | Taken>
}
