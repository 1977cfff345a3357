// Base64url and Base64 that accept one spelling only.
import { SealingError } from './error.ts'

/**
 * The bytes of `text`. Node's decoder skips what it does not know, so the bytes are encoded again
 * and compared: that refuses padding, the other alphabet, white space, stray final bits and
 * characters beyond Latin-1, and is faster than a regular expression.
 */
export function decodeCanonical(text: string, encoding: 'base64url' | 'base64'): Buffer {
  const bytes = Buffer.from(text, encoding)
  if (bytes.toString(encoding) !== text) throw new SealingError('decrypt-failed')
  return bytes
}
