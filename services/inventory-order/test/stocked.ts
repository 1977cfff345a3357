// A bank's stock for tests: branches, orders and kits, put there by the events that the service
// gets.
import type { ReceivedEvent } from '@dcms/events'
import { newlyStored } from '@dcms/service'
import { type Branch, branchesOf } from '../src/branches/branch.ts'
import { type Order, ordersOf } from '../src/orders/order.ts'
import { sumsOf } from '../src/stock/ledger.ts'
import { movementsOf } from '../src/stock/movement.ts'
import { type StockKit, stockOf } from '../src/stock/stock-kit.ts'
import { followStock } from '../src/stock/stock-kits.ts'
import { type BatchOptions, kitEvent, nextNumber, orderLine, processedOrder, producedBatch } from './made.ts'
import type { StockBank } from './stock-bank.ts'

/** A branch that no other test has. */
export async function newBranch(bank: StockBank): Promise<string> {
  const _id = `BR${nextNumber()}`
  const branch = newlyStored({
    _id,
    branchCode: _id,
    branchName: _id,
    searchName: _id.toLowerCase(),
    createdAt: new Date(),
    changedAt: new Date(),
  })
  await branchesOf(bank.tenant).collection.insertOne(branch as unknown as Branch as never)
  return _id
}

export async function storedOrder(bank: StockBank, ...order: Parameters<typeof processedOrder>): Promise<Order> {
  const stored = processedOrder(...order)
  await ordersOf(bank.tenant).collection.insertOne({ ...stored } as never)
  return stored
}

/** Takes an event into the stock as the service does. */
export const follow = (bank: StockBank, event: ReceivedEvent): Promise<void> => followStock(bank.scope(`stock-${event.id}`), event)

export interface InStock {
  branchId: string
  orderId: string
  kitNos: string[]
}

/** An order of kits of one product in stock, in a branch of their own unless one is named. */
export async function stocked(bank: StockBank, { branchId, ...batch }: BatchOptions & { branchId?: string } = {}): Promise<InStock> {
  const { count = 2, productId = '2003_PHYSICAL', cardType = 'PHYSICAL' } = batch
  const branch = branchId ?? (await newBranch(bank))
  const { _id: orderId } = await storedOrder(bank, branch, [orderLine({ quantity: count, productId, cardType })])
  const produced = producedBatch(orderId, batch)
  await follow(bank, kitEvent(orderId, 1, produced))
  return { branchId: branch, orderId, kitNos: produced.kits.map(({ kitNo }) => kitNo) }
}

export async function kitOf(bank: StockBank, kitNo: string): Promise<StockKit> {
  const kit = await stockOf(bank.tenant).findById(kitNo).lean<StockKit>()
  if (!kit) throw new Error(`kit ${kitNo} is not in stock`)
  return kit
}

/** What the entries of these kits sum up to, by branch. */
export async function ledgerOf(bank: StockBank, kitNos: readonly string[]): Promise<Record<string, number>> {
  const kits = await stockOf(bank.tenant)
    .find({ _id: { $in: [...kitNos] } })
    .lean<StockKit[]>()
  return Object.fromEntries([...sumsOf(kits.flatMap(({ entries }) => entries))].sort())
}

/** Payloads that wait in the outbox of a movement. */
export async function movementEvents(bank: StockBank, filter: object): Promise<object[]> {
  const movements = await movementsOf(bank.tenant).find(filter).lean()
  return movements.flatMap(({ outbox }) => outbox.map(({ payload }) => payload))
}
