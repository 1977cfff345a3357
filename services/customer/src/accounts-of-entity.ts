// The accounts of a customer. Contract: packages/contract/src/customer/customers-by-mobile.ts.
import { accountsOfEntityEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { type Customer, customersOf } from './customer.ts'

export const accountsOfEntity = command(accountsOfEntityEndpoint, async ({ entityId, accountNos }, { tenant }) => {
  const customer = await customersOf(tenant)
    .findOne({ _id: entityId, status: 'ACTIVE' }, { accountInfo: 1 })
    .lean<Pick<Customer, 'accountInfo'>>()
  const accounts = customer?.accountInfo ?? []
  return answer({ accounts: accountNos ? accounts.filter(({ accountNo }) => accountNos.includes(accountNo)) : accounts })
})
