// The part of the demo journey about finding: by customer, by masked number, by card number, by
// account.
import type { Demo } from './demo-cards.ts'

/** `kitNo`: the card to be found. */
export async function showLookUps({ report, dcms, customer: { entityId, accountNo } }: Demo, kitNo: string): Promise<void> {
  const card = (await dcms.fetchKitsByEntityId({ entityId })).find((kit) => kit.kitNo === kitNo)
  const { cardNumber = '', encryptedCardNumber = '' } = card ?? {}
  await report.step(
    'Everything on one page: account, cards, limits, features',
    `fetchByCif ${entityId}`,
    () => dcms.fetchByCif({ entityId }),
    ({ accountInfo: { accountNo: account, kitInfo } }) => ({
      account,
      cards: kitInfo.map((kit) => `${kit.kitNo} ${kit.cardStatus}, ecom up to ${kit.domestic.ecom?.dailyLimit} a day`),
    }),
  )
  await report.step('Who has this card? The masked number is enough', `fetchCifByMaskedCard ${cardNumber}`, async () => {
    const found = await dcms.fetchCifByMaskedCard({ maskedCardNo: cardNumber })
    if (!found.entityId.includes(entityId)) throw new Error('she is not among them')
    return found
  })
  await report.step(
    'By the whole number, encrypted under the field key',
    'v2/fetchByCardNo [encrypted]',
    () => dcms.fetchByCardNoV2({ encryptedCardNumber }),
    ({ entityId: found, accountInfo: { accountNo: account, kitDetails } }) => {
      const { kitNo: foundKitNo, cardStatus, cardType, domestic } = kitDetails
      return { entityId: found, accountNo: account, kitNo: foundKitNo, cardStatus, cardType, domestic }
    },
  )
  await report.step(
    'The accounts behind a number, which is in clear inside the seal only',
    'account/fetchAccountsByCardNo',
    () => dcms.fetchAccountsByCardNo({ cardNumber: dcms.decryptCardNumber(encryptedCardNumber) }),
    ({ kitNo: found, linkedAccounts }) => ({
      kitNo: found,
      accounts: linkedAccounts.map(({ accountNo: account, accountStatus, defaultAccount }) => ({ account, accountStatus, defaultAccount })),
    }),
  )
  await report.step(
    'All cards of the account, those out of use too',
    `fetchKitsByAccountNo ${accountNo}, isAllCardsRequired`,
    () => dcms.fetchKitsByAccountNo({ accountNo, isAllCardsRequired: true }),
    ({ entity }) =>
      entity.map(({ entityId: holder, kitInfo }) => ({ holder, cards: kitInfo.map((kit) => `${kit.kitNo} ${kit.cardStatus}`) })),
  )
}
