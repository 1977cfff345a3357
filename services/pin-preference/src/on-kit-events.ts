// A card that was issued gets its default preferences; later kit events keep its status here.
import type { KitActivated, KitBlocked, KitInfo, KitIssued, KitLocked, KitUnlocked, TenantDefinition } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { following } from '@dcms/service'
import { defaultsOf, newPreference, type Preference, preferencesOf } from './preference.ts'

export const onKitEvents = following({
  of: 'kit',
  projection: preferencesOf,
  apply: (tenant) => (preference, event) => applyKitEvent(preference, event, tenant.definition),
  seed: newPreference,
})

type Followed = Partial<
  Pick<Preference, 'entityId' | 'productId' | 'cardStatus' | 'domestic' | 'international' | 'dynamicAuth' | 'locationShield' | 'swipeToPay'>
>

/** @throws when the product is not in the tenant's definition: the event is set aside and can be driven again once it is */
export function applyKitEvent(
  _preference: Preference | null,
  { payload }: Pick<ReceivedEvent, 'payload'>,
  definition: TenantDefinition,
): Followed {
  const event = payload as KitIssued | KitActivated | KitLocked | KitUnlocked | KitBlocked
  switch (event.type) {
    case 'KitIssued': {
      const { entityId, productId, cardStatus } = event
      const product = definition.products.find((each) => each.productId === productId)
      if (!product) throw new Error(`product ${productId} of kit ${event.kitNo} is not defined`)
      return { entityId, productId, cardStatus, ...defaultsOf(product) }
    }
    case 'KitActivated':
    case 'KitUnlocked':
      return status('ACTIVE')
    case 'KitLocked':
      return status('LOCKED')
    case 'KitBlocked':
      return status('BLOCKED')
    default:
      return {}
  }
}

const status = (cardStatus: KitInfo['cardStatus']): Followed => ({ cardStatus })
