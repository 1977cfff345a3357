// Writing a file of pre-generated kits (PGK) line by line, its card numbers encrypted under the
// field key. Layout: packages/contract/src/card-order/order-file.ts.
import { Buffer } from 'node:buffer'
import { createHash, type KeyObject } from 'node:crypto'
import { FILE_KIND, FILE_SEPARATOR, FILE_VERSION, type FileKit, fileKitFields } from '@dcms/contract'
import { encryptField } from '@dcms/sealing'
import { DcmsInputError } from './errors.ts'

const CARD_NUMBER = /^\d{16,19}$/
const LAST_DIGITS = 4
const PIECE_CHARACTERS = 64 * 1024

/**
 * A kit as the file is to have it, with its card number in clear: it does not leave this process
 * so.
 */
export type NewFileKit = Omit<FileKit, 'encryptedCardNumber' | 'lastFour'> & { cardNumber: string }

export interface OrderFileHeader {
  /** Your own reference. */
  orderRef: string
  /** `yyyyMMddHHmmss`; now when absent. */
  fileDate?: string
}

/** The file in pieces. */
export async function* writeOrderFile(
  { tenant, orderRef, fileDate }: Required<OrderFileHeader> & { tenant: string },
  kits: Iterable<NewFileKit> | AsyncIterable<NewFileKit>,
  fieldKey: KeyObject,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let text = lineOf(['H', FILE_KIND, FILE_VERSION, tenant, fileDate, orderRef], 'orderRef')
  let count = 0
  for await (const kit of kits) {
    count++
    text += kitLine(kit, count, fieldKey)
    if (text.length < PIECE_CHARACTERS) continue
    const piece = Buffer.from(text)
    text = ''
    hash.update(piece)
    yield piece
  }
  hash.update(text)
  yield Buffer.from(text + lineOf(['T', String(count), hash.digest('hex')], 'kits'))
}

function kitLine({ cardNumber, ...kit }: NewFileKit, seq: number, fieldKey: KeyObject): string {
  if (typeof cardNumber !== 'string' || !CARD_NUMBER.test(cardNumber))
    throw new DcmsInputError(`kits[${seq - 1}].cardNumber`, 'must be 16 to 19 digits')
  const all: FileKit = { ...kit, encryptedCardNumber: encryptField(cardNumber, fieldKey), lastFour: cardNumber.slice(-LAST_DIGITS) }
  return lineOf(['D', String(seq), ...fileKitFields.map((name) => all[name] ?? '')], `kits[${seq - 1}]`)
}

function lineOf(fields: readonly string[], of: string): string {
  if (fields.some((field) => /[|\p{Cc}]/u.test(field)))
    throw new DcmsInputError(of, `must have no ${FILE_SEPARATOR} and no control characters`)
  return `${fields.join(FILE_SEPARATOR)}\n`
}
