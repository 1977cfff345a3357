// The settings of the inventory-order service; the only reader of the environment.
import { type ServiceConfig, serviceConfig, settings } from '@dcms/service'

export interface InventoryOrderConfig extends ServiceConfig {
  kitInternalUrl: string
  /** Base URL of the card management system; absent: no order is sent. */
  cmsUrl: string | undefined
}

export function readConfig(): InventoryOrderConfig {
  const read = settings(process.env)
  return {
    ...serviceConfig(read),
    kitInternalUrl: read.url('KIT_INTERNAL_URL'),
    cmsUrl: read.optional('CMS_URL') === undefined ? undefined : read.url('CMS_URL'),
  }
}
