// Setting or changing a PIN, v2. Contract: packages/contract/src/pin/set-pin-v2.ts.
import { setPinV2Endpoint } from '@dcms/contract'
import { command } from '@dcms/service'
import { asClearPin, type PinParts } from './pin-call.ts'
import { storePin } from './set-pin.ts'

/** As `setPin`, with the block under AES-GCM. */
export const setPinV2 = (parts: PinParts) =>
  command(setPinV2Endpoint, (input, scope) => storePin('v2', input, scope, parts), { idempotentAs: asClearPin('v2', parts.hsm) })
