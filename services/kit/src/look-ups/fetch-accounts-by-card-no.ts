// The accounts of a card, by its number in clear. Contract:
// packages/contract/src/account-mapping/fetch-accounts-by-card-no.ts.
import { Pan } from '@dcms/card-crypto'
import { type AccountInfo, type AccountsOfCard, fetchAccountsByCardNoEndpoint } from '@dcms/contract'
import { answer, command, type InternalClient, refuse } from '@dcms/service'
import type { CardVault } from '../vault/card-vault.ts'
import { accountOfKit } from './account-of-kit.ts'
import { kitWithCardNumber } from './kit-with-card-number.ts'

/** The number is in no log and no error: neither refusal repeats it. */
export const fetchAccountsByCardNo = (vault: CardVault, customer: InternalClient, endpoint = fetchAccountsByCardNoEndpoint) =>
  command(endpoint, async ({ cardNumber }, scope) => {
    const pan = Pan.parse(cardNumber)
    if (!pan) return refuse('invalid.input.request', ['cardNumber has a wrong check digit'])
    const kit = await kitWithCardNumber(scope.tenant, pan, vault)
    if (!kit) return refuse('MCC007', ['Invalid card number'])
    const account = await accountOfKit(kit, scope, customer)
    return answer({ entityId: kit.entityId, kitNo: kit._id, linkedAccounts: account ? [linkedAccountOf(account)] : [] })
  })

/** Debits of a card hit its own bank account, whichever the customer's default one is. */
const linkedAccountOf = ({
  accountNo,
  accountStatus = 'ACTIVE',
  accountType,
  accountsCurrency,
  branchId,
  ifscCode,
  schemeCode,
  isPrimary = false,
}: AccountInfo): AccountsOfCard['linkedAccounts'][number] => ({
  accountNo,
  accountStatus,
  accountType,
  ...(accountsCurrency && { accountsCurrency }),
  ...(branchId && { branchId }),
  defaultAccount: true,
  ...(ifscCode && { ifscCode }),
  isPrimary,
  schemeCode,
})
