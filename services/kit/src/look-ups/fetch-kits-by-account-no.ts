// The cards of an account by holder. Contract:
// packages/contract/src/kit/fetch-kits-by-account-no.ts.
import { accountHoldersEndpoint, fetchKitsByAccountNoEndpoint, type KitInfo, traitsOf } from '@dcms/contract'
import { answer, command, type InternalClient, refuse, type Tenant } from '@dcms/service'
import { type IssuedKit, isIssued, type Kit, kitInfoOf, kitsOf, withoutOutbox } from '../kit.ts'

const KITS_MAX = 500

/**
 * Who holds the account only the customer context knows, holders without cards included; the cards
 * are read fresh here.
 */
export const fetchKitsByAccountNo = (customer: InternalClient) =>
  command(fetchKitsByAccountNoEndpoint, async ({ accountNo, isAllCardsRequired = false }, scope) => {
    const asked = await customer.call(accountHoldersEndpoint, { accountNo }, scope)
    if (asked.kind === 'refused' || asked.result === null) return refuse('invalid.source.account')
    const { accountStatus, accountType, holders } = asked.result
    const kits = (await kitsOfAccount(scope.tenant, accountNo).lean<Kit[]>())
      .toReversed()
      .filter(isIssued)
      .filter(({ status }) => isAllCardsRequired || traitsOf(status).isLiving)
    const entity = holders.map(({ entityId, isPrimary }) => ({
      entityId,
      isPrimary,
      kitInfo: kits.filter((kit) => kit.entityId === entityId).map(shown),
    }))
    return answer({ accountNo, accountStatus, accountType, entity })
  })

/** The newest ones, newest first; a stretch of the index on `accountNo` and `createdAt`. */
export const kitsOfAccount = (tenant: Tenant, accountNo: string) =>
  kitsOf(tenant)
    .find({ accountNo, entityId: { $exists: true } }, withoutOutbox)
    .sort({ createdAt: -1, _id: -1 })
    .limit(KITS_MAX)

/**
 * The account stands above all of them, and the published answer tells no encrypted card number
 * here.
 */
function shown(kit: IssuedKit): KitInfo {
  const { accountNo: _above, ...kitInfo } = kitInfoOf(kit)
  return kitInfo
}
