// The settings of the kit service; the only reader of the environment.
import { parseMasterKey } from '@dcms/card-crypto'
import { type ServiceConfig, SettingsError, serviceConfig, settings } from '@dcms/service'

const ZONE_KEY_BYTES = 32

export interface KitConfig extends ServiceConfig {
  masterKey: Uint8Array
  /** Shared by the HSMs of this installation: card numbers pass between contexts under it. */
  zoneKey: Uint8Array
  customerInternalUrl: string
  pinPreferenceInternalUrl: string
  inventoryOrderInternalUrl: string
  /** Base URL of the courier; absent: no shipment is booked. */
  courierUrl: string | undefined
  /** Base URL of the card vendors' drops; absent: no file is sent or fetched. */
  vendorUrl: string | undefined
}

export function readConfig(): KitConfig {
  const read = settings(process.env)
  return {
    ...serviceConfig(read),
    masterKey: parseMasterKey(read.text('DCMS_MASTER_KEY')),
    zoneKey: parseZoneKey(read.text('DCMS_ZONE_KEY')),
    customerInternalUrl: read.url('CUSTOMER_INTERNAL_URL'),
    pinPreferenceInternalUrl: read.url('PIN_PREFERENCE_INTERNAL_URL'),
    inventoryOrderInternalUrl: read.url('INVENTORY_ORDER_INTERNAL_URL'),
    courierUrl: read.optional('COURIER_URL') === undefined ? undefined : read.url('COURIER_URL'),
    vendorUrl: read.optional('VENDOR_URL') === undefined ? undefined : read.url('VENDOR_URL'),
  }
}

function parseZoneKey(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length !== ZONE_KEY_BYTES) throw new SettingsError(`DCMS_ZONE_KEY is not Base64 of ${ZONE_KEY_BYTES} bytes`)
  return bytes
}
