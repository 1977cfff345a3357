// Adding and replacing a customer's addresses. Contract:
// packages/contract/src/customer/update-proof-of-address.ts.
import { isDeepStrictEqual } from 'node:util'
import { type AddressChanged, type AddressInfo, updateProofOfAddressEndpoint } from '@dcms/contract'
import { command, type Decision, refuse, unchanged } from '@dcms/service'
import { type Customer, customersOf, readActiveCustomer } from './customer.ts'

/** Cards on their way are not affected: a shipment carries the address it was booked with. */
export const updateProofOfAddress = command(updateProofOfAddressEndpoint, async ({ entityId, addressInfo }, scope) => {
  const customer = await readActiveCustomer(scope.tenant, entityId)
  return scope.commit(customersOf, customer, decideAddresses(customer, addressInfo, scope.now), { entityId })
})

/**
 * Each address takes the place of the one of its category, whole. The event names categories, not
 * addresses.
 */
export function decideAddresses(
  customer: Customer | null,
  given: readonly AddressInfo[],
  now: Date,
): Decision<Customer, AddressChanged, 'CUS001' | 'invalid.input.request'> {
  if (!customer) return refuse('CUS001')
  if (new Set(given.map(({ addressCategory }) => addressCategory)).size < given.length)
    return refuse('invalid.input.request', ['addressInfo must not contain a category twice'])
  const stored = customer.addressInfo
  const givenFor = (category: AddressInfo['addressCategory']) => given.find(({ addressCategory }) => addressCategory === category)
  const isStored = ({ addressCategory }: AddressInfo) => stored.some((each) => each.addressCategory === addressCategory)
  const changed = given.filter((address) => !stored.some((each) => isDeepStrictEqual(each, address)))
  if (changed.length === 0) return unchanged
  return {
    kind: 'changed',
    set: {
      addressInfo: [
        ...stored.map((address) => givenFor(address.addressCategory) ?? address),
        ...given.filter((address) => !isStored(address)),
      ],
    },
    events: [
      {
        type: 'AddressChanged',
        entityId: customer._id,
        addressCategories: changed.map(({ addressCategory }) => addressCategory),
        changedAt: now.toISOString(),
      },
    ],
  }
}
