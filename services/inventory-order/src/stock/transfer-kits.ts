// Moving kits from one branch to another. Contract:
// packages/contract/src/inventory/transfer-kits.ts.
import { KITS_MAX, type KitsMoved, type TransferKits, transferKitsEndpoint } from '@dcms/contract'
import { answer, command, newlyStored, type Refused, refuse, type Scope } from '@dcms/service'
import { branchesOf, isOwnBranch } from '../branches/branch.ts'
import { finishMovement } from './finish-movement.ts'
import { type Movement, movementsOf } from './movement.ts'
import { type Obstacle, obstacleOf, todayOf } from './obstacle.ts'
import { parentKitsOf } from './parent-kit.ts'
import { type StockKit, stockOf, withoutOutbox } from './stock-kit.ts'

const reasons = {
  ELSEWHERE: 'Kit is not at fromBranch',
  EXPIRED: 'Kit has expired',
  ALLOCATED: 'Kit is already allocated',
  HELD: 'Kit is being handed out',
  SENT_BACK: 'Kit was returned',
} as const satisfies Record<Obstacle, string>
const UNKNOWN = 'Invalid kitNo'

/**
 * The movement is stored before the first kit moves; whoever dies then, a sweep finishes it, and a
 * repeat of the call finds it.
 */
export const transferKits = command(transferKitsEndpoint, async (input, scope) => {
  const named = [...new Set(input.kitNo)]
  const begun = scope.hasKey ? await movementsOf(scope.tenant).findById(scope.commandId, withoutOutbox).lean<Movement>() : null
  if (begun) return outcomeOf(await finishMovement(begun, scope))
  const faults = await faultsOfBranches(input, scope)
  if (faults.length > 0) return noneMoved(named, faults)
  const { movement, found } = await plannedMovement(named, input, scope)
  if (movement.kitNos.length > KITS_MAX)
    return refuse('invalid.input.request', [`kitNo names more than ${KITS_MAX} kits, those of parent kits included`])
  if (movement.kitNos.length === 0) return noneMoved(named, found)
  if (!(await scope.create(movementsOf, movement))) return { kind: 'overtaken' } // a repeat beside this one has begun it
  return outcomeOf(await finishMovement(movement, scope))
})

async function faultsOfBranches({ fromBranch, toBranch }: TransferKits, scope: Scope): Promise<string[]> {
  if (fromBranch === toBranch) return ['toBranch must be another branch than fromBranch']
  const there = await branchesOf(scope.tenant)
    .find({ _id: { $in: [fromBranch, toBranch] } }, { _id: 1 })
    .lean<{ _id: string }[]>()
  const isThere = (branchId: string): boolean => there.some(({ _id }) => _id === branchId)
  return [
    ...(isThere(fromBranch) && isOwnBranch(scope, fromBranch) ? [] : ['Invalid fromBranch']),
    ...(isThere(toBranch) ? [] : ['Invalid toBranch']),
  ]
}

/**
 * What can move now of what was named; and what keeps the rest, each reason once. To a user of one
 * branch kits of another one are unknown.
 */
async function plannedMovement(
  named: readonly string[],
  { fromBranch, toBranch, creator, chnager, approver }: TransferKits,
  { tenant, now, commandId, branch }: Scope,
): Promise<{ movement: Movement; found: string[] }> {
  const [parents, single] = await Promise.all([
    parentKitsOf(tenant)
      .find({ _id: { $in: named }, branchId: fromBranch }, { _id: 1 })
      .lean<{ _id: string }[]>(),
    stockOf(tenant)
      .find({ _id: { $in: named }, ...(branch !== undefined && { branchId: branch }) }, withoutOutbox)
      .batchSize(KITS_MAX)
      .lean<StockKit[]>(),
  ])
  const packed =
    parents.length === 0
      ? []
      : await stockOf(tenant)
          .find({ parentKitNo: { $in: parents.map(({ _id }) => _id) }, branchId: fromBranch, kitStatus: 'UNALLOCATED' }, withoutOutbox)
          .limit(2 * KITS_MAX + 1) // as many as may stand in a call, and once more those that were named beside their box
          .batchSize(2 * KITS_MAX + 1)
          .lean<StockKit[]>()
  const today = todayOf(tenant, now)
  const kits = [...new Map([...single, ...packed].map((kit) => [kit._id, kit])).values()]
  const movable = kits.filter((kit) => obstacleOf(kit, today, fromBranch) === null)
  const found = new Set<string>(
    kits.map((kit) => obstacleOf(kit, today, fromBranch)).flatMap((each) => (each === null ? [] : [reasons[each]])),
  )
  if (named.some((each) => !kits.some(({ _id, parentKitNo }) => _id === each || parentKitNo === each))) found.add(UNKNOWN)
  const going = new Set(movable.map(({ parentKitNo }) => parentKitNo))
  const movement: Movement = newlyStored({
    _id: commandId,
    kind: 'TRANSFER',
    status: 'MOVING',
    fromBranch,
    toBranch,
    named: [...named],
    kitNos: movable.map(({ _id }) => _id),
    parentKitNos: parents.map(({ _id }) => _id).filter((each) => going.has(each)),
    ...(creator !== undefined && { creator }),
    ...(chnager !== undefined && { changer: chnager }),
    ...(approver !== undefined && { approver }),
    begunAt: now,
    pendingAt: now,
  })
  return { movement, found: [...found] }
}

function outcomeOf({ named, movedKitNos = [], movedParentKitNos = [] }: Movement) {
  const moved = new Set([...movedKitNos, ...movedParentKitNos])
  const failedKitNo = named.filter((each) => !moved.has(each))
  if (failedKitNo.length === named.length) return noneMoved(named, ['Kit is no longer free'])
  return answer({ successCount: named.length - failedKitNo.length, failedCount: failedKitNo.length, failedKitNo })
}

/** The one refusal that shows a result beside the exception. */
function noneMoved(named: readonly string[], faults: readonly string[]): Refused<'INV001'> {
  const result: KitsMoved = { successCount: 0, failedCount: named.length, failedKitNo: [...named] }
  return { ...refuse('INV001', faults), result }
}
