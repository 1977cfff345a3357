// Which customers have a card with this masked number. Contract:
// packages/contract/src/kit/entities-by-masked-card.ts.
import { entitiesByMaskedCardEndpoint, entitiesOfMaskedCardMax } from '@dcms/contract'
import { answer, command, type Tenant } from '@dcms/service'
import { type Kit, kitsOf } from '../kit.ts'

export const entitiesByMaskedCard = command(entitiesByMaskedCardEndpoint, async ({ maskedCardNo }, { tenant }) => {
  const kits = await kitsWithMask(tenant, maskedCardNo).lean<Required<Pick<Kit, 'entityId'>>[]>()
  return answer({ entityIds: [...new Set(kits.map(({ entityId }) => entityId))] })
})

/**
 * Reads one stretch of the index on `maskedPan` and `entityId`. Kits in stock and kits not
 * confirmed yet are nobody's.
 */
export const kitsWithMask = (tenant: Tenant, maskedPan: string) =>
  kitsOf(tenant)
    .find({ maskedPan, entityId: { $exists: true }, status: { $ne: 'RESERVED' } }, { entityId: 1 })
    .sort({ entityId: 1 })
    .limit(entitiesOfMaskedCardMax)
