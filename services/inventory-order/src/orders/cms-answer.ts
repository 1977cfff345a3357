// What an answer of the card management system makes of an order. Pure: the table of an order's
// road decides, so that answers that come late, twice or in another order change nothing.
import {
  type OrderFailed,
  type OrderOperation,
  type OrderPending,
  type OrderProcessed,
  type OrderStatus,
  orderRoad,
  orderStatusOf,
  orderStepOf,
} from '@dcms/contract'
import { type Decision, unchanged } from '@dcms/service'
import type { CmsLine, CmsOrder, CmsStatus } from './card-management-system.ts'
import { whileReceived } from './end-order.ts'
import { type Order, type OrderLine, productsShown } from './order.ts'

export type AnswerEvent = OrderPending | OrderProcessed | OrderFailed

const REASON_UNTOLD = 'The card management system gave no reason'
const operationOf = { PENDING: 'ACCEPT', PROCESSED: 'FINISH', FAILED: 'REJECT' } as const satisfies Record<CmsStatus, OrderOperation>

/**
 * The order as the CMS says it is, as far as that is news.
 * @param isAgain the answer is to its being placed once more, which is told also where its status
 * stays
 */
export function decideAnswer(order: Order, said: CmsOrder, now: Date, isAgain = false): Decision<Order, AnswerEvent, never> {
  const lines = order.lines.map((line, position) => lineAfter(line, saidOf(said, position)))
  const status = orderStatusOf(lines.map((line) => line.status))
  const set = { lines, status, cardOrderName: said.cardOrderName, changedAt: now }
  const named = { ...order, ...set }
  const attempts = Math.max(order.attempts, 1)
  if (status === order.status) {
    if (isAgain && 'to' in orderStepOf('PLACE_AGAIN', status)) return { kind: 'changed', set, events: [pendingEvent(named, attempts, now)] }
    const isNews = lines.some((line, position) => line !== order.lines[position])
    return isNews ? { kind: 'changed', set, events: [] } : unchanged // a product may be further than before, the whole is not
  }
  switch (status) {
    case 'PENDING':
      return {
        kind: 'changed',
        set: { ...set, attempts, pendingSince: now },
        unset: whileReceived,
        events: [pendingEvent(named, attempts, now)],
      }
    case 'PROCESSED':
      return {
        kind: 'changed',
        set: { ...set, attempts, processedAt: now },
        unset: [...whileReceived, 'pendingSince'],
        events: [processedEvent(named, now)],
      }
    case 'FAILED':
      return failed(named, { attempts }, whyOf(said), now)
    case 'RECEIVED':
    case 'SUCCESS':
    case 'CANCELLED':
    case 'EXPIRED':
      return unchanged
  }
}

/** The CMS will not make it: nothing of it is in work there. */
export const decideRejection = (order: Order, code: string, now: Date): Decision<Order, AnswerEvent, never> =>
  failedAsWhole(order, 'REJECT', { reason: 'The card management system refused the order', reasonCode: code }, now)

/** It was placed as often as may be, and is withdrawn there. */
export const decideGivingUp = (order: Order, now: Date): Decision<Order, AnswerEvent, never> =>
  failedAsWhole(order, 'GIVE_UP', { reason: `No answer after ${order.attempts - 1} retries` }, now)

/**
 * Counted before it is placed once more, so that retries end also when no answer ever comes; it
 * counts as stuck again only after the same time.
 */
export const decidePlacingAgain = (order: Order, now: Date): Decision<Order, never, never> =>
  'to' in orderStepOf('PLACE_AGAIN', order.status)
    ? { kind: 'changed', set: { attempts: order.attempts + 1, pendingSince: now, changedAt: now }, events: [] }
    : unchanged

const saidOf = ({ products, status, ...why }: CmsOrder, position: number): CmsLine =>
  products.find(({ line }) => line === position) ?? { line: position, status, ...why }

/** The very same line where nothing changes. */
function lineAfter(line: OrderLine, said: CmsLine): OrderLine {
  const step = orderRoad[operationOf[said.status]][line.status]
  if (!('to' in step)) return line
  return { ...line, status: step.to, ...(said.status === 'FAILED' && { reason: said.reason ?? REASON_UNTOLD }) }
}

/** The words of the whole, or of the first product that has some. */
function whyOf({ products, ...whole }: CmsOrder): Pick<OrderFailed, 'reason' | 'reasonCode'> {
  const told = [whole, ...products].find(({ reason, reasonCode }) => reason !== undefined || reasonCode !== undefined)
  return { reason: told?.reason ?? REASON_UNTOLD, ...(told?.reasonCode !== undefined && { reasonCode: told.reasonCode }) }
}

function failedAsWhole(
  order: Order,
  operation: 'REJECT' | 'GIVE_UP',
  why: Pick<OrderFailed, 'reason' | 'reasonCode'>,
  now: Date,
): Decision<Order, AnswerEvent, never> {
  const step = orderStepOf(operation, order.status)
  if (!('to' in step)) return unchanged
  const lines = order.lines.map((line): OrderLine => (line.status === step.to ? line : { ...line, status: step.to, reason: why.reason }))
  return failed({ ...order, lines, status: step.to }, {}, why, now)
}

function failed(
  { _id: orderId, branchId, lines, status, cardOrderName }: Order,
  further: Partial<Order>,
  why: Pick<OrderFailed, 'reason' | 'reasonCode'>,
  now: Date,
): Decision<Order, OrderFailed, never> {
  return {
    kind: 'changed',
    set: { ...further, lines, status, ...(cardOrderName !== undefined && { cardOrderName }), ...why, changedAt: now },
    unset: [...whileReceived, 'pendingSince'],
    events: [{ type: 'OrderFailed', orderId, branchId, ...why, failedAt: now.toISOString() }],
  }
}

const pendingEvent = ({ _id: orderId, branchId, cardOrderName }: Order, attempt: number, now: Date): OrderPending => ({
  type: 'OrderPending',
  orderId,
  branchId,
  ...(cardOrderName !== undefined && { cardOrderName }),
  attempt,
  pendingAt: now.toISOString(),
})

const isDone = ({ status }: { status: OrderStatus }): boolean => status === 'PROCESSED'

const processedEvent = ({ _id: orderId, branchId, cardOrderName, fileName, placed, lines }: Order, now: Date): OrderProcessed => ({
  type: 'OrderProcessed',
  orderId,
  branchId,
  ...(cardOrderName !== undefined && { cardOrderName }),
  ...(fileName !== undefined && { fileName }),
  ...(placed.address !== undefined && { address: placed.address }),
  ...(placed.pinCode !== undefined && { pinCode: placed.pinCode }),
  products: productsShown(lines.filter(isDone)),
  processedAt: now.toISOString(),
})
