// The endpoints and events of the customer family.
import { fetchByCifEndpoint } from './fetch-by-cif.ts'
import { fetchByCifV2Endpoint } from './fetch-by-cif-v2.ts'
import { fetchCifByMaskedCardEndpoint } from './fetch-cif-by-masked-card.ts'
import { accountsChangedEvent, updateAccountEndpoint } from './update-account.ts'
import { addressChangedEvent, updateProofOfAddressEndpoint } from './update-proof-of-address.ts'
import { contactChangedEvent, updateProofOfIdentityEndpoint } from './update-proof-of-identity.ts'
import { viewCustomerEndpoint } from './view-customer.ts'

export * from './account-holders.ts'
export * from './customers-by-mobile.ts'
export * from './delivery-to.ts'
export * from './fetch-by-cif.ts'
export * from './fetch-by-cif-v2.ts'
export * from './fetch-cif-by-masked-card.ts'
export * from './update-account.ts'
export * from './update-proof-of-address.ts'
export * from './update-proof-of-identity.ts'
export * from './view-customer.ts'

export const customerEndpoints = {
  viewCustomer: viewCustomerEndpoint,
  fetchByCif: fetchByCifEndpoint,
  fetchByCifV2: fetchByCifV2Endpoint,
  fetchCifByMaskedCard: fetchCifByMaskedCardEndpoint,
  updateProofOfIdentity: updateProofOfIdentityEndpoint,
  updateProofOfAddress: updateProofOfAddressEndpoint,
  updateAccount: updateAccountEndpoint,
} as const

export const customerEvents = [contactChangedEvent, addressChangedEvent, accountsChangedEvent] as const
