// Reading a card's preferences. Contract: packages/contract/src/preference/fetch-preference.ts.
import {
  type ChannelOffer,
  type ChannelView,
  fetchPreferenceEndpoint,
  kitOwnerEndpoint,
  type PreferenceView,
  type Product,
  type RegionOffer,
  type RegionView,
} from '@dcms/contract'
import { answer, command, type InternalClient, refuse, type Scope } from '@dcms/service'
import { type Channel, type Choices, defaultsOf, type Preference, preferencesOf, type Region } from './preference.ts'

const MONTH_DAYS = 30
const YEAR_MONTHS = 12

/** A card whose KitIssued is still on its way has its product's defaults: the kit context is asked whose it is. */
export const fetchPreference = (kit: InternalClient) =>
  command(fetchPreferenceEndpoint, async ({ entityId, kitNo }, scope) => {
    const stored = await preferencesOf(scope.tenant).findById(kitNo, { outbox: 0, parked: 0 }).lean<Preference>()
    const known = stored?.entityId === undefined ? await askKit(kitNo, scope, kit) : stored
    if (!known || known.entityId !== entityId) return refuse('MCC007')
    const product = scope.tenant.definition.products.find(({ productId }) => productId === known.productId)
    if (!product) throw new Error(`product ${known.productId} of kit ${kitNo} is not defined`)
    return answer(viewOf(entityId, kitNo, { ...defaultsOf(product), ...choicesOf(known) }, product))
  })

async function askKit(kitNo: string, scope: Scope, kit: InternalClient): Promise<Partial<Preference> | null> {
  const { tenant, user, roles, requestId, traceparent } = scope
  const asked = await kit.call(kitOwnerEndpoint, { kitNo }, { tenant: tenant.id, user, roles, requestId, traceparent })
  return asked.kind === 'answer' ? asked.result : null
}

const choicesOf = ({ domestic, international, dynamicAuth, locationShield, swipeToPay }: Partial<Preference>): Partial<Choices> => ({
  ...(domestic && { domestic }),
  ...(international && { international }),
  ...(dynamicAuth && { dynamicAuth }),
  ...(locationShield && { locationShield }),
  ...(swipeToPay && { swipeToPay }),
})

/** Amounts as whole-rupee strings; monthly and yearly limits follow from the product's daily cap, not from the holder's choice. */
export const viewOf = (entityId: string, kitNo: string, choices: Choices, product: Product): PreferenceView => ({
  entityId,
  kitNo,
  domestic: regionView(choices.domestic, product.domestic),
  international: regionView(choices.international, product.international),
  dynamicAuth: choices.dynamicAuth,
  locationShield: choices.locationShield,
  swipeToPay: {
    isEnabled: choices.swipeToPay.isEnabled,
    dailyLimit: String(choices.swipeToPay.dailyLimit),
    maxLimit: String(choices.swipeToPay.maxLimit),
  },
})

const regionView = (region: Region, offer: RegionOffer): RegionView =>
  region.isEnabled
    ? {
        isEnabled: true,
        atm: channelView(region.atm, offer.atm),
        pos: channelView(region.pos, offer.pos),
        ecom: channelView(region.ecom, offer.ecom),
        contactless: channelView(region.contactless, offer.contactless),
        tokenization: channelView(region.tokenization, offer.tokenization),
        recurringPayments: region.recurringPayments,
      }
    : { isEnabled: false }

const channelView = ({ isEnabled, dailyLimit, maxLimit }: Channel, { dailyCap }: ChannelOffer): ChannelView => ({
  isEnabled,
  dailyLimit: String(dailyLimit),
  maxLimit: String(maxLimit),
  monthlyLimit: String(dailyCap * MONTH_DAYS),
  yearlyLimit: String(dailyCap * MONTH_DAYS * YEAR_MONTHS),
})
