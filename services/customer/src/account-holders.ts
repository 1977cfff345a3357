// Who holds an account. Contract: packages/contract/src/customer/account-holders.ts.
import { type AccountHolders, accountHoldersEndpoint, accountHoldersMax } from '@dcms/contract'
import { answer, command, type Tenant } from '@dcms/service'
import { type Customer, customersOf } from './customer.ts'

type Holder = Pick<Customer, '_id' | 'accountInfo'>

export const accountHolders = command(accountHoldersEndpoint, async ({ accountNo }, { tenant }) =>
  answer(accountHoldersOf(accountNo, await customersWithAccount(tenant, accountNo).lean<Holder[]>())),
)

/** Reads the index on the account numbers of customers. */
export const customersWithAccount = (tenant: Tenant, accountNo: string) =>
  customersOf(tenant).find({ 'accountInfo.accountNo': accountNo, status: 'ACTIVE' }, { accountInfo: 1 }).limit(accountHoldersMax)

/**
 * Each holder has a copy of what the account is; where they differ, that of the primary holder
 * counts.
 */
export function accountHoldersOf(accountNo: string, customers: readonly Holder[]): AccountHolders | null {
  const held = customers
    .flatMap(({ _id, accountInfo }) => accountInfo.filter((each) => each.accountNo === accountNo).map((account) => ({ _id, account })))
    .sort((left, right) => Number(right.account.isPrimary) - Number(left.account.isPrimary) || (left._id < right._id ? -1 : 1))
  const [first] = held
  if (!first) return null
  const { accountStatus, accountType } = first.account
  return { accountStatus, accountType, holders: held.map(({ _id, account }) => ({ entityId: _id, isPrimary: account.isPrimary })) }
}
