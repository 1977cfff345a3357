// The PIN family: its endpoints by use case, its events.
import { pinMailerRequestedEvent, regeneratePinMailerEndpoint } from './regenerate-pin-mailer.ts'
import { pinSetEvent, setPinEndpoint } from './set-pin.ts'
import { setPinV2Endpoint } from './set-pin-v2.ts'
import { pinUnlockedEvent } from './unlock-pin.ts'

export * from './produce-pin-mailers.ts'
export * from './regenerate-pin-mailer.ts'
export * from './set-pin.ts'
export * from './set-pin-v2.ts'
export * from './unlock-pin.ts'

export const pinEndpoints = {
  setPin: setPinEndpoint,
  setPinV2: setPinV2Endpoint,
  regeneratePinMailer: regeneratePinMailerEndpoint,
} as const

export const pinEvents = [pinSetEvent, pinMailerRequestedEvent, pinUnlockedEvent] as const
