// Opting a card into a feature or out of it. Contract:
// packages/contract/src/preference/process-opt-in.ts.
import { type OptInChanged, type OptInOperation, optInOperations, type ProcessOptIn, processOptInEndpoint } from '@dcms/contract'
import { command, type Decision, type InternalClient, refuse, unchanged } from '@dcms/service'
import { type Card, cardsOf } from './card.ts'
import { isOptedIn, offers } from './preference.ts'
import { type PresentCard, readCard } from './read-card.ts'
import { statusRefusal } from './status-refusal.ts'

/** A repeat finds the feature as it wants it: success, no write, no event. */
export const processOptIn = (kit: InternalClient) =>
  command(processOptInEndpoint, async (input, scope) => {
    const operation = optInOperations.find((each) => each === input.operation)
    if (!operation) return refuse('PRF001')
    const present = await readCard(input.kitNo, scope, kit)
    if (!present) return refuse('MCC007')
    return scope.commit(cardsOf, present.card, decideOptIn(present, { ...input, operation }, scope.now), true as const)
  })

type OptIn = ProcessOptIn & { operation: OptInOperation }
type Refusal = 'MCC007' | 'card.blocked' | 'card.status.active' | 'product.level.disable'

/** A feature is on once it was opted into; one that was never asked for is off. */
export function decideOptIn(
  { card, facts, product }: Pick<PresentCard, 'facts' | 'product'> & { card: Pick<Card, '_id' | 'issuedOptIns' | 'optIns'> },
  { entityId, operation, optedIn, channel, creator, changer, approver }: OptIn,
  now: Date,
): Decision<Card, OptInChanged, Refusal> {
  if (facts.entityId !== entityId) return refuse('MCC007') // the same answer for both: no probing for kits
  const refusal = statusRefusal(facts.cardStatus)
  if (refusal) return refusal
  if (!offers(product, operation)) return refuse('product.level.disable')
  if (isOptedIn(operation, card) === optedIn) return unchanged
  const audit = {
    ...(channel && { channel }),
    ...(creator && { creator }),
    ...(changer && { changer }),
    ...(approver && { approver }),
  }
  return {
    kind: 'changed',
    set: { optIns: { ...card.optIns, [operation]: optedIn } },
    events: [{ type: 'OptInChanged', kitNo: card._id, entityId, operation, optedIn, ...audit, changedAt: now.toISOString() }],
  }
}
