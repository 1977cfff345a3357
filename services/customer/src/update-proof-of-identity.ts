// Replacing a customer's contacts. Contract:
// packages/contract/src/customer/update-proof-of-identity.ts.
import { isDeepStrictEqual } from 'node:util'
import { type CommunicationInfo, type ContactChanged, updateProofOfIdentityEndpoint } from '@dcms/contract'
import { command, type Decision, refuse, unchanged } from '@dcms/service'
import { type Customer, customersOf, readActiveCustomer } from './customer.ts'
import { mobileNumbersOf } from './mobile-numbers.ts'

/**
 * The numbers under which the customer is found change in the same write, so whoever looks next
 * finds it by the new ones alone.
 */
export const updateProofOfIdentity = command(updateProofOfIdentityEndpoint, async ({ entityId, communicationInfo }, scope) => {
  const customer = await readActiveCustomer(scope.tenant, entityId)
  return scope.commit(customersOf, customer, decideContacts(customer, communicationInfo, scope.now), { entityId })
})

/** The list takes the place of the stored one. The event names no number and no address. */
export function decideContacts(
  customer: Customer | null,
  communicationInfo: CommunicationInfo[],
  now: Date,
): Decision<Customer, ContactChanged, 'CUS001'> {
  if (!customer) return refuse('CUS001')
  if (isDeepStrictEqual(communicationInfo, customer.communicationInfo)) return unchanged
  return {
    kind: 'changed',
    set: { communicationInfo, mobileNumbers: mobileNumbersOf(communicationInfo) },
    events: [
      {
        type: 'ContactChanged',
        entityId: customer._id,
        notification: communicationInfo.some(({ notification }) => notification !== false),
        changedAt: now.toISOString(),
      },
    ],
  }
}
