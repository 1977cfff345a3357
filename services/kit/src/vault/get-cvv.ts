// Reading the CVV of a card. Contract: packages/contract/src/kit/get-cvv.ts.
import { type CvvRevealed, getCvvEndpoint, traitsOf } from '@dcms/contract'
import { answer, command, type Decision, type Foundations, refuse, refuseFor } from '@dcms/service'
import { isIssued, type Kit, kitsOf, withoutOutbox } from '../kit.ts'
import type { CardVault } from './card-vault.ts'
import { takeRevealRoom } from './limit-reveals.ts'

const SHOWN_FOR_S = 120
const READS_MAX = 5
const READS_WITHIN_MS = 3_600_000
const SECOND_MS = 1_000

/**
 * The read is counted and told before the CVV is computed. A repeat is another read, under the same
 * idempotency key too.
 */
export const getCvv = (vault: CardVault, logger: Foundations['logger']) =>
  command(getCvvEndpoint, async ({ kitNo, entityId }, scope) => {
    if (entityId === undefined && scope.tenant.definition.settings?.cvvNeedsEntity)
      return refuse('invalid.input.request', ['entityId is required'])
    const stored = await kitsOf(scope.tenant).findById(kitNo, withoutOutbox).lean<Kit>()
    if (!stored) return refuse('MCC007')
    const kit = { ...stored, commandIds: [] } // else a repeat would pass as done before: uncounted, and whatever became of the card
    if (entityId !== undefined && kit.entityId !== entityId) return refuse('MCC007')
    const decision = decideReveal(kit, scope.user, scope.now)
    if (decision.kind === 'refused') return decision
    const room = await takeRevealRoom(scope, logger)
    if (room.kind === 'full') return refuseFor('rate.limit.exceeded', room.retryAfterSeconds)
    const counted = await scope.commit<Kit, null, Refusal>(kitsOf, kit, decision, null)
    if (counted.kind !== 'answer') return counted
    return answer({ cvv: (await vault.cvv(scope.tenant, kit)).reveal(), expiryCvv: SHOWN_FOR_S })
  })

type Refusal = 'MCC007' | 'card.blocked' | 'card.status.active' | 'rate.limit.exceeded'

/**
 * Only an active card shows its CVV, and only so often: who steals a token must not be able to
 * harvest.
 */
export function decideReveal(kit: Kit, user: string, now: Date): Decision<Kit, CvvRevealed, Refusal> {
  if (!isIssued(kit)) return refuse('MCC007')
  const { cvvRefusal } = traitsOf(kit.status)
  if (cvvRefusal) return refuse(cvvRefusal)
  const reads = (kit.cvvReads ?? []).filter((read) => read.getTime() > now.getTime() - READS_WITHIN_MS)
  const [first] = reads
  if (first && reads.length >= READS_MAX)
    return refuseFor('rate.limit.exceeded', Math.ceil((first.getTime() + READS_WITHIN_MS - now.getTime()) / SECOND_MS))
  return {
    kind: 'changed',
    set: { cvvReads: [...reads, now] },
    events: [{ type: 'CvvRevealed', kitNo: kit._id, entityId: kit.entityId, revealedBy: user, revealedAt: now.toISOString() }],
  }
}
