// An operator's unlock of a PIN. Contract: packages/contract/src/pin/unlock-pin.ts.
import { type PinUnlocked, type UnlockPin, unlockPinEndpoint } from '@dcms/contract'
import { command, type Decision, refuse, unchanged } from '@dcms/service'
import { type Card, cardsOf } from './card.ts'
import type { PinParts } from './pin-call.ts'
import { readCard } from './read-card.ts'

/**
 * A repeat with the same idempotency key answers as the first; any other finds nothing locked. The
 * PIN stays what it was.
 */
export const unlockPin = ({ kit }: PinParts) =>
  command(unlockPinEndpoint, async (input, scope) => {
    const present = await readCard(input.kitNo, scope, kit)
    if (!present) return refuse('MCC007')
    const { card, facts } = present
    const unlocked = card.pin?.lockedAt !== undefined || card.commandIds.includes(scope.commandId)
    return scope.commit(cardsOf, card, decideUnlock(card, facts.entityId, { ...input, operator: scope.user }, scope.now), {
      kitNo: input.kitNo,
      unlocked,
    })
  })

/**
 * Tries of a PIN that is not locked stay counted: an unlock by mistake gives nobody further tries.
 */
export function decideUnlock(
  { pin }: Pick<Card, 'pin'>,
  entityId: string,
  { kitNo, operator, reason }: UnlockPin & { operator: string },
  now: Date,
): Decision<Card, PinUnlocked, never> {
  if (!pin?.lockedAt) return unchanged
  const { lockedAt: _over, ...kept } = pin
  const why = reason === undefined ? {} : { reason }
  return {
    kind: 'changed',
    set: { pin: { ...kept, tries: 0 } },
    events: [{ type: 'PinUnlocked', kitNo, entityId, operator, ...why, unlockedAt: now.toISOString() }],
  }
}
