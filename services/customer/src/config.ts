// The settings of the customer service; the only reader of the environment.
import { parseMasterKey } from '@dcms/card-crypto'
import { type ServiceConfig, serviceConfig, settings } from '@dcms/service'

export interface CustomerConfig extends ServiceConfig {
  masterKey: Uint8Array
  kitInternalUrl: string
  /** Base URL of the messaging partner; without it cardholders are not notified. */
  messagingUrl: string | undefined
  pinPreferenceInternalUrl: string
}

export function readConfig(): CustomerConfig {
  const read = settings(process.env)
  return {
    ...serviceConfig(read),
    masterKey: parseMasterKey(read.text('DCMS_MASTER_KEY')),
    kitInternalUrl: read.url('KIT_INTERNAL_URL'),
    messagingUrl: read.optional('MESSAGING_URL') === undefined ? undefined : read.url('MESSAGING_URL'),
    pinPreferenceInternalUrl: read.url('PIN_PREFERENCE_INTERNAL_URL'),
  }
}
