// The contract: endpoints, errors, events, roles, the tenant definition and their validators.
// Everything generated starts here.
import { accountMappingEndpoints } from './account-mapping/endpoints.ts'
import { branchEndpoints } from './branch/endpoints.ts'
import { cardOrderEndpoints, cardOrderEvents } from './card-order/endpoints.ts'
import { customerEndpoints, customerEvents } from './customer/endpoints.ts'
import { inventoryEndpoints, inventoryEvents } from './inventory/endpoints.ts'
import { kitEndpoints, kitEvents } from './kit/endpoints.ts'
import { ncmcPreferenceEndpoints, ncmcPreferenceEvents } from './ncmc-preference/endpoints.ts'
import { pinEndpoints, pinEvents } from './pin/endpoints.ts'
import { preferenceEndpoints, preferenceEvents } from './preference/endpoints.ts'
import { registrationEndpoints, registrationEvents } from './registration/endpoints.ts'
import { validationEndpoints, validationEvents } from './validation/endpoints.ts'
import { walletEndpoints, walletEvents } from './wallet/endpoints.ts'
import type { PublicEndpoint } from './wire/endpoint.ts'
import type { EventType } from './wire/event.ts'

export * from './account-mapping/endpoints.ts'
export * from './bank-stream/bank-stream.ts'
export * from './branch/endpoints.ts'
export * from './card-order/endpoints.ts'
export * from './customer/endpoints.ts'
export * from './errors/errors.ts'
export * from './gateway/admin.ts'
export * from './gateway/audit.ts'
export * from './gateway/authenticate.ts'
export * from './gateway/jobs.ts'
export * from './gateway/keys.ts'
export * from './gateway/sealed-for.ts'
export * from './inventory/endpoints.ts'
export * from './key-purposes.ts'
export * from './kit/endpoints.ts'
export * from './ncmc-preference/endpoints.ts'
export { rolesOfOperatorPaths } from './operators/operator-endpoints.ts'
export * from './operators/operator-roles.ts'
export * from './pin/endpoints.ts'
export * from './preference/endpoints.ts'
export * from './processes.ts'
export * from './registration/endpoints.ts'
export * from './still-to-come.ts'
export * from './tenant/bin-ranges.ts'
export * from './tenant/product-choice.ts'
export * from './tenant/tenant.ts'
export { tenantChangeFaults } from './tenant/tenant-changes.ts'
export { tenantFaults } from './tenant/tenant-faults.ts'
export { unknownTenantMembers } from './tenant/tenant-members.ts'
export * from './tenant/vendor-fields.ts'
export { layoutOf, type Vendor, type VendorLayout, vendorFor } from './tenant/vendors.ts'
export * from './validation/endpoints.ts'
export * from './wallet/endpoints.ts'
export { BODY_BYTES_MAX, bodyBytesMaxOf } from './wire/body-bytes.ts'
export * from './wire/endpoint.ts'
export * from './wire/envelope.ts'
export * from './wire/event.ts'
export { normalise } from './wire/normalise.ts'
export * from './wire/roles.ts'
export { filledText, freeText } from './wire/text.ts'
export * from './wire/validate.ts'
export * from './words/card-statuses.ts'
export * from './words/card-toggles.ts'
export * from './words/issued-kits.ts'
export * from './words/profile.ts'

/**
 * Every endpoint that banks call, by the name of its use case. The gateway routes, and the SDK
 * offers, what stands here.
 */
export const publicEndpoints = {
  ...registrationEndpoints,
  ...customerEndpoints,
  ...kitEndpoints,
  ...pinEndpoints,
  ...validationEndpoints,
  ...preferenceEndpoints,
  ...ncmcPreferenceEndpoints,
  ...walletEndpoints,
  ...branchEndpoints,
  ...inventoryEndpoints,
  ...cardOrderEndpoints,
  ...accountMappingEndpoints,
} as const

/** The same as a list, for loops. */
export const publicEndpointList: readonly PublicEndpoint[] = Object.values(publicEndpoints)

/** Every event type between contexts, as published on the topic of its owner. */
export const eventTypes: readonly EventType[] = [
  ...registrationEvents,
  ...customerEvents,
  ...kitEvents,
  ...pinEvents,
  ...validationEvents,
  ...preferenceEvents,
  ...ncmcPreferenceEvents,
  ...walletEvents,
  ...inventoryEvents,
  ...cardOrderEvents,
]
