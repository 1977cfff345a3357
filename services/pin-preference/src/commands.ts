// The use cases of the pin-preference service: its table of contents.
import type { Command, InternalClient } from '@dcms/service'
import { fetchPreference } from './fetch-preference.ts'

export const commands = ({ kit }: { kit: InternalClient }): readonly Command[] => [fetchPreference(kit)]
