// The customers who have a card with a masked number. Contract:
// packages/contract/src/customer/fetch-cif-by-masked-card.ts.
import { entitiesByMaskedCardEndpoint, fetchCifByMaskedCardEndpoint } from '@dcms/contract'
import { answer, command, type InternalClient, refuse } from '@dcms/service'

/**
 * The page gives the same code and sentence for a mask of another form and for one that no card
 * has.
 */
const notFound = refuse('MCC007', ['Invalid masked card number format'])

/**
 * Asked of the kit context, so that a card is found from its first moment on; what is kept here
 * could miss one and look complete.
 */
export const fetchCifByMaskedCard = (kit: InternalClient) =>
  command(fetchCifByMaskedCardEndpoint, async ({ maskedCardNo }, scope) => {
    const asked = await kit.call(entitiesByMaskedCardEndpoint, { maskedCardNo }, scope)
    if (asked.kind === 'refused' || asked.result.entityIds.length === 0) return notFound
    return answer({ entityId: asked.result.entityIds })
  })
