// Querying branches. Contract: packages/contract/src/branch/fetch-branch.ts.
import { type FetchBranch, type FetchedBranches, fetchBranchEndpoint } from '@dcms/contract'
import { command, refuse, type Scope } from '@dcms/service'
import { rangeOf } from '../bank-time.ts'
import { paginationOf } from '../pages.ts'
import { type Branch, branchesOf, branchShown } from './branch.ts'

/** Rows of a page that names no size. */
const PAGE_SIZE = 10
/** Fields of the answer that are stored under another name. */
const storedAs: Readonly<Record<string, string>> = { branchId: '_id', createdDate: 'createdAt', changedDate: 'changedAt' }

/** Banks have some thousands of branches: whatever the filter, all of them can be gone through. */
export const fetchBranch = command(fetchBranchEndpoint, async (input, scope) => {
  const { pageNo = 1, pageSize = PAGE_SIZE, isAudit } = input
  const { filter, faults } = filterOf(input, scope)
  if (faults.length > 0) return refuse('BRN001', faults)
  const branches = branchesOf(scope.tenant)
  const [total, page] = await Promise.all([
    branches.countDocuments(filter),
    branches
      .find(filter, { outbox: 0 })
      .sort(sortOf(input.sortFields))
      .skip((pageNo - 1) * pageSize)
      .limit(pageSize)
      .lean<Branch[]>(),
  ])
  const result: FetchedBranches = page.map((branch) => ({ ...branchShown(branch), ...(isAudit && { audit: auditOf(branch) }) }))
  return { kind: 'answer', result, pagination: paginationOf(pageNo, pageSize, total) }
})

/** A user of one branch finds that one alone. */
export function filterOf(input: FetchBranch, { branch, tenant }: Pick<Scope, 'branch' | 'tenant'>): { filter: object; faults: string[] } {
  const { branchId, branchCode, branchName, fromCreatedDate, toCreatedDate, fromChangedDate, toChangedDate } = input
  const { timeZone } = tenant.definition
  const created = rangeOf([fromCreatedDate, toCreatedDate], ['fromCreatedDate', 'toCreatedDate'], timeZone)
  const changed = rangeOf([fromChangedDate, toChangedDate], ['fromChangedDate', 'toChangedDate'], timeZone)
  const ids = [branchId, branch].filter((each) => each !== undefined)
  const filter = {
    ...(ids.length > 0 && { _id: { $in: ids.filter((each) => ids.every((other) => other === each)) } }),
    ...(branchCode !== undefined && { branchCode }),
    ...(branchName !== undefined && { searchName: { $regex: literally(branchName.toLowerCase()) } }),
    ...(created.range && { createdAt: created.range }),
    ...(changed.range && { changedAt: changed.range }),
  }
  return { filter, faults: [...created.faults, ...changed.faults] }
}

/** Text as a regular expression that finds itself. */
const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** As asked for, and by id where that leaves it open, so that pages do not overlap. */
const sortOf = (fields: FetchBranch['sortFields']): Record<string, 1 | -1> => ({
  ...Object.fromEntries(Object.entries(fields ?? {}).map(([name, order]) => [storedAs[name] ?? name, order === 'ASC' ? 1 : -1])),
  ...(fields?.branchId === undefined && { _id: 1 }),
})

const auditOf = ({ creator, createdAt, changer, changedAt }: Branch) => ({
  ...(creator !== undefined && { creator }),
  createdDate: createdAt.toISOString(),
  ...(changer !== undefined && { changer }),
  changedDate: changedAt.toISOString(),
})
