// Withdrawing kits that nobody got. Contract:
// packages/contract/src/inventory/expire-insta-kits.ts.
import { type ExpireInstaKits, expireInstaKitsEndpoint, KITS_MAX } from '@dcms/contract'
import { answer, command, newlyStored, refuse, type Scope } from '@dcms/service'
import { finishMovement, isWithdrawable } from './finish-movement.ts'
import { type Movement, movementsOf } from './movement.ts'
import { type StockKit, stockOf } from './stock-kit.ts'

/** More than the kits of any box; a call that comes across them again and again ends. */
const ROUNDS_MAX = 1_000

type Seen = Pick<StockKit, '_id' | 'parentKitNo' | 'branchId' | 'kitStatus' | 'hold' | 'entityId'>
const seen = { parentKitNo: 1, branchId: 1, kitStatus: 1, hold: 1, entityId: 1 } as const

export const expireInstaKits = command(expireInstaKitsEndpoint, async (input, scope) => {
  const { kitNo, parentKitNo } = input
  if (kitNo === undefined && parentKitNo === undefined) return refuse('invalid.input.request', ['kitNo or parentKitNo is required'])
  const about = { ...(kitNo !== undefined && { _id: kitNo }), ...(parentKitNo !== undefined && { parentKitNo }) }
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const free = await kitsOf(about, { kitStatus: 'UNALLOCATED' }, scope)
    const withdrawable = free.filter((kit) => isWithdrawable(kit, scope.now))
    if (withdrawable.length === 0) break
    await withdraw(
      withdrawable.map(({ _id }) => _id),
      input,
      scope.ofCommand(`${scope.commandId}/${round}`),
    )
  }
  const [expired] = await kitsOf(about, { kitStatus: 'EXPIRED_CARD', entityId: { $exists: false } }, scope)
  if (expired) return answer('SUCCESS' as const)
  const [any] = await kitsOf(about, {}, scope)
  return any ? refuse('INV004') : refuse('MCC007')
})

/** At most 1,000 of those that were asked for; a user of one branch finds those of that one. */
async function kitsOf(about: object, condition: object, { tenant, branch }: Scope): Promise<Seen[]> {
  return await stockOf(tenant)
    .find({ ...about, ...condition, ...(branch !== undefined && { branchId: branch }) }, seen)
    .sort({ _id: 1 })
    .limit(KITS_MAX)
    .lean<Seen[]>()
}

/**
 * Withdraws up to 1,000 kits, those that are still free when it comes to them. The scope's command
 * names the withdrawal.
 * @returns how many kits were withdrawn
 */
export async function withdraw(
  kitNos: string[],
  { parentKitNo, isDamaged }: Pick<ExpireInstaKits, 'parentKitNo'> & Pick<Movement, 'isDamaged'>,
  scope: Scope,
): Promise<number> {
  const movement: Movement = newlyStored({
    _id: scope.commandId,
    kind: 'WITHDRAWAL',
    status: 'MOVING',
    ...(parentKitNo !== undefined && { parentKitNo }),
    ...(isDamaged && { isDamaged }),
    named: [],
    kitNos,
    parentKitNos: [],
    begunAt: scope.now,
    pendingAt: scope.now,
  })
  const isNew = await scope.create(movementsOf, movement)
  const begun = isNew ? movement : await movementsOf(scope.tenant).findById(movement._id).lean<Movement>()
  return begun ? ((await finishMovement(begun, scope)).movedKitNos?.length ?? 0) : 0
}
