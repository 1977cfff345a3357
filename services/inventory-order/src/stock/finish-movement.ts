// Carrying a movement of stock out, from wherever an earlier attempt left it; and the sweep that
// does so for processes that died.
import { randomUUID } from 'node:crypto'
import type { KitsTransferred, KitsWithdrawn } from '@dcms/contract'
import { type Decision, type Scope, ServiceUnavailable, type Sweep, type Tenant, unchanged } from '@dcms/service'
import { standsIn, withEntries } from './ledger.ts'
import { type Movement, movementsOf } from './movement.ts'
import { isHeld, obstacleOf, type Today, todayOf } from './obstacle.ts'
import { type ParentKit, parentKitsOf } from './parent-kit.ts'
import { type StockEntry, type StockKit, stockOf, withoutOutbox } from './stock-kit.ts'

const EVERY_MS = 3_000
/**
 * A command that still runs is left alone; carrying on beside it would be harmless, only wasteful.
 */
const LEFT_AFTER_MS = 6_000
const MOVEMENTS_PER_RUN = 50

/**
 * Kits first, each at most once, then the boxes, then the word that it is done, with its event.
 * @returns the movement with what moved
 */
export async function finishMovement(movement: Movement, caller: Scope): Promise<Movement> {
  if (movement.status === 'DONE') return movement
  const scope = caller.ofCommand(movement._id)
  const today = todayOf(scope.tenant, scope.now)
  const settled = await scope.changeMany(stockOf, movement.kitNos, (kit) => decideMove(kit, movement, today))
  const moved = [...settled.values()].filter(({ before, decision }) => decision.kind !== 'unchanged' || hasMoved(before, movement))
  const parents = new Set(moved.map(({ before }) => before.parentKitNo))
  const movedParentKitNos = movement.parentKitNos.filter((each) => parents.has(each))
  await scope.changeMany(parentKitsOf, movedParentKitNos, (parent) => decideMoveOfParent(parent, movement, scope.now))
  const found = { movedKitNos: moved.map(({ before }) => before._id), movedParentKitNos }
  let end: End = found
  // A command of its own: whoever else carries the movement out says so for what it found.
  const decide = (each: Movement | null) => {
    if (!each) return unchanged
    end = {
      movedKitNos: together(each.movedKitNos, found.movedKitNos),
      movedParentKitNos: together(each.movedParentKitNos, movedParentKitNos),
    }
    return decideDone(each, found, scope.now)
  }
  const done = await scope.ofCommand(randomUUID()).change(movementsOf, movement._id, decide, { known: movement })
  if (done.kind === 'overtaken') throw new ServiceUnavailable(`movement ${movement._id} changes all the time`)
  return { ...movement, status: 'DONE', ...end }
}

type End = Required<Pick<Movement, 'movedKitNos' | 'movedParentKitNos'>>

const together = (known: readonly string[] = [], more: readonly string[] = []): string[] => [...new Set([...known, ...more])].sort()

/** What the kit's own ledger says outlasts the command ids that it keeps. */
const hasMoved = ({ entries }: StockKit, { _id }: Movement): boolean => entries.some(({ ref }) => ref === _id)

/** A kit that is no longer free stays where it is: somebody else was faster. */
export function decideMove(kit: StockKit, movement: Movement, today: Today): Decision<StockKit, never, never> {
  if (hasMoved(kit, movement)) return unchanged
  return movement.kind === 'TRANSFER' ? decideTransfer(kit, movement, today) : decideWithdrawal(kit, movement, today)
}

function decideTransfer(kit: StockKit, { _id, fromBranch, toBranch }: Movement, today: Today): Decision<StockKit, never, never> {
  if (fromBranch === undefined || toBranch === undefined || obstacleOf(kit, today, fromBranch) !== null) return unchanged
  const of = { ref: _id, at: today.now }
  const entries: StockEntry[] = [
    { type: 'TRANSFER_OUT', branchId: fromBranch, ...of },
    { type: 'TRANSFER_IN', branchId: toBranch, ...of },
  ]
  return {
    kind: 'changed',
    set: {
      branchId: toBranch,
      ...(kit.cardType === 'PHYSICAL' && { deliveryStatus: 'IN_TRANSIT' }),
      entries: withEntries(kit.entries, entries),
      changedAt: today.now,
    },
    unset: ['hold'], // one that ended by itself
    events: [],
  }
}

