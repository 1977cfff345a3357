// The endpoints and events of registration.
import { customerRegisteredEvent, registerEndpoint } from './register.ts'
import { registerCardEndpoint } from './register-card.ts'

export * from './register.ts'
export * from './register-card.ts'

export const registrationEndpoints = {
  register: registerEndpoint,
  registerCard: registerCardEndpoint,
} as const

export const registrationEvents = [customerRegisteredEvent] as const
