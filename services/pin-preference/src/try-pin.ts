// One PIN try: the only place where a PIN is compared and the tries are counted, for every call
// that checks a PIN.
import type { PinInCall, PinReference } from '@dcms/card-crypto'
import type { PinLocked } from '@dcms/contract'
import { type Decision, refuse, type Scope } from '@dcms/service'
import { type Card, cardsOf, type PinState, panOf } from './card.ts'
import { type PinParts, unlessMalformed } from './pin-call.ts'
import { type PresentCard, withPan } from './read-card.ts'

/**
 * `overtaken`: another try of this card was committed first; the caller answers so and is run again
 * on fresh state.
 */
export type PinVerdict = 'right' | 'wrong' | 'locked' | 'malformed' | 'overtaken'

/** As much of a `PresentCard` as a try needs. */
export type CardWithPin = Pick<PresentCard, 'card' | 'product'> & { facts: Pick<PresentCard['facts'], 'entityId'> }

/**
 * Compares the PIN and counts the try. Nothing is told before the verdict, a right one too, is
 * committed on the very state it was made on: of many tries at once only as many learn anything as
 * would one after the other. A malformed block and a card without PIN count nothing.
 */
export async function tryPin({ card, facts, product }: CardWithPin, pin: PinInCall, scope: Scope, parts: PinParts): Promise<PinVerdict> {
  const { hsm, kit } = parts
  const tenant = scope.tenant.id
  const { pinLength, pinTriesMax } = product
  const known = await withPan(card, scope, kit, hsm)
  const pan = panOf(known)
  const { pin: state } = known
  const matches = await unlessMalformed(() =>
    state
      ? hsm.verifyPin(tenant, { pan, reference: state.reference }, pin, pinLength)
      : hsm.setPin(tenant, pan, pin, pinLength).then(() => false),
  )
  if (matches === 'malformed') return 'malformed'
  if (!state) return 'wrong'
  if (known.commandIds.includes(scope.commandId)) return matches ? 'right' : 'wrong' // counted before, its answer was lost
  const isOld = matches && !state.lockedAt && (await hsm.currentVersion(tenant, 'pvk')) > state.reference.keyVersion
  const renewed = isOld ? await hsm.setPin(tenant, pan, pin, pinLength) : undefined
  const decision = decideTry(known._id, state, { entityId: facts.entityId, matches, pinTriesMax, renewed }, scope.now)
  const committed = await scope.commit(cardsOf, known, decision, null)
  if (committed.kind === 'overtaken') return 'overtaken'
  if (committed.kind === 'refused') return 'locked'
  return matches ? 'right' : 'wrong'
}

interface Try {
  entityId: string
  matches: boolean
  pinTriesMax: number
  /** The reference under the newest key, when the present one is under an earlier. */
  renewed?: PinReference | undefined
}

/**
 * Wrong tries in a row up to the limit; the one that reaches it locks, and then nothing is compared
 * any more. A lock does not wait for Kafka: refused because of waiting events, it would tell wrong
 * PINs from right ones for as long as Kafka is away.
 */
export function decideTry(
  kitNo: string,
  state: PinState,
  { entityId, matches, pinTriesMax, renewed }: Try,
  now: Date,
): Decision<Card, PinLocked, 'pin.locked'> {
  if (state.lockedAt) return refuse('pin.locked')
  if (matches) return { kind: 'changed', set: { pin: { ...state, tries: 0, reference: renewed ?? state.reference } }, events: [] }
  const tries = state.tries + 1
  if (tries < pinTriesMax) return { kind: 'changed', set: { pin: { ...state, tries } }, events: [] }
  return {
    kind: 'changed',
    set: { pin: { ...state, tries, lockedAt: now } },
    events: [{ type: 'PinLocked', kitNo, entityId, tries, lockedAt: now.toISOString() }],
    evenWhenFull: true,
  }
}
