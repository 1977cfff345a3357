// What a card vendor tells of the cards it made: those it sent are on their way, those it rejected
// leave the stock for good.
import type { DeliveryUpdated, VendorReported } from '@dcms/contract'
import { type Decision, NotYet, type Scope, unchanged } from '@dcms/service'
import { withdraw } from './expire-insta-kits.ts'
import { type MakersWord, type StockKit, stockOf } from './stock-kit.ts'
import { decideDelivery } from './update-delivery-status.ts'

const ON_ITS_WAY = 'IN_TRANSIT'

/**
 * The event again finds the maker's word noted. Kits that were rejected are withdrawn afterwards,
 * by a movement that finds those that have left already.
 * @throws NotYet while a kit's batch is not in stock
 */
export async function applyVendorReport({ fileName, batch, kits }: VendorReported, scope: Scope): Promise<void> {
  const told = new Map<string, MakersWord>(kits.map(({ kitNo, ...said }) => [kitNo, { ...said, fileName }]))
  const settled = await scope.changeMany(stockOf, [...told.keys()], (kit) => decideReport(kit, told.get(kit._id), scope))
  if (settled.size < told.size) throw new NotYet(`${told.size - settled.size} kits of file ${fileName} are not in stock yet`)
  const rejected = kits.filter(({ status }) => status === 'REJECTED').map(({ kitNo }) => kitNo)
  if (rejected.length > 0) await withdraw(rejected, { isDamaged: true }, scope.ofCommand(`rejected ${fileName} ${batch}`))
}

/**
 * One that has an owner, or was moved on since, stays where it is: what is known here stands above
 * what its maker said before.
 */
export function decideReport(
  kit: StockKit,
  said: MakersWord | undefined,
  { commandId, now }: Pick<Scope, 'commandId' | 'now'>,
): Decision<StockKit, DeliveryUpdated, never> {
  if (!said || kit.maker?.fileName === said.fileName) return unchanged
  const noted = { maker: said, changedAt: now }
  const isSent = said.status === 'DISPATCHED' && kit.kitStatus === 'UNALLOCATED' && kit.deliveryStatus !== ON_ITS_WAY
  const moved = isSent ? decideDelivery(kit, [ON_ITS_WAY], { commandId, now, allowed: [ON_ITS_WAY] }).decision : unchanged
  if (moved.kind !== 'changed') return { kind: 'changed', set: noted, events: [] }
  return { ...moved, set: { ...moved.set, ...noted } }
}
