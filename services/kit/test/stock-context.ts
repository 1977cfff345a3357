// The inventory-order context, as far as handing out kits from stock asks it.
import type { HoldKit, OrderProcessed } from '@dcms/contract'
import { type InternalClient, ServiceUnavailable } from '@dcms/service'
import { onOrderProcessed } from '../src/issuing/on-order-processed.ts'
import { produceKits } from '../src/issuing/produce-kits.ts'
import { type Kit, kitsOf } from '../src/kit.ts'
import type { KitBank } from './kit-bank.ts'

export interface StockContext extends InternalClient {
  /** By kitNo: the command that holds it. */
  readonly holds: Map<string, string>
  isAway: boolean
  /** Has two commands hold one kit, as no stock does: then only the kit itself decides. */
  isCareless: boolean
}

/** A stock that knows every kit but those named `NOWHERE…`. */
export function stockContext(): StockContext {
  const holds = new Map<string, string>()
  const hold = ({ kitNo, commandId }: HoldKit) => {
    if (kitNo.startsWith('NOWHERE')) return { kind: 'refused', code: 'kit.not.found', fieldError: [`kitNo ${kitNo} is not in stock`] }
    const holder = holds.get(kitNo)
    if (holder !== undefined && holder !== commandId && !stock.isCareless)
      return { kind: 'refused', code: 'invalid.kit.info', fieldError: [`kitNo ${kitNo} is being handed out`] }
    holds.set(kitNo, commandId)
    return { kind: 'answer', result: true }
  }
  const release = ({ kitNo, commandId }: HoldKit) => {
    if (holds.get(kitNo) === commandId) holds.delete(kitNo)
    return { kind: 'answer', result: true }
  }
  const stock: StockContext = {
    holds,
    isAway: false,
    isCareless: false,
    async call({ name }, body) {
      if (stock.isAway) throw new ServiceUnavailable('inventory-order does not answer')
      if (name === 'holdKit') return hold(body as HoldKit) as never
      if (name === 'releaseKit') return release(body as HoldKit) as never
      throw new Error(`${name} was not to be asked`)
    },
    close: () => Promise.resolve(),
  }
  return stock
}

/** Kits of a card order of their own, as they come into stock. */
export async function stockedKits(bank: KitBank, orderId: string, quantity: number, productId = '2003_PHYSICAL'): Promise<Kit[]> {
  const products = [{ bin: '608040', productId, quantity }]
  const order: OrderProcessed = { type: 'OrderProcessed', orderId, branchId: 'BRANCH001', products, processedAt: new Date().toISOString() }
  await bank.told(onOrderProcessed, order)
  await bank.sweep(produceKits({ vault: bank.vault, numbering: bank.newNumbering(), inventoryOrder: stockContext() }))
  return await kitsOf(bank.tenant).find({ orderId }).sort({ _id: 1 }).lean<Kit[]>()
}
