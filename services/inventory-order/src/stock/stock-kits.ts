// The reaction that keeps the stock in step with the kit context: batches of new kits, and what
// becomes of each kit.
import type { KitsNotProduced, KitsProduced, VendorReported } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import type { Reaction, Scope } from '@dcms/service'
import { applyVendorReport } from './apply-vendor-report.ts'
import { failProduction } from './fail-production.ts'
import { followKit } from './follow-kit.ts'
import { stockBatch } from './stock-batch.ts'

/**
 * Only the service's own store can hold this up, and a batch of 1,000 kits takes its time on a busy
 * one.
 */
const OTHERS_WAIT_MS = 5_000

export const stockKits: Reaction = {
  of: 'kit',
  group: 'inventory-order-stock',
  othersWaitMs: OTHERS_WAIT_MS,
  react: (scopeOf, event) => followStock(scopeOf(`stock-${event.id}`), event),
}

/**
 * Takes an event of the kit context into the stock. Kits that never were in stock tell no
 * `orderId`: they cost no statement.
 * @throws NotYet for an event that came before what it is about
 */
export async function followStock(scope: Scope, event: ReceivedEvent): Promise<void> {
  const { payload } = event
  if (payload.type === 'KitsProduced') return await stockBatch(payload as unknown as KitsProduced, scope)
  if (payload.type === 'KitsNotProduced') return await failProduction(payload as unknown as KitsNotProduced, scope)
  if (payload.type === 'VendorReported') return await applyVendorReport(payload as unknown as VendorReported, scope)
  if (payload.type === 'PersoFileDelivered') return // of the order, not of a kit
  if (typeof payload.orderId === 'string') await followKit(event, scope)
}
