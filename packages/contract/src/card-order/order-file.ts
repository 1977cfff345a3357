// The file of pre-generated kits (PGK): its lines and their fields, as banks write them. One record
// a line, fields separated by `|`: first the header,
// `H|PGK|1|<tenant>|<yyyyMMddHHmmss>|<orderRef>`; then for each kit `D|<seq>|…` with the fields of
// `fileKitFields`; last the trailer, `T|<number of D lines>|<SHA-256 of all bytes before, hex>`.
import type { FromSchema } from 'json-schema-to-ts'
import { embossedText, filledText } from '../wire/text.ts'
import { branchId, productId } from '../words/stock.ts'

export const FILE_SEPARATOR = '|'
/** What the header says of the file's kind and of the version of its layout. */
export const FILE_KIND = 'PGK'
export const FILE_VERSION = '1'
/** With its end; the longest line that can be right has fewer. */
export const FILE_LINE_BYTES_MAX = 1024
/** Products of one file, each with its BIN and plastic: as many as an order can name. */
export const FILE_PRODUCTS_MAX = 50
/** Kits that are stored together, and handed on together. */
export const FILE_CHUNK_KITS = 1_000

/** A card number of 16 to 19 digits as banks write it. */
export const encryptedFileNumber = {
  type: 'string',
  pattern: '^([A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{66}==|[A-Za-z0-9+/]{67}=|[A-Za-z0-9+/]{68})$',
  maxLength: 68,
  formatText: 'Base64 of IV(16) ‖ ciphertext ‖ tag(16)',
  description: 'Card number under the field key: Base64 of IV(16) ‖ ciphertext ‖ tag(16), AES-256-GCM',
} as const
export const fileKitNo = {
  type: 'string',
  pattern: '^[A-Z0-9]{1,20}$',
  maxLength: 20,
  formatText: 'A–Z and digits, at most 20',
} as const
export const lastFour = { type: 'string', pattern: '^\\d{4}$', maxLength: 4, formatText: 'four digits' } as const
const fileBin = { type: 'string', pattern: '^(\\d{6}|\\d{8})$', maxLength: 8, formatText: '6 or 8 digits' } as const

/** What a `D` line says of a kit; what is empty there is absent here. */
export const fileKit = {
  type: 'object',
  additionalProperties: false,
  required: ['kitNo', 'productId', 'bin', 'encryptedCardNumber', 'lastFour', 'expiry', 'branchId'],
  properties: {
    kitNo: fileKitNo,
    parentKitNo: fileKitNo,
    productId,
    bin: fileBin,
    plasticCode: { type: 'string', ...filledText, minLength: 1, maxLength: 100 },
    encryptedCardNumber: encryptedFileNumber,
    lastFour,
    expiry: { type: 'string', pattern: '^(0[1-9]|1[0-2])\\d{2}$', maxLength: 4, formatText: 'MMYY' },
    aliasName: { type: 'string', ...embossedText, minLength: 1, maxLength: 26 },
    branchId,
  },
} as const
export type FileKit = FromSchema<typeof fileKit>

/** The fields of a `D` line after its number, in their order. */
export const fileKitFields = [
  'kitNo',
  'parentKitNo',
  'productId',
  'bin',
  'plasticCode',
  'encryptedCardNumber',
  'lastFour',
  'expiry',
  'aliasName',
  'branchId',
] as const satisfies readonly (keyof FileKit)[]
