// Checking a PIN, v2. Contract: packages/contract/src/validation/validate-pin-v2.ts.
import { validatePinV2Endpoint } from '@dcms/contract'
import { command } from '@dcms/service'
import { asClearPin, type PinParts } from './pin-call.ts'
import { judgePin } from './validate-pin.ts'

/** As `validatePin`, with the block under AES-GCM. */
export const validatePinV2 = (parts: PinParts) =>
  command(validatePinV2Endpoint, (input, scope) => judgePin('v2', input, scope, parts), { idempotentAs: asClearPin('v2', parts.hsm) })
