// Stocking a batch of kits that the kit context has made for an order.
import { type KitsProduced, type OrderCompleted, orderStatusOf } from '@dcms/contract'
import { type Decision, NotYet, newlyStored, placeMany, type Scope, unchanged } from '@dcms/service'
import { type Order, type OrderLine, ordersOf, withoutOutbox } from '../orders/order.ts'
import { type ParentKit, parentKitsOf } from './parent-kit.ts'
import { type StockKit, stockOf } from './stock-kit.ts'

/** Where physical kits of a new order are. */
const FIRST_DELIVERY_STATUS = 'BANK'
const CARD_CATEGORY = 'DEBIT'

type Made = KitsProduced['kits'][number]

/**
 * Kits first, then their count in the order: whatever dies in between is done again by the event's
 * repeat, which finds the kits that are there.
 * @throws NotYet while an earlier batch is missing, or the order itself
 */
export async function stockBatch(batch: KitsProduced, scope: Scope): Promise<void> {
  const order = await ordersOf(scope.tenant).findById(batch.orderId, withoutOutbox).lean<Order>()
  if (!order) throw new NotYet(`order ${batch.orderId} of a batch of kits is not known`)
  if (batch.batch <= order.stockedBatch) return
  if (batch.batch > order.stockedBatch + 1) throw new NotYet(`batch ${batch.batch} of order ${order._id} came before an earlier one`)
  scope.touch()
  const kits = stockedKits(batch, order, scope)
  if ((await placeMany(stockOf(scope.tenant), kits)) === 'some-there') await requireOwn(kits, order, scope)
  await placeMany(parentKitsOf(scope.tenant), parentsOf(kits))
  const counted = await scope.change(ordersOf, order._id, (each) => (each ? decideStocked(each, batch, scope.now) : unchanged), {
    known: order,
  })
  if (counted.kind === 'overtaken') throw new NotYet(`order ${order._id} changes all the time`)
}

/**
 * The order with a further batch in stock. The lines of the product are filled one after the other;
 * with the last kit the order is complete.
 */
export function decideStocked(
  order: Order,
  { batch, productId, kits }: Pick<KitsProduced, 'batch' | 'productId' | 'kits'>,
  now: Date,
): Decision<Order, OrderCompleted, never> {
  if (batch !== order.stockedBatch + 1) return unchanged
  const stocked = order.stocked + kits.length
  const lines = withStocked(order.lines, productId, kits.length)
  const status = orderStatusOf(lines.map((line) => line.status))
  const isComplete = status === 'SUCCESS' && order.status !== 'SUCCESS'
  return {
    kind: 'changed',
    set: { lines, status, stocked, stockedBatch: batch, changedAt: now, ...(isComplete && { completedAt: now }) },
    events: isComplete ? [orderCompleted(order, stocked, now)] : [],
  }
}

export const orderCompleted = ({ _id, branchId }: Order, totalQuantity: number, now: Date): OrderCompleted => ({
  type: 'OrderCompleted',
  orderId: _id,
  branchId,
  totalQuantity,
  completedAt: now.toISOString(),
})

function withStocked(lines: readonly OrderLine[], productId: string, count: number): OrderLine[] {
  let left = count
  return lines.map((line) => {
    if (line.productId !== productId || line.status === 'FAILED') return line
    const more = Math.min(left, line.quantity - line.stocked)
    left -= more
    const stocked = line.stocked + more
    return { ...line, stocked, ...(stocked === line.quantity && { status: 'SUCCESS' as const }) }
  })
}

/** A kit number stands for one kit: another order's would be lost silently. */
async function requireOwn(kits: readonly StockKit[], { _id: orderId }: Order, { tenant }: Scope): Promise<void> {
  const own = await stockOf(tenant).countDocuments({ _id: { $in: kits.map(({ _id }) => _id) }, orderId })
  if (own !== kits.length) throw new Error(`order ${orderId}: ${kits.length - own} kit numbers of a batch are those of other orders`)
}

function stockedKits(batch: KitsProduced, order: Order, { now }: Scope): StockKit[] {
  const { productId, bin, plasticCode, cardType, orderId } = batch
  const line = order.lines.find((each) => each.productId === productId)
  if (!line) throw new Error(`order ${orderId} has no line of product ${productId}`)
  const { branchId, orderingPartyId, orderingPartyType } = order
  const shared = {
    orderId,
    branchId,
    ...(orderingPartyId !== undefined && { orderingPartyId }),
    ...(orderingPartyType !== undefined && { orderingPartyType }),
    productId,
    bin,
    ...(plasticCode !== undefined && { plasticCode }),
    cardType,
    embossType: line.embossType,
    cardCategory: CARD_CATEGORY,
    kitStatus: 'UNALLOCATED',
    kitSequence: 0,
    ...(cardType === 'PHYSICAL' && { deliveryStatus: FIRST_DELIVERY_STATUS }),
    createdAt: now,
    changedAt: now,
  } as const
  const kitOf = ({ kitNo, parentKitNo, maskedCardNumber, expDate }: Made): StockKit => ({
    ...newlyStored({
      _id: kitNo,
      ...(parentKitNo !== undefined && { parentKitNo }),
      ...shared,
      maskedCardNumber,
      expDate: expDate.slice(0, 10),
    }),
    entries: [{ type: 'RECEIVED', branchId, ref: orderId, at: now }],
  })
  return batch.kits.map(kitOf)
}

function parentsOf(kits: readonly StockKit[]): ParentKit[] {
  const parents = new Map<string, ParentKit>()
  for (const kit of kits) {
    const { parentKitNo, orderId, branchId, orderingPartyId, orderingPartyType, productId, bin, plasticCode } = kit
    if (parentKitNo === undefined || parents.has(parentKitNo)) continue
    const parent = newlyStored({
      _id: parentKitNo,
      orderId,
      branchId,
      ...(orderingPartyId !== undefined && { orderingPartyId }),
      ...(orderingPartyType !== undefined && { orderingPartyType }),
      productId,
      bin,
      ...(plasticCode !== undefined && { plasticCode }),
      cardType: kit.cardType,
      embossType: kit.embossType,
      expDate: kit.expDate,
      createdAt: kit.createdAt,
      changedAt: kit.changedAt,
    })
    parents.set(parentKitNo, parent)
  }
  return [...parents.values()]
}
