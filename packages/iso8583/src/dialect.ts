// How a network writes its messages: the choices that ISO 8583 leaves open, as configuration.
import { type CharacterSet, charactersOf } from './characters.ts'
import { alwaysSecret, bitmapFields, type FieldDefinition, type FieldKind, fieldTable } from './field-table.ts'

export interface DialectSettings {
  /** MTI, lengths, digits and tracks: a byte each, or two of them in a byte (BCD). */
  readonly digits: 'ascii' | 'packed'
  readonly bitmap: 'hex' | 'binary'
  /** Binary fields as they are, or as hexadecimal digits; lengths then count the digits. */
  readonly binaryFields: 'raw' | 'hex'
  /**
   * Where an odd number of packed digits is filled up in a field of variable length, and with what.
   * Fixed ones have a zero in front.
   */
  readonly oddDigits: 'zero-in-front' | 'zero-behind' | 'F-behind'
  /** The fields that this network has otherwise. */
  readonly fields?: Readonly<Record<number, Partial<FieldDefinition>>>
}

/** ASCII all through, bitmaps as 16 hexadecimal digits. */
export const asciiDialect: DialectSettings = { digits: 'ascii', bitmap: 'hex', binaryFields: 'raw', oddDigits: 'zero-in-front' }
export const asciiBinaryDialect: DialectSettings = { ...asciiDialect, bitmap: 'binary' }
export const packedDialect: DialectSettings = { digits: 'packed', bitmap: 'binary', binaryFields: 'raw', oddDigits: 'zero-in-front' }

/** How the value of a field stands in a message. */
export type FieldForm = 'text' | 'signed' | 'packed' | 'packed-signed' | 'raw' | 'hex'

export interface DialectField extends FieldDefinition {
  readonly number: number
  readonly form: FieldForm
  readonly characters: CharacterSet
  /** Digits of its length: 0, 2 or 3. */
  readonly lengthDigits: 0 | 2 | 3
  /** As `max`, in what lengths of this dialect count. */
  readonly lengthMax: number
  readonly isPackedLength: boolean
  readonly padding: DialectSettings['oddDigits']
}

/** Settings made ready for use. */
export interface Dialect {
  readonly isPacked: boolean
  readonly hasHexBitmap: boolean
  /** By number; empty where there is no such field. */
  readonly fields: readonly (DialectField | undefined)[]
}

const digitsOfLength = { fixed: 0, LLVAR: 2, LLLVAR: 3 } as const

/** @throws RangeError for settings that cannot be meant */
export function dialectOf(settings: DialectSettings): Dialect {
  const fields: (DialectField | undefined)[] = new Array(129).fill(undefined)
  for (const number of Object.keys(settings.fields ?? {}).map(Number))
    if (!fieldTable.has(number) || bitmapFields.includes(number)) throw new RangeError(`there is no field ${number} to be set`)
  for (const [number, standard] of fieldTable)
    if (!bitmapFields.includes(number)) fields[number] = fieldOf(number, { ...standard, ...settings.fields?.[number] }, settings)
  return { isPacked: settings.digits === 'packed', hasHexBitmap: settings.bitmap === 'hex', fields }
}

function fieldOf(number: number, definition: FieldDefinition, settings: DialectSettings): DialectField {
  const { kind, max } = definition
  const lengthDigits = digitsOfLength[definition.length]
  if (kind === 'x+n' && lengthDigits !== 0) throw new RangeError(`field ${number} has a sign, so its length is fixed`)
  const form = formOf(kind, settings)
  const wanted = form === 'hex' ? 2 * max : max
  // A length of so many digits cannot say more.
  const lengthMax = lengthDigits === 0 ? wanted : Math.min(wanted, 10 ** lengthDigits - 1)
  const isPossible = Number.isInteger(max) && max >= (kind === 'x+n' ? 2 : 1) && max <= (lengthDigits === 2 ? 99 : 999)
  if (!isPossible) throw new RangeError(`field ${number} cannot have the length ${max}`)
  const secret = definition.secret || alwaysSecret.includes(number)
  const padding = lengthDigits === 0 ? 'zero-in-front' : settings.oddDigits
  const isPackedLength = settings.digits === 'packed'
  return { ...definition, secret, number, form, characters: charactersOf[kind], lengthDigits, lengthMax, isPackedLength, padding }
}

function formOf(kind: FieldKind, { digits, binaryFields }: DialectSettings): FieldForm {
  switch (kind) {
    case 'b':
      return binaryFields
    case 'n':
    case 'z':
      return digits === 'packed' ? 'packed' : 'text'
    case 'x+n':
      return digits === 'packed' ? 'packed-signed' : 'signed'
    case 'a':
    case 'an':
    case 'ns':
    case 'ans':
      return 'text'
  }
}

/** How many bytes a value of this length takes, without the length itself. */
export function widthOf(form: FieldForm, length: number): number {
  switch (form) {
    case 'text':
    case 'signed':
    case 'raw':
    case 'hex':
      return length
    case 'packed':
      return (length + 1) >> 1
    case 'packed-signed':
      return 1 + (length >> 1) // the sign, a byte, counts as one of `length`
  }
}
