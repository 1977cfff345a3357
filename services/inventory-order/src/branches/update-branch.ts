// Changing a branch. Contract: packages/contract/src/branch/update-branch.ts.
import { isDeepStrictEqual } from 'node:util'
import { type UpdateBranch, updateBranchEndpoint } from '@dcms/contract'
import { answer, command, type Decision, refuse, unchanged } from '@dcms/service'
import { type Branch, branchesOf, isOwnBranch, storedBranchOf } from './branch.ts'
import { claimBranchCode, giveUpBranchCode } from './create-branch.ts'

/**
 * A new code is claimed before it is written, and the one before is free afterwards. A process that
 * dies between the two leaves a code claimed for this branch, which may take it again.
 */
export const updateBranch = command(updateBranchEndpoint, async (input, scope) => {
  const { branchId, branchCode } = input
  const branch = isOwnBranch(scope, branchId) ? await branchesOf(scope.tenant).findById(branchId).lean<Branch>() : null
  if (!branch) return refuse('BRN003')
  if (branchCode !== undefined && !(await claimBranchCode(branchCode, branchId, scope)))
    return refuse('BRN002', ['branchCode is already taken'])
  const decision = decideUpdate(branch, input, scope.now)
  const changed = decision.kind === 'changed' ? { ...branch, ...decision.set } : branch
  const committed = await scope.commit(branchesOf, branch, decision, storedBranchOf(changed))
  if (committed.kind === 'answer' && changed.branchCode !== branch.branchCode) await giveUpBranchCode(branch.branchCode, branchId, scope)
  return committed.kind === 'answer' ? answer(committed.result) : committed
})

/** What was sent takes the place of what is stored; the rest stays. */
export function decideUpdate(branch: Branch, { branchId: _id, changer, ...sent }: UpdateBranch, now: Date): Decision<Branch, never, never> {
  const differs = Object.entries(sent).some(([name, value]) => !isDeepStrictEqual(branch[name as keyof Branch], value))
  if (!differs) return unchanged
  const searchName = sent.branchName === undefined ? {} : { searchName: sent.branchName.toLowerCase() }
  return { kind: 'changed', set: { ...sent, ...searchName, ...(changer !== undefined && { changer }), changedAt: now }, events: [] }
}
