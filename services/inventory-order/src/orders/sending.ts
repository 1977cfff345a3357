// Sending an order to the card management system (CMS). First one update notes that it is being
// sent, then the CMS gets it, then its answer is stored: whatever dies in between, whoever comes
// next asks the CMS before anything else.
import { type OrderStatus, orderStepOf } from '@dcms/contract'
import { type Decision, refuse, type Scope, ServiceUnavailable, unchanged } from '@dcms/service'
import type { CardManagementSystem, CmsOrder } from './card-management-system.ts'
import { decideAnswer, decideGivingUp, decideRejection } from './cms-answer.ts'
import { decideCancelling, decideExpiry } from './end-order.ts'
import { type Order, ordersOf, withoutOutbox } from './order.ts'

/** An attempt that is older is left: nobody waits for its answer any more. */
export const SENDING_MS_MAX = 10_000

/** Who withdraws on behalf of the calendar. */
const EXPIRY = 'expiry of '

type SendingRefusal = 'ORD010' | 'ORD011'
interface Wish {
  commandId: string
  now: Date
  /** What is due by then is sent. */
  dueBy: Date
  /** Also what is not due yet. */
  force?: boolean | undefined
}

/** `unchanged`: it is being sent, or the outcome of that is not known. */
export function decideSending(order: Order, { commandId, now, dueBy, force = false }: Wish): Decision<Order, never, SendingRefusal> {
  const step = orderStepOf('SEND', order.status)
  if ('refusal' in step) return refuse(step.refusal, [`Order status is ${order.status} and cannot be sent`])
  if (order.sending) return unchanged
  if (isOver(order, dueBy)) return refuse('ORD010', ['The validity of the order is over'])
  if (!force && order.dueAt && order.dueAt > dueBy) return refuse('ORD011')
  return { kind: 'changed', set: { sending: { commandId, since: now } }, events: [] }
}

const isOver = ({ expiresAt }: Order, at: Date): boolean => expiresAt !== undefined && expiresAt <= at

/**
 * Sends an order that is noted as being sent.
 * @param isFirst nobody has sent it before; otherwise the CMS is asked first whether it has it
 * @returns its status afterwards
 * @throws CmsUnavailable when the outcome is not known: the order stays as it is
 */
export async function sendOrder(cms: CardManagementSystem, order: Order, scope: Scope, isFirst: boolean): Promise<OrderStatus> {
  if (!isFirst) {
    const known = await cms.status(scope.tenant, order._id, scope.deadlineAtMs)
    if (known) return await storeAnswer(order, known, scope)
    if (isOver(order, scope.now)) return await withdrawOrder(cms, order, scope, expiryOf(order))
  }
  return await placeOrderThere(cms, order, scope)
}

/**
 * Places an order at the CMS and stores what it says.
 * @param isAgain it was there before, and got lost
 * @returns its status afterwards
 */
export async function placeOrderThere(cms: CardManagementSystem, order: Order, scope: Scope, isAgain = false): Promise<OrderStatus> {
  const placed = await cms.place(scope.tenant, order, scope.deadlineAtMs)
  switch (placed.kind) {
    case 'known':
      return await storeAnswer(order, placed.order, scope, isAgain)
    case 'refused':
      return await changed(order._id, scope, (each) => decideRejection(each, placed.code, scope.now))
    case 'withdrawn':
      return await endWithdrawn(order._id, scope)
  }
}

/** Stores what the CMS says of an order. @returns its status afterwards */
export const storeAnswer = (order: Order, said: CmsOrder, scope: Scope, isAgain = false): Promise<OrderStatus> =>
  changed(order._id, scope, (each) => decideAnswer(each, said, scope.now, isAgain))

/** Who takes an order back whose validity is over: the same for every process that does. */
export const expiryOf = ({ _id }: Pick<Order, '_id'>): string => `${EXPIRY}${_id}`

/**
 * Takes back an order that may be on its way to the CMS. The wish is noted first, so that whoever
 * meets the withdrawal there can finish it in the name of the one who asked. When the CMS has
 * accepted the order, that is stored.
 * @param wishedBy the command that takes it back
 * @returns its status afterwards
 * @throws CmsUnavailable when the CMS does not say
 */
export async function withdrawOrder(cms: CardManagementSystem, order: Order, scope: Scope, wishedBy: string): Promise<OrderStatus> {
  const { tenant, deadlineAtMs } = scope
  await scope.ofCommand(`${wishedBy}, noted`).change(ordersOf, order._id, (each) => decideWithdrawing(each, wishedBy))
  if ((await cms.withdraw(tenant, order._id, deadlineAtMs)) === 'withdrawn') return await endWithdrawn(order._id, scope)
  const known = await cms.status(tenant, order._id, deadlineAtMs)
  return known ? await storeAnswer(order, known, scope.ofCommand(`${wishedBy}, accepted`)) : order.status
}

/** The latest wish stands: an earlier one may be of a call that ended without an answer. */
function decideWithdrawing(order: Order | null, wishedBy: string): Decision<Order, never, never> {
  if (!order?.sending) return unchanged
  return { kind: 'changed', set: { sending: { ...order.sending, withdrawnBy: wishedBy } }, events: [] }
}

/** The CMS has not taken the order and never will. */
async function endWithdrawn(orderId: string, scope: Scope): Promise<OrderStatus> {
  const order = await ordersOf(scope.tenant).findById(orderId, withoutOutbox).lean<Order>()
  const wishedBy = order?.sending?.withdrawnBy ?? scope.commandId
  return await changed(orderId, scope.ofCommand(wishedBy), (each) => decideWithdrawn(each, wishedBy, scope.now))
}

function decideWithdrawn(order: Order, wishedBy: string, now: Date): Decision<Order, { type: string }, 'ORD003'> {
  if (order.status === 'PENDING') return decideGivingUp(order, now)
  return wishedBy === expiryOf(order) ? decideExpiry(order, now) : decideCancelling(order, now)
}

/** Decided again while others are faster. @returns the status afterwards */
async function changed(
  orderId: string,
  scope: Scope,
  decide: (order: Order) => Decision<Order, { type: string }, 'ORD003'>,
): Promise<OrderStatus> {
  let after: OrderStatus = 'RECEIVED'
  const outcome = await scope.change(ordersOf, orderId, (order) => {
    if (!order) return unchanged
    const decision = decide(order)
    after = (decision.kind === 'changed' && decision.set.status) || order.status
    return decision
  })
  if (outcome.kind === 'overtaken') throw new ServiceUnavailable(`order ${orderId} changes all the time`)
  return after
}
