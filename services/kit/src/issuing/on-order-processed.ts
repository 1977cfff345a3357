// Begins the production of a card order that the CMS has done. The sweep `produceKits` goes on.
import type { OrderProcessed } from '@dcms/contract'
import type { Reaction } from '@dcms/service'
import { newProduction, productionsOf } from './production.ts'

/** Only the own store can hold it up. */
const OTHERS_WAIT_MS = 5_000

/** A repeat finds the production there. */
export const onOrderProcessed: Reaction = {
  of: 'inventory-order',
  group: 'kit-production',
  othersWaitMs: OTHERS_WAIT_MS,
  async react(scopeOf, { type, payload }) {
    if (type !== 'OrderProcessed') return
    const order = payload as unknown as OrderProcessed
    const scope = scopeOf(`production/${order.orderId}`)
    await scope.create(productionsOf, newProduction(order, scope.tenant.definition, scope.now))
  },
}
