// Checking PIN, expiry, mobile number, last six digits and CVV of a card at once, v1. Contract:
// packages/contract/src/validation/validate-card-ending.ts.
import { Secret } from '@dcms/card-crypto'
import {
  cvvAad,
  type FoundCard,
  type FoundKit,
  productOf,
  statusesThat,
  type ValidateCardEnding,
  validateCardEndingEndpoint,
} from '@dcms/contract'
import { answer, command, type Outcome, refuse, refuseFor, type Scope, ServiceUnavailable, type Tenant } from '@dcms/service'
import { type Card, cardsOf, withoutQueues } from './card.ts'
import { findCard, foundCardOf, type ValidationParts, withinLimit } from './find-card.ts'
import type { Room } from './limit-failures.ts'
import { asClearPin, isV1On, type PinParts, type PinScheme, pinInCall, unlessMalformed } from './pin-call.ts'
import { type CardWithPin, tryPin } from './try-pin.ts'

export type EndingParts = ValidationParts & PinParts

const RUNS_MAX = 20
/** A repeat after a rotation is still the same call. */
const FIRST_KEY = 1
/** Stands where no card was reached, so that the same is read and the HSM does the same work. */
const decoy = { kitNo: '0', pinLength: 4 } as const

/** Neither the PIN's block nor the CVV is kept for repeats, only keyed hashes of what they say. */
export const validateCardEnding = (parts: EndingParts) =>
  command(
    validateCardEndingEndpoint,
    async ({ cvv, ...input }, scope) => {
      if (!isV1On(scope.tenant)) return refuse('product.level.disable')
      const sealedCvv = await parts.hsm.sealForZone(scope.tenant.id, new Secret(cvv), cvvAad)
      return await judgeEnding('v1', { ...input, sealedCvv }, scope, parts)
    },
    {
      idempotentAs: async ({ cvv, ...body }, tenant: Tenant) => ({
        ...(await asClearPin('v1', parts.hsm)(body, tenant)),
        cvv: await parts.hsm.mac(tenant.id, 'data', `cvv-to-check/${body.mobileNo}/${body.cardNoLastSix}/${cvv}`, FIRST_KEY),
      }),
    },
  )

type Ending = Omit<ValidateCardEnding, 'cvv'> & { sealedCvv?: string }

/**
 * Whatever does not fit has the same answer after the same work; the order in which things are
 * looked at does not show.
 */
export async function judgeEnding(
  scheme: PinScheme,
  input: Ending,
  scope: Scope,
  parts: EndingParts,
): Promise<Outcome<FoundCard, 'CRD002' | 'rate.limit.exceeded'>> {
  const { tenant, now } = scope
  const room = await parts.limit(input, tenant, now)
  if (room.kind === 'reached') return refuseFor('rate.limit.exceeded', room.retryAfterSeconds)
  const found = await withinLimit(room, async () => {
    const card = await findCard(input, statusesThat('isFoundWithPin'), scope, parts)
    return (await isPinOf(card?.kit, scheme, input, scope, parts, room)) ? card : null
  })
  return found ? answer(foundCardOf(found, tenant.definition.currency)) : refuse('CRD002')
}

/**
 * Always one verification by the HSM, then one write: the try where a PIN was reached, else one
 * that stands for it. A try that was overtaken is made again here, not with the whole call, so that
 * nobody sees more calls between services for it.
 */
async function isPinOf(
  kit: FoundKit | undefined,
  scheme: PinScheme,
  { pin }: Ending,
  scope: Scope,
  parts: EndingParts,
  room: Room,
): Promise<boolean> {
  const { tenant } = scope
  const inCall = pinInCall(scheme, pin, kit?.kitNo ?? decoy.kitNo, tenant)
  for (let runs = 0; runs < RUNS_MAX; runs++) {
    const stored = await cardsOf(tenant).findById(inCall.kitNo, withoutQueues).lean<Card>()
    const reached = kit && stored?.pin && cardWithPin(kit, stored, tenant)
    const verdict = reached
      ? await tryPin(reached, inCall, scope, parts)
      : await unlessMalformed(() => parts.hsm.verifyPin(tenant.id, null, inCall, decoy.pinLength))
    if (verdict === 'right') return true
    if (verdict === 'overtaken') continue
    if (verdict !== 'wrong') await room.writeUnreached()
    return false
  }
  throw new ServiceUnavailable('the card changed again and again')
}

/** The card as `tryPin` takes it; the kit context has just told of it. */
function cardWithPin(kit: FoundKit, card: Card, { definition }: Tenant): CardWithPin | undefined {
  const product = productOf(definition, kit.productId)
  return product && { card, facts: kit, product }
}
