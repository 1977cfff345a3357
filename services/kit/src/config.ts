// The settings of the kit service; the only reader of the environment.
import { parseMasterKey } from '@dcms/card-crypto'
import { type ServiceConfig, serviceConfig, settings } from '@dcms/service'

export interface KitConfig extends ServiceConfig {
  masterKey: Uint8Array
  customerInternalUrl: string
}

export function readConfig(): KitConfig {
  const read = settings(process.env)
  return {
    ...serviceConfig(read),
    masterKey: parseMasterKey(read.text('DCMS_MASTER_KEY')),
    customerInternalUrl: read.url('CUSTOMER_INTERNAL_URL'),
  }
}
