// What a branch is, how it is stored and how callers see it.
import type { CreateBranch, StoredBranch } from '@dcms/contract'
import { aggregateModel, type Scope, type Stored } from '@dcms/service'

/** As it was sent, without what is said of it elsewhere. */
type Fields = Omit<CreateBranch, 'branchId' | 'creator' | 'requestId'>

export interface Branch extends Stored, Fields {
  _id: string // branchId
  /** The name in lower case, for the search by a part of it. */
  searchName: string
  creator?: string
  changer?: string
  createdAt: Date
  changedAt: Date
}

/** The branches of one bank. */
export const branchesOf = aggregateModel<Branch>(
  'branches',
  {
    branchCode: String,
    branchName: String,
    searchName: String,
    address: String,
    address2: String,
    address3: String,
    city: String,
    state: String,
    country: String,
    district: String,
    zipCode: String,
    branchPhoneNumber: String,
    branchEmailId: String,
    pocDetails: [Object],
    creator: String,
    changer: String,
    createdAt: Date,
    changedAt: Date,
  },
  [[{ branchCode: 1 }], [{ createdAt: 1, _id: 1 }], [{ changedAt: 1, _id: 1 }], [{ searchName: 1, _id: 1 }]],
)

/** What the claim of a branch code is called among the claims of the bank. */
export const branchCodeClaim = (branchCode: string): string => `branchCode/${branchCode}`

/** Whether the caller may see and use the branch: one who works for a branch only that one. */
export const isOwnBranch = ({ branch }: Pick<Scope, 'branch'>, branchId: string): boolean => branch === undefined || branch === branchId

/** A branch as callers see it. */
export const branchShown = (branch: Branch): Omit<StoredBranch, 'status' | 'createdDate' | 'changedDate'> => ({
  branchId: branch._id,
  branchCode: branch.branchCode,
  branchName: branch.branchName,
  address: branch.address,
  address2: branch.address2,
  address3: branch.address3,
  city: branch.city,
  state: branch.state,
  country: branch.country,
  district: branch.district,
  zipCode: branch.zipCode,
  branchPhoneNumber: branch.branchPhoneNumber,
  ...(branch.branchEmailId !== undefined && { branchEmailId: branch.branchEmailId }),
  pocDetails: branch.pocDetails,
})

/** A branch as the calls that write it answer it. */
export const storedBranchOf = (branch: Branch): StoredBranch => ({
  ...branchShown(branch),
  status: 'ACTIVE',
  createdDate: branch.createdAt.toISOString(),
  changedDate: branch.changedAt.toISOString(),
})
