// The contract: endpoints, errors, events, roles, the tenant definition and their validators. Everything generated starts here.
import { customerRegisteredEvent, registerEndpoint } from './customer/register.ts'
import { registerCardEndpoint } from './customer/register-card.ts'
import { viewCustomerEndpoint } from './customer/view-customer.ts'
import type { PublicEndpoint } from './endpoint.ts'
import type { EventType } from './event.ts'
import { activateKitEndpoint, kitActivatedEvent } from './kit/activate-kit.ts'
import { fetchKitsByEntityIdEndpoint } from './kit/fetch-kits-by-entity-id.ts'
import { kitIssuedEvent } from './kit/issue-kits.ts'
import { kitBlockedEvent, kitLockedEvent, kitUnlockedEvent, manageKitEndpoint } from './kit/manage-kit.ts'
import { fetchPreferenceEndpoint } from './pin-preference/fetch-preference.ts'

export * from './customer/register.ts'
export * from './customer/register-card.ts'
export * from './customer/view-customer.ts'
export * from './endpoint.ts'
export * from './envelope.ts'
export * from './errors.ts'
export * from './event.ts'
export * from './gateway/admin.ts'
export * from './gateway/authenticate.ts'
export * from './kit/activate-kit.ts'
export * from './kit/fetch-kits-by-entity-id.ts'
export * from './kit/issue-kits.ts'
export * from './kit/manage-kit.ts'
export * from './pin-preference/fetch-preference.ts'
export * from './roles.ts'
export * from './tenant.ts'
export * from './validate.ts'

/** Every endpoint that banks call, by the name of its use case. The gateway routes, and the SDK offers, what stands here. */
export const publicEndpoints = {
  register: registerEndpoint,
  registerCard: registerCardEndpoint,
  viewCustomer: viewCustomerEndpoint,
  activateKit: activateKitEndpoint,
  manageKit: manageKitEndpoint,
  fetchKitsByEntityId: fetchKitsByEntityIdEndpoint,
  fetchPreference: fetchPreferenceEndpoint,
} as const

/** The same as a list, for loops. */
export const publicEndpointList: readonly PublicEndpoint[] = Object.values(publicEndpoints)

/** Every event type, as published on the topic of its owner. */
export const eventTypes: readonly EventType[] = [
  customerRegisteredEvent,
  kitIssuedEvent,
  kitActivatedEvent,
  kitLockedEvent,
  kitUnlockedEvent,
  kitBlockedEvent,
]
