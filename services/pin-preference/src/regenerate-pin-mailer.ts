// Ordering a new PIN on paper. Contract: packages/contract/src/pin/regenerate-pin-mailer.ts.
import { type PinMailerRequested, type Product, type RegeneratePinMailer, regeneratePinMailerEndpoint } from '@dcms/contract'
import { command, type Decision, refuse } from '@dcms/service'
import { type Card, cardsOf } from './card.ts'
import { type PinParts, usableCard } from './pin-call.ts'

/**
 * A repeat with the same `requestId` gives the first answer. The PIN changes when a batch takes the
 * mailer: produce-pin-mailers.ts.
 */
export const regeneratePinMailer = ({ kit }: PinParts) =>
  command(regeneratePinMailerEndpoint, async (input, scope) => {
    const found = await usableCard(input, scope, kit)
    if (found.kind === 'refused') return found
    const { entityId, kitNo, addressType, homeCurrencyCode } = input
    const hasMailers = printsMailers(found.facts.cardType, found.product)
    const decision = decideMailer(found.card, input, { hasMailers, mailerId: scope.commandId }, scope.now)
    return scope.commit(cardsOf, found.card, decision, { entityId, kitNo, addressType, homeCurrencyCode, pinRegenerationStatus: true })
  })

/** Paper goes with plastic; a product may do without. */
export const printsMailers = (cardType: 'PHYSICAL' | 'VIRTUAL', { pinMailer }: Pick<Product, 'pinMailer'>): boolean =>
  cardType === 'PHYSICAL' && pinMailer !== false

/** One mailer of a card waits at a time. */
export function decideMailer(
  { pinMailer }: Pick<Card, 'pinMailer'>,
  { entityId, kitNo, addressType, homeCurrencyCode }: RegeneratePinMailer,
  { hasMailers, mailerId }: { hasMailers: boolean; mailerId: string },
  now: Date,
): Decision<Card, PinMailerRequested, 'PIN004' | 'PIN005'> {
  if (!hasMailers) return refuse('PIN004')
  if (pinMailer?.status === 'PENDING') return refuse('PIN005')
  return {
    kind: 'changed',
    set: { pinMailer: { mailerId, addressType, homeCurrencyCode, status: 'PENDING', requestedAt: now } },
    events: [{ type: 'PinMailerRequested', kitNo, entityId, addressType, homeCurrencyCode, requestedAt: now.toISOString() }],
  }
}
