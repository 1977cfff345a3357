// Checking PIN, expiry, mobile number and last six digits of a card at once, v2. Contract:
// packages/contract/src/validation/validate-card-ending-v2.ts.
import { validateCardEndingV2Endpoint } from '@dcms/contract'
import { command } from '@dcms/service'
import { asClearPin } from './pin-call.ts'
import { type EndingParts, judgeEnding } from './validate-card-ending.ts'

/** As `validateCardEnding`, without the CVV and with the block under AES-GCM. */
export const validateCardEndingV2 = (parts: EndingParts) =>
  command(validateCardEndingV2Endpoint, (input, scope) => judgeEnding('v2', input, scope, parts), {
    idempotentAs: asClearPin('v2', parts.hsm),
  })
