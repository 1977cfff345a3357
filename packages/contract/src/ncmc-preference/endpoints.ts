// The NCMC preference family: its endpoints by use case, its events.
import { fetchNcmcPreferenceEndpoint } from './fetch-ncmc-preference.ts'
import { ncmcPreferenceChangedEvent, setNcmcPreferenceEndpoint } from './set-ncmc-preference.ts'

export * from './fetch-ncmc-preference.ts'
export * from './set-ncmc-preference.ts'

export const ncmcPreferenceEndpoints = {
  setNcmcPreference: setNcmcPreferenceEndpoint,
  fetchNcmcPreference: fetchNcmcPreferenceEndpoint,
} as const

export const ncmcPreferenceEvents = [ncmcPreferenceChangedEvent] as const
