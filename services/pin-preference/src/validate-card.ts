// Confirming a card without a PIN. Contract: packages/contract/src/validation/validate-card.ts.
import { statusesThat, validateCardEndpoint } from '@dcms/contract'
import { answer, command, refuse, refuseFor } from '@dcms/service'
import { findCard, foundCardOf, type ValidationParts, withinLimit } from './find-card.ts'

/** Whatever does not fit has the same answer after the same work. */
export const validateCard = (parts: ValidationParts) =>
  command(validateCardEndpoint, async (input, scope) => {
    const { tenant, now } = scope
    const room = await parts.limit(input, tenant, now)
    if (room.kind === 'reached') return refuseFor('rate.limit.exceeded', room.retryAfterSeconds)
    const found = await withinLimit(room, () => findCard(input, statusesThat('isFoundByHolder'), scope, parts))
    return found ? answer(foundCardOf(found, tenant.definition.currency)) : refuse('CRD001')
  })
