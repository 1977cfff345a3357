// Fields and bodies that the PIN and validation endpoints share.
import { entityId, kitNo, requestId } from '../words/fields.ts'

/** `MMYY`. A JSON number gets its leading zero back: the pages send `729` for `0729`. */
export const expiryDate = {
  type: 'string',
  pattern: '^(0[1-9]|1[0-2])\\d{2}$',
  maxLength: 4,
  formatText: 'MMYY',
  acceptsNumber: true,
  padZeros: 4,
  padsText: true,
  description: 'Expiry of the card as printed on it: `MMYY`, text or number (`"0729"`, `729`)',
} as const

const pin = { type: 'string', maxLength: 1000 } as const

/**
 * No pattern: a PIN that does not decode is refused by the use case, with a code of its own
 * (PIN001, CRD002).
 */
export const pinV1 = {
  ...pin,
  description:
    'Base64 of AES-256-ECB with PKCS#5 padding, under the bank’s PIN key, over the PIN block as 16 upper-case hex characters; 32 bytes. ISO 9564-1 format 0',
} as const

export const pinV2 = {
  ...pin,
  description:
    'Base64 of IV(16, random) ‖ ciphertext ‖ tag(16), AES-256-GCM under the bank’s PIN key, over the PIN block as 16 upper-case hex characters (48 bytes) or as its 8 bytes (40 bytes). ISO 9564-1 format 0',
} as const

/**
 * A card of a customer, its expiry and a PIN: what the v1 calls take, to set a PIN or to check one.
 */
export const cardAndPinV1 = {
  type: 'object',
  additionalProperties: false,
  required: ['entityId', 'kitNo', 'expiryDate', 'pin'],
  properties: { entityId, kitNo, expiryDate, pin: pinV1, requestId },
} as const

/** The same for v2. */
export const cardAndPinV2 = { ...cardAndPinV1, properties: { ...cardAndPinV1.properties, pin: pinV2 } } as const
