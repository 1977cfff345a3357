// The kits of a customer as they stand now, for the customer context's reads. Contract:
// packages/contract/src/kit/fetch-kits-by-entity-id.ts.
import { kitsOfEntityEndpoint } from '@dcms/contract'
import { answer, command, type Tenant } from '@dcms/service'
import { type IssuedKit, isIssued, isWelcomeKit, type Kit, kitInfoOf, kitsOf, ownedBy, withoutOutbox } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'

const KITS_MAX = 500
const welcomeKit = { cardIssuanceType: 'WELCOME_KIT' } as const

export const kitsOfEntity = (vault: CardVault) =>
  command(kitsOfEntityEndpoint, async ({ entityId, withCardNumbers }, { tenant }) => {
    const kits = await kitsOfCustomer(tenant, entityId)
    if (!withCardNumbers) return answer(kits.map(kitInfoOf))
    return answer(
      await Promise.all(
        kits.map(async (kit) => ({ ...(await vault.kitInfoWithCardNumber(tenant, kit)), ...(isWelcomeKit(kit) && welcomeKit) })),
      ),
    )
  })

/**
 * The kits of a customer in every status, oldest first; of more than an answer holds, the newest.
 */
export async function kitsOfCustomer(tenant: Tenant, entityId: string): Promise<IssuedKit[]> {
  const kits = await kitsOf(tenant)
    .find({ entityId: ownedBy(entityId) }, withoutOutbox)
    .sort({ createdAt: -1, _id: -1 })
    .limit(KITS_MAX)
    .lean<Kit[]>()
  return kits.toReversed().filter(isIssued)
}
