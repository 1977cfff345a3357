// Checking a PIN, v1. Contract: packages/contract/src/validation/validate-pin.ts.
import { type ValidatePin, validatePinEndpoint } from '@dcms/contract'
import { answer, command, type Outcome, refuse, type Scope } from '@dcms/service'
import { asClearPin, type CardRefusal, cardForPin, isV1On, type PinParts, type PinScheme, pinInCall } from './pin-call.ts'
import { tryPin } from './try-pin.ts'

/** A repeat with the same `requestId` and PIN gives the first answer and counts no second try. */
export const validatePin = (parts: PinParts) =>
  command(
    validatePinEndpoint,
    async (input, scope) => (isV1On(scope.tenant) ? judgePin('v1', input, scope, parts) : refuse('product.level.disable')),
    { idempotentAs: asClearPin('v1', parts.hsm) },
  )

type Refusal = CardRefusal | 'PIN001' | 'PIN002' | 'PIN003' | 'pin.locked'

/** Wrong PINs are counted in `tryPin`; `pin.locked` is told for right and wrong alike. */
export async function judgePin(scheme: PinScheme, input: ValidatePin, scope: Scope, parts: PinParts): Promise<Outcome<true, Refusal>> {
  const found = await cardForPin(input, scope, parts.kit)
  if (found.kind === 'refused') return found
  const verdict = await tryPin(found, pinInCall(scheme, input.pin, input.kitNo, scope.tenant), scope, parts)
  switch (verdict) {
    case 'right':
      return answer(true)
    case 'wrong':
      return refuse('PIN002')
    case 'locked':
      return refuse('pin.locked')
    case 'malformed':
      return refuse('PIN001')
    case 'overtaken':
      return { kind: 'overtaken' }
  }
}
