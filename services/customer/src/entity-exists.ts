// Whether a customer is registered. Contract: packages/contract/src/customer/view-customer.ts.
import { entityExistsEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { customersOf } from './customer.ts'

export const entityExists = command(entityExistsEndpoint, async ({ entityId }, { tenant }) =>
  answer({ exists: (await customersOf(tenant).exists({ _id: entityId, status: 'ACTIVE' })) !== null }),
)
