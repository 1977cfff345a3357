// Cards by their last six digits, for card validation. Contract:
// packages/contract/src/kit/find-cards.ts.
import { type FoundKit, findCardsEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
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
    const kits = await kitsOf(tenant)
      .find({ lastSixIndex: { $in: indexes }, expiry, entityId: { $in: entityIds } }, withoutOutbox)
      .sort({ _id: 1 })
      .limit(FOUND_MAX)
      .lean<Kit[]>()
    const found = kits.filter((kit): kit is IssuedKit => isIssued(kit) && kit.status !== 'UNALLOCATED')
    return answer((sealedCvv === undefined ? found : await vault.withCvv(tenant, found, sealedCvv, expiry)).map(foundKitOf))
  })

const foundKitOf = (kit: IssuedKit): FoundKit => ({
  kitNo: kit._id,
  entityId: kit.entityId,
  productId: kit.productId,
  cardStatus: kit.status,
  ...(kit.accountNo && { accountNo: kit.accountNo }),
})
