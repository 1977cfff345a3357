// PIN blocks under the keys of the mailer printer and the card switch: format 4 under AES, formats
// 0 and 3 under TDES.

import { CardCryptoError } from './card-crypto-error.ts'
import type { ZonePinBlock } from './hsm.ts'
import { refusedPurpose } from './key-purposes.ts'
import type { RingKey } from './key-ring.ts'
import { decodePinBlock, encodePinBlock } from './pin-block.ts'
import { decipherPinBlock4, encipherPinBlock4 } from './pin-block-4.ts'
import { desBytes, tdesDecrypt, tdesEncrypt } from './tdes.ts'

/**
 * The format in which a printer gets PINs: 3 under TDES, because the same PIN may be sent again and
 * its block shall not be equal.
 */
export function usualFormat({ view }: RingKey): ZonePinBlock['format'] {
  return view.algorithm === 'AES-256' ? 4 : 3
}

export function encipherZonePin(key: RingKey, format: ZonePinBlock['format'], pin: string, pan: string): string {
  if (!fits(key, format)) throw refusedPurpose(key.view.purpose, `encipher format ${format}: AES keys take 4, TDES keys 0 and 3`)
  if (format === 4) return encipherPinBlock4(key.key, pin, pan)
  return tdesEncrypt(key.key, Buffer.from(encodePinBlock(format, pin, pan), 'hex'))
    .toString('hex')
    .toUpperCase()
}

/**
 * The PIN; errors as `decodePinBlock`, and `pin.block.format` for a format that is not one of this
 * key.
 */
export function decipherZonePin(key: RingKey, { format, block }: ZonePinBlock, pan: string): string {
  if (!fits(key, format)) throw new CardCryptoError('pin.block.format', 'The PIN block is of a format that its key does not take')
  if (format === 4) return decipherPinBlock4(key.key, block, pan)
  const bytes = Buffer.from(block, 'hex')
  if (bytes.length !== desBytes || block.length !== 2 * desBytes)
    throw new CardCryptoError('pin.block.length', 'A PIN block has 16 hex digits')
  return decodePinBlock(format, tdesDecrypt(key.key, bytes).toString('hex'), pan)
}

function fits({ view }: RingKey, format: ZonePinBlock['format']): boolean {
  return view.algorithm === 'AES-256' ? format === 4 : format === 0 || format === 3
}
