// Holding a kit for the registration that hands it out. Contract:
// packages/contract/src/inventory/hold-kit.ts.
import { HELD_FOR_MS, type HoldKit, holdKitEndpoint, type ReleaseKit, releaseKitEndpoint } from '@dcms/contract'
import { command, type Decision, refuse, unchanged } from '@dcms/service'
import { isOwnBranch } from '../branches/branch.ts'
import { obstacleOf, type Today, todayOf } from './obstacle.ts'
import { type StockKit, stockOf, withoutOutbox } from './stock-kit.ts'

/** Physical kits on their way, or sent back, are in nobody's hands. */
const notAtHand: readonly string[] = ['IN_TRANSIT', 'RETURNED']

export const holdKit = command(holdKitEndpoint, async (input, scope) => {
  const kit = await stockOf(scope.tenant).findById(input.kitNo, withoutOutbox).lean<StockKit>()
  if (!kit || !isOwnBranch(scope, kit.branchId)) return refuse('kit.not.found')
  return await scope.commit(stockOf, kit, decideHold(kit, input, todayOf(scope.tenant, scope.now)), true as const)
})

/** A kit is held by one command at a time; the same command holds it anew. */
export function decideHold(kit: StockKit, { commandId, productId }: HoldKit, today: Today): Decision<StockKit, never, 'invalid.kit.info'> {
  const { hold, ...others } = kit
  const isOwn = hold?.commandId === commandId
  const obstacle = obstacleOf(isOwn ? others : kit, today)
  if (obstacle !== null || kit.productId !== productId || notAtHand.includes(kit.deliveryStatus ?? '')) return refuse('invalid.kit.info')
  return { kind: 'changed', set: { hold: { commandId, until: new Date(today.now.getTime() + HELD_FOR_MS) } }, events: [] }
}

export const releaseKit = command(releaseKitEndpoint, async (input, scope) => {
  const kit = await stockOf(scope.tenant).findById(input.kitNo, withoutOutbox).lean<StockKit>()
  return await scope.commit(stockOf, kit, kit ? decideRelease(kit, input) : unchanged, true as const)
})

/** Another command's hold stays. */
export const decideRelease = ({ hold }: StockKit, { commandId }: ReleaseKit): Decision<StockKit, never, never> =>
  hold?.commandId === commandId ? { kind: 'changed', set: {}, unset: ['hold'], events: [] } : unchanged
