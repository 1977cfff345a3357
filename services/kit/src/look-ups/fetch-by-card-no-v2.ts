// A card with customer, account and limits, by its encrypted number. Contract:
// packages/contract/src/kit/fetch-by-card-no-v2.ts.
import { type CardByNumber, type CardPreferences, type CardRegion, cardPreferencesEndpoint, fetchByCardNoV2Endpoint } from '@dcms/contract'
import { answer, command, type InternalClient, refuse, type Scope, ServiceUnavailable } from '@dcms/service'
import { expDateOf, type IssuedKit, issuedAtOf, isWelcomeKit, kitTimestampOf } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'
import { accountOfKit } from './account-of-kit.ts'
import { kitWithCardNumber } from './kit-with-card-number.ts'

type KitDetails = CardByNumber['accountInfo']['kitDetails']

/**
 * Whatever is wrong with the value, the refusal is the same one: it tells nothing of what it opened
 * to.
 */
export const fetchByCardNoV2 = (vault: CardVault, customer: InternalClient, pinPreference: InternalClient) =>
  command(fetchByCardNoV2Endpoint, async ({ encryptedCardNumber }, scope) => {
    const pan = await vault.fromField(scope.tenant, encryptedCardNumber)
    if (!pan) return refuse('invalid.input.request', ['encryptedCardNumber does not open to a card number'])
    const kit = await kitWithCardNumber(scope.tenant, pan, vault)
    if (!kit) return refuse('MCC007', ['Invalid card number'])
    const [account, preferences, { encryptedCardNumber: encryptedAnew }] = await Promise.all([
      accountOfKit(kit, scope, customer),
      preferencesOf(kit, scope, pinPreference),
      vault.kitInfoWithCardNumber(scope.tenant, kit),
    ])
    if (!account) throw new ServiceUnavailable(`the account of kit ${kit._id} is not known`)
    const { accountNo, accountStatus = 'ACTIVE', accountType, accountsCurrency, branchId, ifscCode, product, schemeCode } = account
    return answer({
      entityId: kit.entityId,
      accountInfo: {
        accountNo,
        accountStatus,
        accountType,
        ...(accountsCurrency && { accountsCurrency }),
        ...(branchId && { branchId }),
        defaultAccount: account.defaultAccount ?? false,
        ...(ifscCode && { ifscCode }),
        ...(product && { product }),
        schemeCode,
        kitDetails: kitDetailsOf(kit, preferences, encryptedAnew ?? encryptedCardNumber),
      },
    })
  })

async function preferencesOf(kit: IssuedKit, scope: Scope, pinPreference: InternalClient): Promise<CardPreferences> {
  const asked = await pinPreference.call(cardPreferencesEndpoint, { kitNos: [kit._id] }, scope)
  const preferences = asked.kind === 'answer' ? asked.result[0] : undefined
  if (!preferences) throw new ServiceUnavailable(`the preferences of kit ${kit._id} are not known`)
  return preferences
}

function kitDetailsOf(kit: IssuedKit, preferences: CardPreferences, encryptedCardNumber: string): KitDetails {
  const { domestic, international, toggle, lastPinChangedDate } = preferences
  return {
    cardIssuanceDate: kitTimestampOf(issuedAtOf(kit)),
    cardIssuanceType: isWelcomeKit(kit) ? 'WELCOME_KIT' : null,
    cardName: kit.productName,
    cardStatus: kit.status,
    cardType: kit.cardType,
    encryptedCardNumber,
    expDate: expDateOf(kit.expiry),
    kitNo: kit._id,
    ...(lastPinChangedDate && { lastPinChangedDate }),
    plasticCode: kit.plasticCode ?? null,
    domestic: limitsOf(domestic),
    international: limitsOf(international),
    toggle,
  }
}

/**
 * What the holder may spend a day while the channel is on; channels that the product does not offer
 * are left out.
 */
export function limitsOf({ atm, pos, ecom, contactless }: Omit<CardRegion, 'isEnabled'>): KitDetails['domestic'] {
  const channelLimit = Object.fromEntries(
    Object.entries({ atm, ecom, pos, contactless }).flatMap(([name, channel]) => (channel ? [[name, Number(channel.dailyLimit)]] : [])),
  )
  const { contactless: _withinPos, ...summed } = channelLimit
  return { channelLimit, totalLimit: Object.values(summed).reduce((sum, limit) => sum + limit, 0) }
}
