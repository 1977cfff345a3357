// The settings of the customer service; the only reader of the environment.
import { parseMasterKey } from '@dcms/card-crypto'
import { type ServiceConfig, serviceConfig, settings } from '@dcms/service'

export interface CustomerConfig extends ServiceConfig {
  masterKey: Uint8Array
  kitInternalUrl: string
}

export function readConfig(): CustomerConfig {
  const read = settings(process.env)
  return {
    ...serviceConfig(read),
    masterKey: parseMasterKey(read.text('DCMS_MASTER_KEY')),
    kitInternalUrl: read.url('KIT_INTERNAL_URL'),
  }
}
