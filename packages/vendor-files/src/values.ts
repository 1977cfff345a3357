// What may stand in a field of a vendor's file: every value is looked at before it is written and
// after it was read.
import { type VendorFileKind, type VendorLayout, vendorFieldOf } from '@dcms/contract'
import { VendorFileFault } from './vendor-file-fault.ts'

/** A row by the names of its fields; one that is absent is empty. */
export type Row = Readonly<Record<string, string>>

/** Control characters, line ends of every kind, marks that turn the writing direction. */
const NOT_PRINTED = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/u
const NOT_ASCII = /[^\x20-\x7e]/
const BLANK_AROUND = /^\s|\s$/

/** One field of a layout, with what may stand in it. */
export interface Column {
  field: string
  name: string
  max: number
  align: 'LEFT' | 'RIGHT'
}

/** @throws VendorFileFault for a field that the kind of file does not have */
export function columnsOf(kind: VendorFileKind, { format, fields }: VendorLayout): Column[] {
  return fields.map(({ field, name = field, width, align = 'LEFT' }) => {
    const known = vendorFieldOf(kind, field)
    if (!known) throw new VendorFileFault(`the layout names ${field}, which is no field of a ${kind} file`)
    if (format === 'FIXED' && width === undefined) throw new VendorFileFault(`the layout gives ${field} no width`)
    return { field, name, max: Math.min(known.max, width ?? known.max), align }
  })
}

/**
 * Why a value cannot stand in its field; null when it can. Never tells the value.
 * @param isAscii where a character must be a byte
 */
export function valueFault(value: string, { field, max }: Column, isAscii: boolean): string | null {
  if (value.length > max) return `${field} has more than ${max} characters`
  if (NOT_PRINTED.test(value) || !value.isWellFormed()) return `${field} has a control character, a line end or a broken character`
  if (isAscii && NOT_ASCII.test(value)) return `${field} has a character that is not ASCII`
  return BLANK_AROUND.test(value) ? `${field} begins or ends with a blank` : null
}
