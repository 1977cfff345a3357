// Setting or changing a PIN, v1. Contract: packages/contract/src/pin/set-pin.ts.
import type { PinReference } from '@dcms/card-crypto'
import { type PinSet, type SetPin, setPinEndpoint } from '@dcms/contract'
import { command, type Decision, type Outcome, refuse, type Scope } from '@dcms/service'
import { type Card, cardsOf, panOf } from './card.ts'
import { asClearPin, type CardRefusal, cardForPin, isV1On, type PinParts, type PinScheme, pinInCall, unlessMalformed } from './pin-call.ts'
import { withPan } from './read-card.ts'

/** A repeat with the same `requestId` and PIN gives the first answer. */
export const setPin = (parts: PinParts) =>
  command(
    setPinEndpoint,
    async (input, scope) => (isV1On(scope.tenant) ? storePin('v1', input, scope, parts) : refuse('product.level.disable')),
    { idempotentAs: asClearPin('v1', parts.hsm) },
  )

type Refusal = CardRefusal | 'PIN001' | 'PIN003' | 'pin.already.set'

/** Only the reference leaves the HSM. */
export async function storePin(scheme: PinScheme, input: SetPin, scope: Scope, parts: PinParts): Promise<Outcome<true, Refusal>> {
  const { hsm, kit } = parts
  const { tenant, now } = scope
  const found = await cardForPin(input, scope, kit)
  if (found.kind === 'refused') return found
  const card = await withPan(found.card, scope, kit, hsm)
  const pin = pinInCall(scheme, input.pin, input.kitNo, tenant)
  const reference = await unlessMalformed(() => hsm.setPin(tenant.id, panOf(card), pin, found.product.pinLength))
  if (reference === 'malformed') return refuse('PIN001')
  const setOnce = tenant.definition.settings?.pinSetOnce === true
  return scope.commit(cardsOf, card, decideSetPin(card, { entityId: input.entityId, reference, setOnce }, now), true)
}

/**
 * A new PIN has all its tries, and a locked card is usable again; banks may let a PIN be set only
 * once.
 */
export function decideSetPin(
  card: Pick<Card, '_id' | 'pin'>,
  { entityId, reference, setOnce }: { entityId: string; reference: PinReference; setOnce: boolean },
  now: Date,
): Decision<Card, PinSet, 'pin.already.set'> {
  const { _id: kitNo, pin: previous } = card
  if (previous && setOnce) return refuse('pin.already.set')
  return {
    kind: 'changed',
    set: { pin: { reference, setAt: now, tries: 0 } },
    events: [{ type: 'PinSet', kitNo, entityId, firstPin: !previous, setAt: now.toISOString() }],
  }
}
