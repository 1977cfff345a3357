// What a bank has set for orders and stock, with the defaults where it has set nothing.
import type { TenantDefinition } from '@dcms/contract'

const defaults = { receivedAlertMinutes: 60, stuckPendingMinutes: 120, kitsPerParent: 100, instaKitMonths: 3, lowStock: 10 } as const

/** The settings of orders and stock: see `settings.orders` of the tenant's definition. */
export const orderSettingsOf = ({ settings }: Pick<TenantDefinition, 'settings'>): Readonly<Record<keyof typeof defaults, number>> => ({
  ...defaults,
  ...settings?.orders,
})

const usualDeliveryStatuses: readonly string[] = ['BANK', 'IN_TRANSIT', 'DELIVERED', 'RETURNED']

/** The delivery statuses that the bank uses, in upper case. */
export const deliveryStatusesOf = ({ settings }: Pick<TenantDefinition, 'settings'>): readonly string[] =>
  settings?.deliveryStatuses?.map((each) => each.toUpperCase()) ?? usualDeliveryStatuses
