// The fields of ISO 8583:1987, clause 4.3: one line for each, so that a page of the standard can be
// held beside it.

/**
 * Digits; a sign (C or D) and digits; letters; letters and digits; digits and signs; all of these;
 * binary; what is on tracks 2 and 3.
 */
export type FieldKind = 'n' | 'x+n' | 'a' | 'an' | 'ns' | 'ans' | 'b' | 'z'
export type FieldLength = 'fixed' | 'LLVAR' | 'LLLVAR'

export interface FieldDefinition {
  readonly kind: FieldKind
  readonly length: FieldLength
  /** The length of a fixed field, the greatest of the others: digits, characters or bytes. */
  readonly max: number
  readonly description: string
  /** Not to be shown: it holds card data or secrets, or may, as fields for private use do. */
  readonly secret: boolean
}

type Row = readonly [field: number, kind: FieldKind, length: FieldLength, max: number, description: string, secret?: 'secret']

const rows: readonly Row[] = [
  [1, 'b', 'fixed', 8, 'Bitmap, secondary'],
  [2, 'n', 'LLVAR', 19, 'Primary account number (PAN)', 'secret'],
  [3, 'n', 'fixed', 6, 'Processing code'],
  [4, 'n', 'fixed', 12, 'Amount, transaction'],
  [5, 'n', 'fixed', 12, 'Amount, settlement'],
  [6, 'n', 'fixed', 12, 'Amount, cardholder billing'],
  [7, 'n', 'fixed', 10, 'Transmission date and time, MMDDhhmmss, UTC'],
  [8, 'n', 'fixed', 8, 'Amount, cardholder billing fee'],
  [9, 'n', 'fixed', 8, 'Conversion rate, settlement'],
  [10, 'n', 'fixed', 8, 'Conversion rate, cardholder billing'],
  [11, 'n', 'fixed', 6, 'Systems trace audit number (STAN)'],
  [12, 'n', 'fixed', 6, 'Time, local transaction, hhmmss'],
  [13, 'n', 'fixed', 4, 'Date, local transaction, MMDD'],
  [14, 'n', 'fixed', 4, 'Date, expiration, YYMM'],
  [15, 'n', 'fixed', 4, 'Date, settlement, MMDD'],
  [16, 'n', 'fixed', 4, 'Date, conversion, MMDD'],
  [17, 'n', 'fixed', 4, 'Date, capture, MMDD'],
  [18, 'n', 'fixed', 4, 'Merchant type (MCC)'],
  [19, 'n', 'fixed', 3, 'Acquiring institution country code'],
  [20, 'n', 'fixed', 3, 'PAN extended country code'],
  [21, 'n', 'fixed', 3, 'Forwarding institution country code'],
  [22, 'n', 'fixed', 3, 'Point of service entry mode'],
  [23, 'n', 'fixed', 3, 'Card sequence number'],
  [24, 'n', 'fixed', 3, 'Network international identifier'],
  [25, 'n', 'fixed', 2, 'Point of service condition code'],
  [26, 'n', 'fixed', 2, 'Point of service PIN capture code'],
  [27, 'n', 'fixed', 1, 'Authorisation identification response length'],
  [28, 'x+n', 'fixed', 9, 'Amount, transaction fee'],
  [29, 'x+n', 'fixed', 9, 'Amount, settlement fee'],
  [30, 'x+n', 'fixed', 9, 'Amount, transaction processing fee'],
  [31, 'x+n', 'fixed', 9, 'Amount, settlement processing fee'],
  [32, 'n', 'LLVAR', 11, 'Acquiring institution identification code'],
  [33, 'n', 'LLVAR', 11, 'Forwarding institution identification code'],
  [34, 'ns', 'LLVAR', 28, 'Primary account number, extended', 'secret'],
  [35, 'z', 'LLVAR', 37, 'Track 2 data', 'secret'],
  [36, 'z', 'LLLVAR', 104, 'Track 3 data', 'secret'],
  [37, 'an', 'fixed', 12, 'Retrieval reference number (RRN)'],
  [38, 'an', 'fixed', 6, 'Authorisation identification response'],
  [39, 'an', 'fixed', 2, 'Response code'],
  [40, 'an', 'fixed', 3, 'Service restriction code'],
  [41, 'ans', 'fixed', 8, 'Card acceptor terminal identification'],
  [42, 'ans', 'fixed', 15, 'Card acceptor identification code'],
  [43, 'ans', 'fixed', 40, 'Card acceptor name and location'],
  [44, 'ans', 'LLVAR', 25, 'Additional response data'],
  [45, 'ans', 'LLVAR', 76, 'Track 1 data', 'secret'],
  [46, 'ans', 'LLLVAR', 999, 'Additional data, ISO', 'secret'],
  [47, 'ans', 'LLLVAR', 999, 'Additional data, national', 'secret'],
  [48, 'ans', 'LLLVAR', 999, 'Additional data, private', 'secret'],
  [49, 'an', 'fixed', 3, 'Currency code, transaction'],
  [50, 'an', 'fixed', 3, 'Currency code, settlement'],
  [51, 'an', 'fixed', 3, 'Currency code, cardholder billing'],
  [52, 'b', 'fixed', 8, 'Personal identification number data (PIN block)', 'secret'],
  [53, 'n', 'fixed', 16, 'Security related control information', 'secret'],
  [54, 'an', 'LLLVAR', 120, 'Additional amounts'],
  [55, 'b', 'LLLVAR', 255, 'Chip data (reserved for ISO in 1987)', 'secret'],
  [56, 'ans', 'LLLVAR', 999, 'Reserved, ISO', 'secret'],
  [57, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [58, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [59, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [60, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [61, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [62, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [63, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [64, 'b', 'fixed', 8, 'Message authentication code'],
  [65, 'b', 'fixed', 8, 'Bitmap, extended'],
  [66, 'n', 'fixed', 1, 'Settlement code'],
  [67, 'n', 'fixed', 2, 'Extended payment code'],
  [68, 'n', 'fixed', 3, 'Receiving institution country code'],
  [69, 'n', 'fixed', 3, 'Settlement institution country code'],
  [70, 'n', 'fixed', 3, 'Network management information code'],
  [71, 'n', 'fixed', 4, 'Message number'],
  [72, 'n', 'fixed', 4, 'Message number, last'],
  [73, 'n', 'fixed', 6, 'Date, action, YYMMDD'],
  [74, 'n', 'fixed', 10, 'Credits, number'],
  [75, 'n', 'fixed', 10, 'Credits, reversal number'],
  [76, 'n', 'fixed', 10, 'Debits, number'],
  [77, 'n', 'fixed', 10, 'Debits, reversal number'],
  [78, 'n', 'fixed', 10, 'Transfers, number'],
  [79, 'n', 'fixed', 10, 'Transfers, reversal number'],
  [80, 'n', 'fixed', 10, 'Inquiries, number'],
  [81, 'n', 'fixed', 10, 'Authorisations, number'],
  [82, 'n', 'fixed', 12, 'Credits, processing fee amount'],
  [83, 'n', 'fixed', 12, 'Credits, transaction fee amount'],
  [84, 'n', 'fixed', 12, 'Debits, processing fee amount'],
  [85, 'n', 'fixed', 12, 'Debits, transaction fee amount'],
  [86, 'n', 'fixed', 16, 'Credits, amount'],
  [87, 'n', 'fixed', 16, 'Credits, reversal amount'],
  [88, 'n', 'fixed', 16, 'Debits, amount'],
  [89, 'n', 'fixed', 16, 'Debits, reversal amount'],
  [90, 'n', 'fixed', 42, 'Original data elements'],
  [91, 'an', 'fixed', 1, 'File update code'],
  [92, 'an', 'fixed', 2, 'File security code'],
  [93, 'an', 'fixed', 5, 'Response indicator'],
  [94, 'an', 'fixed', 7, 'Service indicator'],
  [95, 'an', 'fixed', 42, 'Replacement amounts'],
  [96, 'b', 'fixed', 8, 'Message security code', 'secret'],
  [97, 'x+n', 'fixed', 17, 'Amount, net settlement'],
  [98, 'ans', 'fixed', 25, 'Payee'],
  [99, 'n', 'LLVAR', 11, 'Settlement institution identification code'],
  [100, 'n', 'LLVAR', 11, 'Receiving institution identification code'],
  [101, 'ans', 'LLVAR', 17, 'File name'],
  [102, 'ans', 'LLVAR', 28, 'Account identification 1', 'secret'],
  [103, 'ans', 'LLVAR', 28, 'Account identification 2', 'secret'],
  [104, 'ans', 'LLLVAR', 100, 'Transaction description'],
  [105, 'ans', 'LLLVAR', 999, 'Reserved, ISO', 'secret'],
  [106, 'ans', 'LLLVAR', 999, 'Reserved, ISO', 'secret'],
  [107, 'ans', 'LLLVAR', 999, 'Reserved, ISO', 'secret'],
  [108, 'ans', 'LLLVAR', 999, 'Reserved, ISO', 'secret'],
  [109, 'ans', 'LLLVAR', 999, 'Reserved, ISO', 'secret'],
  [110, 'ans', 'LLLVAR', 999, 'Reserved, ISO', 'secret'],
  [111, 'ans', 'LLLVAR', 999, 'Reserved, ISO', 'secret'],
  [112, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [113, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [114, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [115, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [116, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [117, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [118, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [119, 'ans', 'LLLVAR', 999, 'Reserved, national', 'secret'],
  [120, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [121, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [122, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [123, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [124, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [125, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [126, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [127, 'ans', 'LLLVAR', 999, 'Reserved, private', 'secret'],
  [128, 'b', 'fixed', 8, 'Message authentication code, secondary'],
]

/** The definition of each field, 1 to 128, by its number. */
export const fieldTable: ReadonlyMap<number, FieldDefinition> = new Map(
  rows.map(([field, kind, length, max, description, secret]) => [field, { kind, length, max, description, secret: secret !== undefined }]),
)

/** Bitmaps; a third one would announce fields that the standard of 1987 does not have. */
export const bitmapFields: readonly number[] = [1, 65]

/** Card numbers, tracks, PIN blocks and chip data: shown to nobody, whatever a dialect says. */
export const alwaysSecret: readonly number[] = [2, 34, 35, 36, 45, 52, 55]
