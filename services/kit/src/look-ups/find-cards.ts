// Cards by their last six digits, for card validation. Contract:
// packages/contract/src/kit/find-cards.ts.
import { type FoundKit, findCardsEndpoint } from '@dcms/contract'
import { answer, command, type Tenant } from '@dcms/service'
import { type IssuedKit, isIssued, type Kit, kitsOf, withoutOutbox } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'

/**
 * One customer has one or two cards with these digits at most; a caller takes more than one as
 * none.
 */
const FOUND_MAX = 10

export const findCards = (vault: CardVault) =>
  command(findCardsEndpoint, async ({ cardNoLastSix, expiry, entityIds, sealedCvv }, { tenant }) => {
    const indexes = await vault.index.lastSixIndexes(tenant, cardNoLastSix)
    const kits = await kitsEnding(tenant, indexes, { expiry, entityIds }).lean<Kit[]>()
    const found = kits.filter((kit): kit is IssuedKit => isIssued(kit) && kit.status !== 'UNALLOCATED')
    return answer((sealedCvv === undefined ? found : await vault.withCvv(tenant, found, sealedCvv, expiry)).map(foundKitOf))
  })

/** Of these customers alone: by the index on `lastSixIndex`, which has kits with an owner only. */
export const kitsEnding = (tenant: Tenant, lastSixIndexes: string[], { expiry, entityIds }: { expiry: string; entityIds: string[] }) =>
  kitsOf(tenant)
    .find({ lastSixIndex: { $in: lastSixIndexes }, expiry, entityId: { $exists: true, $in: entityIds } }, withoutOutbox)
    .sort({ _id: 1 })
    .limit(FOUND_MAX)

const foundKitOf = (kit: IssuedKit): FoundKit => ({
  kitNo: kit._id,
  entityId: kit.entityId,
  productId: kit.productId,
  cardStatus: kit.status,
  ...(kit.accountNo && { accountNo: kit.accountNo }),
})
