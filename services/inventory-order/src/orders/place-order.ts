// Placing an order, with a file or without: the same order is placed once, another one under its id
// is refused, and what it names must be there.
import { createHash } from 'node:crypto'
import type { CreateCardOrder, ErrorCode, OrderReceived } from '@dcms/contract'
import { hashOf, newlyStored, type Outcome, type Refused, refuse, type Scope } from '@dcms/service'
import { DateTime } from 'luxon'
import { instantOf } from '../bank-time.ts'
import { branchesOf, isOwnBranch } from '../branches/branch.ts'
import { type Order, ordersOf, type PlacedOrder, productsShown } from './order.ts'
import { linesOf } from './order-lines.ts'

const UNKNOWN_BRANCH = 'branchInfo.branchId is not known'

type Placing = CreateCardOrder & { fileName?: string }

/**
 * Stores an order as RECEIVED. The header `x-order-id` tells its id; one that is generated is made
 * of the command, so that a repeat under the same key finds the order.
 * @param check what else an order of this kind needs: asked for a new order only, before it is
 * stored; it stands a repeat
 */
export async function placeOrder<Code extends ErrorCode>(
  { requestId: _key, orderId: named, ...placed }: Placing,
  scope: Scope,
  check: (order: Order) => Promise<Refused<Code> | null>,
): Promise<Outcome<'success', Code | 'ORD001' | 'ORD004' | 'ORD005'>> {
  const { tenant } = scope
  const { branchId } = placed.branchInfo
  if (!isOwnBranch(scope, branchId)) return refuse('ORD005', [UNKNOWN_BRANCH])
  const orderId = named ?? orderIdOf(scope.commandId)
  const before = await placedBefore(orderId, placed, scope)
  if (before) return before
  if (!(await branchesOf(tenant).exists({ _id: branchId }))) return refuse('ORD005', [UNKNOWN_BRANCH])
  const lines = linesOf(placed.products, tenant.definition)
  if ('kind' in lines) return lines
  const startsAt = startOf(placed, tenant.definition.timeZone)
  if (startsAt === null) return refuse('ORD001', ['processStartTime is not a day of the calendar'])
  const order = receivedOrder({ orderId, placed, lines, startsAt }, scope)
  const refused = await check(order)
  if (refused) return refused
  if (await scope.create(ordersOf, order, [receivedEventOf(order)])) return placedAs(orderId)
  return (await placedBefore(orderId, placed, scope)) ?? { kind: 'overtaken' }
}

/** What became of the id before; null where it is free. */
async function placedBefore(orderId: string, placed: PlacedOrder, { tenant }: Scope): Promise<Outcome<'success', 'ORD004'> | null> {
  const there = await ordersOf(tenant).findById(orderId, { placedHash: 1 }).lean<Pick<Order, 'placedHash'>>()
  if (!there) return null
  return there.placedHash === hashOf(placed) ? placedAs(orderId) : refuse('ORD004')
}

const placedAs = (orderId: string): Outcome<'success', never> => ({ kind: 'answer', result: 'success', headers: { 'x-order-id': orderId } })

/** A UUID of version 8, whose bits are its maker's: RFC 9562, section 5.8. */
export function orderIdOf(commandId: string): string {
  const bytes = createHash('sha256').update(`order ${commandId}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Undefined where the order names none, null for a day that the calendar does not have. */
const startOf = ({ processStartTime }: PlacedOrder, timeZone: string): Date | null | undefined =>
  processStartTime === undefined ? undefined : instantOf(processStartTime, timeZone)

interface New {
  orderId: string
  placed: PlacedOrder
  lines: Order['lines']
  startsAt: Date | undefined
}

function receivedOrder({ orderId, placed, lines, startsAt }: New, { tenant, now, commandId }: Scope): Order {
  const { orderingPartyId, orderingPartyType } = placed.orderingPartyInfo ?? {}
  const order = newlyStored({
    _id: orderId,
    status: 'RECEIVED' as const,
    placed,
    placedHash: hashOf(placed),
    branchId: placed.branchInfo.branchId,
    lines,
    totalQuantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    receivedAt: now,
    changedAt: now,
    dueAt: startsAt && startsAt > now ? startsAt : now,
    attempts: 0,
    stocked: 0,
    stockedBatch: 0,
    ...(orderingPartyId !== undefined && { orderingPartyId }),
    ...(orderingPartyType !== undefined && { orderingPartyType }),
    ...(placed.fileName !== undefined && { fileName: placed.fileName }),
    ...(placed.validity !== undefined && { expiresAt: endOfValidity(now, placed.validity, tenant.definition.timeZone) }),
  })
  return { ...order, commandIds: [commandId] }
}

/** So many days later at the same time by the bank's clocks. */
const endOfValidity = (from: Date, days: number, timeZone: string): Date =>
  DateTime.fromJSDate(from, { zone: timeZone }).plus({ days }).toJSDate()

function receivedEventOf({ _id: orderId, placed, branchId, lines, totalQuantity, receivedAt }: Order): OrderReceived {
  const { orderingPartyInfo, fileName, processStartTime, validity } = placed
  return {
    type: 'OrderReceived',
    orderId,
    branchId,
    ...(orderingPartyInfo && { orderingPartyInfo }),
    ...(fileName !== undefined && { fileName }),
    products: productsShown(lines),
    totalQuantity,
    ...(processStartTime !== undefined && { processStartTime }),
    ...(validity !== undefined && { validity }),
    receivedAt: receivedAt.toISOString(),
  }
}
