// A customer's default account with all cards and what is chosen for each. Contract:
// packages/contract/src/customer/fetch-by-cif.ts.
import {
  CARD_PREFERENCES_MAX,
  type CardPreferences,
  type CifView,
  cardPreferencesEndpoint,
  fetchByCifEndpoint,
  type KitInfo,
  type KitOfEntity,
  kitsOfEntityEndpoint,
} from '@dcms/contract'
import { answer, command, type InternalClient, type Outcome, refuse, type Scope, ServiceUnavailable } from '@dcms/service'
import { type Account, type Customer, customersOf } from './customer.ts'
import { dayIn } from './day-in.ts'

/** Whom the answer is asked of. */
export interface Owners {
  kit: InternalClient
  pinPreference: InternalClient
}

export const fetchByCif = (owners: Owners) => command(fetchByCifEndpoint, ({ entityId }, scope) => cifOf(entityId, scope, owners))

/**
 * Cards and preferences come fresh from their owners. There is no falling back to what is kept
 * here: the card number is not, and a limit or a switch as it stood yesterday looks like today's.
 * @throws ServiceUnavailable while one of the owners is away
 */
export async function cifOf(entityId: string, scope: Scope, { kit, pinPreference }: Owners): Promise<Outcome<CifView, 'CUS001'>> {
  const customer = await customersOf(scope.tenant)
    .findOne({ _id: entityId, status: 'ACTIVE' }, { accountInfo: 1 })
    .lean<Pick<Customer, 'accountInfo'>>()
  if (!customer) return refuse('CUS001')
  const asked = await kit.call(kitsOfEntityEndpoint, { entityId, withCardNumbers: true }, scope)
  if (asked.kind === 'refused') throw new Error(`the kit service refused an entityId that is registered here: ${asked.code}`)
  const preferences = await preferencesOf(asked.result, scope, pinPreference)
  return answer(cifViewOf(entityId, customer.accountInfo, asked.result, preferences, scope.tenant.definition.timeZone))
}

/**
 * As many calls as there are fifties of cards, side by side: hardly anybody has more than a few.
 */
async function preferencesOf(kits: readonly KitInfo[], scope: Scope, pinPreference: InternalClient): Promise<CardPreferences[]> {
  const kitNos = kits.map(({ kitNo }) => kitNo)
  const batches: string[][] = []
  for (let first = 0; first < kitNos.length; first += CARD_PREFERENCES_MAX) batches.push(kitNos.slice(first, first + CARD_PREFERENCES_MAX))
  const answered = await Promise.all(
    batches.map(async (batch) => {
      const asked = await pinPreference.call(cardPreferencesEndpoint, { kitNos: batch }, scope)
      if (asked.kind === 'refused') throw new Error(`the pin-preference service refused kits that exist: ${asked.code}`)
      return asked.result
    }),
  )
  return answered.flat()
}

/** The answer as callers see it; days in the bank's time zone. */
export function cifViewOf(
  entityId: string,
  accounts: readonly Account[],
  kits: readonly KitOfEntity[],
  preferences: readonly CardPreferences[],
  timeZone: string,
): CifView {
  const account = accounts.find(({ defaultAccount }) => defaultAccount)
  if (!account) throw new Error(`customer ${entityId} has no default account`)
  const byKitNo = new Map(preferences.map((each) => [each.kitNo, each]))
  const dayOf = dayIn(timeZone)
  return {
    entityId,
    accountInfo: {
      accountNo: account.accountNo,
      accountType: account.accountType,
      kitInfo: kits.map((kit) => cardOf(kit, byKitNo.get(kit.kitNo), dayOf)),
    },
  }
}

function cardOf(kit: KitOfEntity, preferences: CardPreferences | undefined, dayOf: (time: Date) => string) {
  if (!preferences) throw new ServiceUnavailable(`the preferences of kit ${kit.kitNo} are not to be had yet`)
  if (!kit.createdDate) throw new Error(`kit ${kit.kitNo} does not say when it was issued`)
  const { domestic, international, toggle } = preferences
  return {
    kitNo: kit.kitNo,
    aliasName: kit.aliasName ?? null,
    cardCategory: kit.cardCategory,
    cardIssuanceDate: dayOf(new Date(kit.createdDate)),
    cardIssuanceType: kit.cardIssuanceType ?? null,
    cardStatus: kit.cardStatus,
    cardType: kit.cardType,
    ...(kit.encryptedCardNumber && { encryptedCardNumber: kit.encryptedCardNumber }),
    expDate: kit.expDate.slice(0, 'YYYY-MM-DD'.length),
    fourthLine: null,
    plasticCode: kit.plasticCode ?? null,
    domestic,
    international,
    toggle,
  }
}
