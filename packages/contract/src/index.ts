// The contract: endpoints, errors, events, roles, the tenant definition and their validators. Everything generated starts here.
import { accountMappingEndpoints } from './account-mapping/endpoints.ts'
import { branchEndpoints } from './branch/endpoints.ts'
import { cardOrderEndpoints, cardOrderEvents } from './card-order/endpoints.ts'
import { customerEndpoints, customerEvents } from './customer/endpoints.ts'
import type { PublicEndpoint } from './endpoint.ts'
import type { EventType } from './event.ts'
import { inventoryEndpoints, inventoryEvents } from './inventory/endpoints.ts'
import { kitEndpoints, kitEvents } from './kit/endpoints.ts'
import { ncmcPreferenceEndpoints, ncmcPreferenceEvents } from './ncmc-preference/endpoints.ts'
import { pinEndpoints, pinEvents } from './pin/endpoints.ts'
import { preferenceEndpoints, preferenceEvents } from './preference/endpoints.ts'
import { registrationEndpoints, registrationEvents } from './registration/endpoints.ts'
import { validationEndpoints, validationEvents } from './validation/endpoints.ts'
import { walletEndpoints, walletEvents } from './wallet/endpoints.ts'

export * from './account-mapping/endpoints.ts'
export * from './bank-stream.ts'
export * from './bin-ranges.ts'
export { BODY_BYTES_MAX, bodyBytesMaxOf } from './body-bytes.ts'
export * from './branch/endpoints.ts'
export * from './card-order/endpoints.ts'
export * from './customer/endpoints.ts'
export * from './endpoint.ts'
export * from './envelope.ts'
export * from './errors.ts'
export * from './event.ts'
export * from './gateway/admin.ts'
export * from './gateway/audit.ts'
export * from './gateway/authenticate.ts'
export * from './gateway/jobs.ts'
export * from './gateway/keys.ts'
export * from './gateway/sealed-for.ts'
export * from './inventory/endpoints.ts'
export * from './kit/endpoints.ts'
export * from './ncmc-preference/endpoints.ts'
export { normalise } from './normalise.ts'
export { rolesOfOperatorPaths } from './operator-endpoints.ts'
export * from './operator-roles.ts'
export * from './pin/endpoints.ts'
export * from './preference/endpoints.ts'
export * from './product-choice.ts'
export * from './registration/endpoints.ts'
export * from './roles.ts'
export * from './still-to-come.ts'
export * from './tenant.ts'
export { tenantChangeFaults } from './tenant-changes.ts'
export { tenantFaults } from './tenant-faults.ts'
export { unknownTenantMembers } from './tenant-members.ts'
export { filledText, freeText } from './text.ts'
export * from './validate.ts'
export * from './validation/endpoints.ts'
export * from './wallet/endpoints.ts'

/** Every endpoint that banks call, by the name of its use case. The gateway routes, and the SDK offers, what stands here. */
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
