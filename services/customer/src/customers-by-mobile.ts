// Which customers have a mobile number. Contract:
// packages/contract/src/customer/customers-by-mobile.ts.
import { comparableMobileNumber, customersByMobileEndpoint, customersOfMobileMax } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { type Customer, customersOf } from './customer.ts'

/** One look into the index of numbers, found or not. */
export const customersByMobile = command(customersByMobileEndpoint, async ({ mobileNo, entityId }, { tenant }) => {
  const found = await customersOf(tenant)
    .find(
      { mobileNumbers: comparableMobileNumber(mobileNo), status: 'ACTIVE', ...(entityId !== undefined && { _id: entityId }) },
      { _id: 1 },
    )
    .limit(customersOfMobileMax + 1)
    .lean<Pick<Customer, '_id'>[]>()
  return answer({ entityIds: found.length > customersOfMobileMax ? [] : found.map(({ _id }) => _id) })
})
