// Creating a branch. Contract: packages/contract/src/branch/create-branch.ts.
import { type CreateBranch, createBranchEndpoint } from '@dcms/contract'
import { answer, claimsOf, command, newlyStored, place, refuse, type Scope } from '@dcms/service'
import { type Branch, branchCodeClaim, branchesOf, isOwnBranch, storedBranchOf } from './branch.ts'

/**
 * The code is claimed first, for this branchId: of two branches with one code one gets it. A claim
 * whose branch was never written is free again for whoever creates a branch of that id.
 */
export const createBranch = command(createBranchEndpoint, async (input, scope) => {
  const { branchId, branchCode } = input
  if (!isOwnBranch(scope, branchId)) return refuse('BRN001', ['branchId must be the branch that you work for'])
  if (!(await claimBranchCode(branchCode, branchId, scope))) return refuse('BRN002', ['branchCode is already taken'])
  const branch = newBranch(input, scope)
  if (await scope.create(branchesOf, branch)) return answer(storedBranchOf(branch))
  const there = await branchesOf(scope.tenant).findById(branchId).lean<Branch>()
  if (there?.commandIds.includes(scope.commandId)) return answer(storedBranchOf(there)) // created before, its answer was lost
  if (there && there.branchCode !== branchCode) await giveUpBranchCode(branchCode, branchId, scope)
  return refuse('BRN002', ['branchId is already taken'])
})

/** False when the code is another branch's. */
export async function claimBranchCode(branchCode: string, branchId: string, { tenant }: Pick<Scope, 'tenant'>): Promise<boolean> {
  const _id = branchCodeClaim(branchCode)
  if ((await place(claimsOf(tenant), { _id, holder: branchId })) === 'placed') return true
  return (await claimsOf(tenant).findById(_id).lean())?.holder === branchId
}

/** Frees a code that the branch does not bear. */
export async function giveUpBranchCode(branchCode: string, branchId: string, { tenant }: Pick<Scope, 'tenant'>): Promise<void> {
  await claimsOf(tenant).deleteOne({ _id: branchCodeClaim(branchCode), holder: branchId })
}

function newBranch({ branchId, requestId: _key, ...fields }: CreateBranch, { now, commandId }: Scope): Branch {
  const branch = newlyStored({ ...fields, _id: branchId, searchName: fields.branchName.toLowerCase(), createdAt: now, changedAt: now })
  return { ...branch, commandIds: [commandId] }
}
