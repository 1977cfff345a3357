// Sending one order to the card management system. Contract:
// packages/contract/src/card-order/process-card-order.ts.
import { type ProcessCardOrder, processCardOrderByOperatorEndpoint, processCardOrderEndpoint } from '@dcms/contract'
import { answer, type Command, command, type Outcome, place, refuse, type Scope, turnsOf } from '@dcms/service'
import { type CardManagementSystem, CmsUnavailable } from './card-management-system.ts'
import { findOrder } from './find-order.ts'
import { type Order, ordersOf, withoutOutbox } from './order.ts'
import { decideSending, SENDING_MS_MAX, sendOrder } from './sending.ts'

/** As long as answers are kept for repeats. */
const NOTED_MS = 24 * 60 * 60_000

type SendingRefusal = 'ORD009' | 'ORD010' | 'ORD011' | 'ORD012'

export const processCardOrder = (cms: CardManagementSystem | undefined): Command =>
  command(processCardOrderEndpoint, (input, scope) => processOrder(cms, input, scope))

/** The same for operators. */
export const processCardOrderByOperator = (cms: CardManagementSystem | undefined): Command =>
  command(processCardOrderByOperatorEndpoint, (input, scope) => processOrder(cms, input, scope))

async function processOrder(
  cms: CardManagementSystem | undefined,
  input: Pick<ProcessCardOrder, 'orderId' | 'force'>,
  scope: Scope,
): Promise<Outcome<true, SendingRefusal>> {
  const order = await orderToSend(input, scope)
  if (!order) return refuse('ORD009')
  if (order.commandIds.includes(scope.commandId)) return answer(true) // sent by this very command, its answer was lost
  const { commandId, now } = scope
  const decision = decideSending(order, { commandId, now, dueBy: now, force: input.force })
  if (decision.kind === 'refused') return decision
  if (!cms) return refuse('ORD012')
  const noting = scope.ofCommand(`${commandId}, sending`)
  const noted = await noting.commit<Order, true, 'ORD010' | 'ORD011'>(ordersOf, order, decision, true)
  if (noted.kind !== 'answer') return noted
  if (input.orderId === undefined) await noteChoice(order, scope)
  try {
    const status = await sendOrder(cms, order, scope, decision.kind === 'changed')
    if (status === 'CANCELLED' || status === 'EXPIRED') return refuse('ORD010', [`Order status is ${status} and cannot be sent`])
    return answer(true)
  } catch (error) {
    if (error instanceof CmsUnavailable) return refuse('ORD012')
    throw error
  }
}

async function orderToSend({ orderId }: Pick<ProcessCardOrder, 'orderId'>, scope: Scope): Promise<Order | null> {
  if (orderId !== undefined) return await findOrder(orderId, scope)
  const chosen = scope.hasKey ? await turnsOf(scope.tenant).findById(choiceOf(scope)).lean() : null
  return chosen ? await findOrder(chosen.holder, scope) : await oldestDue(scope).lean<Order>()
}

/** One that somebody is just sending is left to them. */
export const oldestDue = ({ tenant, now, branch }: Pick<Scope, 'tenant' | 'now' | 'branch'>) =>
  ordersOf(tenant)
    .findOne(
      {
        ...(branch !== undefined && { branchId: branch }),
        dueAt: { $exists: true, $lte: now },
        expiresAt: { $not: { $lte: now } },
        'sending.since': { $not: { $gte: new Date(now.getTime() - SENDING_MS_MAX) } },
      },
      withoutOutbox,
    )
    .sort({ dueAt: 1, _id: 1 })

/** A repeat of a call that named no order goes on with the one that was chosen for it. */
async function noteChoice({ _id }: Order, scope: Scope): Promise<void> {
  if (!scope.hasKey) return
  await place(turnsOf(scope.tenant), { _id: choiceOf(scope), holder: _id, expiresAt: new Date(scope.now.getTime() + NOTED_MS) })
}

const choiceOf = ({ commandId }: Scope): string => `order sent by ${commandId}`
