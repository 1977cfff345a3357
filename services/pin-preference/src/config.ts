// The settings of the pin-preference service; the only reader of the environment.
import { parseMasterKey } from '@dcms/card-crypto'
import { type ServiceConfig, serviceConfig, settings } from '@dcms/service'

export interface PinPreferenceConfig extends ServiceConfig {
  masterKey: Uint8Array
  kitInternalUrl: string
}

export function readConfig(): PinPreferenceConfig {
  const read = settings(process.env)
  return {
    ...serviceConfig(read),
    masterKey: parseMasterKey(read.text('DCMS_MASTER_KEY')),
    kitInternalUrl: read.url('KIT_INTERNAL_URL'),
  }
}