/** Whether nobody has it, and nobody is getting it: also one that is out of date or sent back. */
export const isWithdrawable = ({ kitStatus, hold }: Pick<StockKit, 'kitStatus' | 'hold'>, now: Date): boolean =>
  kitStatus === 'UNALLOCATED' && !isHeld({ ...(hold && { hold }) }, now)

function decideWithdrawal(kit: StockKit, { _id, isDamaged }: Movement, { now }: Today): Decision<StockKit, never, never> {
  if (!isWithdrawable(kit, now)) return unchanged
  const isThere = standsIn(kit.entries) !== null // one that was sent back has left the stock already
  return {
    kind: 'changed',
    set: {
      kitStatus: 'EXPIRED_CARD',
      ...(isThere && {
        entries: withEntries(kit.entries, [{ type: isDamaged ? 'DAMAGED' : 'EXPIRED', branchId: kit.branchId, ref: _id, at: now }]),
      }),
      changedAt: now,
    },
    unset: ['hold'],
    events: [],
  }
}

const decideMoveOfParent = ({ branchId }: ParentKit, { fromBranch, toBranch }: Movement, now: Date): Decision<ParentKit, never, never> =>
  toBranch !== undefined && branchId === fromBranch
    ? { kind: 'changed', set: { branchId: toBranch, changedAt: now }, events: [] }
    : unchanged

/**
 * Two that carry a movement out at the same time may come across a kit that only the later one
 * finds free: what is not told yet is told then.
 */
export function decideDone(movement: Movement, found: End, now: Date): Decision<Movement, KitsTransferred | KitsWithdrawn, never> {
  const untold = found.movedKitNos.filter((each) => !movement.movedKitNos?.includes(each)).sort()
  if (movement.status === 'DONE' && untold.length === 0) return unchanged
  const end = {
    movedKitNos: together(movement.movedKitNos, untold),
    movedParentKitNos: together(movement.movedParentKitNos, found.movedParentKitNos),
  }
  const [first, ...others] = untold
  const events = first === undefined ? [] : [toldOf(movement, [first, ...others], found.movedParentKitNos, now)]
  return { kind: 'changed', set: { status: 'DONE', ...end }, unset: ['pendingAt'], events }
}

function toldOf(
  { _id, kind, fromBranch = '', toBranch = '', parentKitNo, creator, changer, approver }: Movement,
  kitNos: [string, ...string[]],
  movedParentKitNos: string[],
  now: Date,
): KitsTransferred | KitsWithdrawn {
  switch (kind) {
    case 'TRANSFER':
      return {
        type: 'KitsTransferred',
        transferId: _id,
        fromBranch,
        toBranch,
        kitNos,
        ...(movedParentKitNos.length > 0 && { parentKitNos: movedParentKitNos }),
        ...(creator !== undefined && { creator }),
        ...(changer !== undefined && { changer }),
        ...(approver !== undefined && { approver }),
        transferredAt: now.toISOString(),
      }
    case 'WITHDRAWAL':
      return {
        type: 'KitsWithdrawn',
        withdrawalId: _id,
        ...(parentKitNo !== undefined && { parentKitNo }),
        kitNos,
        withdrawnAt: now.toISOString(),
      }
  }
}

/** `nowMs` for tests. */
export const finishMovements = (nowMs: () => number = Date.now): Sweep => ({
  name: 'finish movements',
  everyMs: EVERY_MS,
  async run(scopeOf, tenant) {
    const faults: unknown[] = []
    for (const movement of await movementsLeft(tenant, new Date(nowMs() - LEFT_AFTER_MS)).lean<Movement[]>())
      await finishMovement(movement, scopeOf(tenant, movement._id)).catch((error: unknown) => faults.push(error))
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} movements of stock could not be finished`)
    return undefined
  },
})

/** Those that were begun before this time and are not done; the oldest first. */
export const movementsLeft = (tenant: Tenant, before: Date) =>
  movementsOf(tenant)
    .find({ pendingAt: { $exists: true, $lte: before } }, withoutOutbox)
    .sort({ pendingAt: 1 })
    .limit(MOVEMENTS_PER_RUN)
