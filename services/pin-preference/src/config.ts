// The settings of the pin-preference service; the only reader of the environment.
import { parseMasterKey } from '@dcms/card-crypto'
import { type ServiceConfig, SettingsError, serviceConfig, settings } from '@dcms/service'

const ZONE_KEY_BYTES = 32

export interface PinPreferenceConfig extends ServiceConfig {
  masterKey: Uint8Array
  /** Shared by the HSMs of this installation: card numbers pass between contexts under it. */
  zoneKey: Uint8Array
  kitInternalUrl: string
  customerInternalUrl: string
  /** Base URL of the card vendors' drops; absent: no file is sent. */
  vendorUrl: string | undefined
}

export function readConfig(): PinPreferenceConfig {
  const read = settings(process.env)
  return {
    ...serviceConfig(read),
    masterKey: parseMasterKey(read.text('DCMS_MASTER_KEY')),
    zoneKey: parseZoneKey(read.text('DCMS_ZONE_KEY')),
    kitInternalUrl: read.url('KIT_INTERNAL_URL'),
    customerInternalUrl: read.url('CUSTOMER_INTERNAL_URL'),
    vendorUrl: read.optional('VENDOR_URL') === undefined ? undefined : read.url('VENDOR_URL'),
  }
}

function parseZoneKey(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== ZONE_KEY_BYTES) throw new SettingsError(`DCMS_ZONE_KEY is not Base64 of ${ZONE_KEY_BYTES} bytes`)
  return bytes
}
