// What a PIN is checked against: Visa PVV for four digits, IBM 3624 offset for more, because a PVV
// covers only four.
import type { PinReference } from './hsm.ts'
import { ibm3624Offset } from './ibm-3624.ts'
import { refusedPurpose } from './key-purposes.ts'
import type { RingKey } from './key-ring.ts'
import { secretEquals } from './secret-equals.ts'
import { visaPvv } from './visa-pvv.ts'

const pvvPinLength = 4
/** Key index in the PVV's input; key versions have records of their own, so one index serves. */
const pvki = 1
const usageOfPvv = 'V2'
const usageOfOffset = 'V1'

/**
 * PVV where key and PIN allow it, else offset; a bank's key for one method (X9.143 usage V1, V2)
 * does not make the other.
 */
export function referenceOf(pvk: RingKey, pan: string, pin: string): PinReference {
  const method = methodFor(pvk, pin.length)
  return { method, keyVersion: pvk.view.version, value: referenceValue(pvk, method, pan, pin) }
}

/**
 * Always does the work, also for a PIN of another length than the reference's, which is never
 * right.
 */
export function matchesReference(pvk: RingKey, reference: PinReference, pan: string, pin: string): boolean {
  const value = referenceValue(pvk, reference.method, pan, pin)
  const lengthFits = pin.length === (reference.method === 'PVV' ? pvvPinLength : reference.value.length)
  return secretEquals(value, reference.value) && lengthFits
}

export function methodFor(pvk: RingKey, pinLength: number): PinReference['method'] {
  if (pinLength === pvvPinLength && pvk.usage !== usageOfOffset) return 'PVV'
  if (pvk.usage === usageOfPvv) throw refusedPurpose('pvk', 'cover a PIN of more than four digits: this one makes PVVs only')
  return 'IBM3624'
}

function referenceValue(pvk: RingKey, method: PinReference['method'], pan: string, pin: string): string {
  return method === 'PVV' ? visaPvv(pvk.key, pvki, pan, pin) : ibm3624Offset(pvk.key, pan, pin)
}
