// The preference family: its endpoints by use case, its events.
import { fetchPreferenceEndpoint } from './fetch-preference.ts'
import { optInChangedEvent, processOptInEndpoint } from './process-opt-in.ts'
import { preferencesChangedEvent, setPreferenceEndpoint } from './set-preference.ts'

export * from './card-preferences.ts'
export * from './fetch-preference.ts'
export * from './process-opt-in.ts'
export * from './set-preference.ts'

export const preferenceEndpoints = {
  setPreference: setPreferenceEndpoint,
  fetchPreference: fetchPreferenceEndpoint,
  processOptIn: processOptInEndpoint,
} as const

export const preferenceEvents = [preferencesChangedEvent, optInChangedEvent] as const
