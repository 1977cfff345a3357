// The branch family: its endpoints by use case.
import { createBranchEndpoint } from './create-branch.ts'
import { fetchBranchEndpoint } from './fetch-branch.ts'
import { updateBranchEndpoint } from './update-branch.ts'

export * from './create-branch.ts'
export * from './fetch-branch.ts'
export * from './update-branch.ts'

export const branchEndpoints = {
  createBranch: createBranchEndpoint,
  updateBranch: updateBranchEndpoint,
  fetchBranch: fetchBranchEndpoint,
} as const
