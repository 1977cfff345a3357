// The validation family: its endpoints by use case, its events.
import { validateCardEndpoint } from './validate-card.ts'
import { validateCardEndingEndpoint } from './validate-card-ending.ts'
import { validateCardEndingV2Endpoint } from './validate-card-ending-v2.ts'
import { pinLockedEvent, validatePinEndpoint } from './validate-pin.ts'
import { validatePinV2Endpoint } from './validate-pin-v2.ts'

export * from './mobile-number.ts'
export * from './validate-card.ts'
export * from './validate-card-ending.ts'
export * from './validate-card-ending-v2.ts'
export * from './validate-pin.ts'
export * from './validate-pin-v2.ts'

export const validationEndpoints = {
  validatePin: validatePinEndpoint,
  validatePinV2: validatePinV2Endpoint,
  validateCard: validateCardEndpoint,
  validateCardEnding: validateCardEndingEndpoint,
  validateCardEndingV2: validateCardEndingV2Endpoint,
} as const

export const validationEvents = [pinLockedEvent] as const
