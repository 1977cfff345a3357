// What the lines of a file of pre-generated kits must look like, each by itself. Pure. Layout:
// packages/contract/src/card-order/order-file.ts.
import { isUtf8 } from 'node:buffer'
import { FILE_KIND, FILE_SEPARATOR, FILE_VERSION, type FileKit, fileKit, fileKitFields, filledText, validatorOf } from '@dcms/contract'
import { instantOf } from '../bank-time.ts'

const FAULTS_OF_LINE_MAX = 5
const KIT_PARTS = 2 + fileKitFields.length
const WHEN = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/
const COUNT = /^(0|[1-9]\d{0,8})$/
const HASH = /^[0-9a-f]{64}$/i

export interface Trailer {
  count: number
  sha256: string
}

/** What a line says, or what is wrong with it. */
export type Read<Said> = { said: Said; faults?: undefined } | { said?: undefined; faults: readonly string[] }

const wrong = (...faults: readonly string[]): { faults: readonly string[] } => ({ faults: faults.slice(0, FAULTS_OF_LINE_MAX) })

/** The fields of a line; null when it is no text. */
export function fieldsOf(content: Buffer): string[] | null {
  if (!isUtf8(content)) return null
  const text = content.toString()
  return hasControl(text) ? null : text.split(FILE_SEPARATOR)
}

/** Ends of lines within a line and the sign of byte order among them. */
function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xfeff) return true
  }
  return false
}

const readOrderRef = validatorOf<{ orderRef: string }>({
  type: 'object',
  required: ['orderRef'],
  properties: { orderRef: { type: 'string', ...filledText, minLength: 1, maxLength: 64 } },
})

/** The first line; its reference is the bank's own. */
export function readHeader(fields: readonly string[], { tenant, timeZone }: { tenant: string; timeZone: string }): Read<string> {
  const [mark, kind, version, ofTenant, fileDate = '', orderRef] = fields
  if (fields.length !== 6 || mark !== 'H' || kind !== FILE_KIND || version !== FILE_VERSION)
    return wrong(`the file must begin with a header, H|${FILE_KIND}|${FILE_VERSION}|tenant|fileDate|orderRef`)
  const faults: string[] = []
  if (ofTenant !== tenant) faults.push('the file is not one of this tenant')
  const at = WHEN.exec(fileDate)?.slice(1)
  if (!at || instantOf(`${at.slice(0, 3).join('-')} ${at.slice(3).join(':')}`, timeZone) === null)
    faults.push('fileDate must be a time of the calendar, yyyyMMddHHmmss')
  const reference = readOrderRef({ orderRef })
  if (!reference.valid) faults.push(...reference.fieldError)
  return faults.length === 0 && reference.valid ? { said: reference.value.orderRef } : wrong(...faults)
}

const validateKit = validatorOf<FileKit>(fileKit)

/** @param seq which of the `D` lines it is, from 1 */
export function readKit(fields: readonly string[], seq: number): Read<FileKit> {
  if (fields.length !== KIT_PARTS) return wrong(`a line D must have ${KIT_PARTS} fields`)
  const faults = fields[1] === String(seq) ? [] : [`seq must be ${seq}`]
  const kit: Partial<FileKit> = {}
  for (const [at, name] of fileKitFields.entries()) {
    const field = fields[at + 2]
    if (field !== undefined && field !== '') kit[name] = field
  }
  const validated = validateKit(kit)
  if (!validated.valid) return wrong(...faults, ...validated.fieldError)
  return faults.length === 0 ? { said: validated.value } : wrong(...faults)
}

export function readTrailer(fields: readonly string[]): Read<Trailer> {
  const [, count = '', sha256 = ''] = fields
  if (fields.length !== 3 || !COUNT.test(count) || !HASH.test(sha256))
    return wrong('a trailer must be T|number of D lines|SHA-256 of all bytes before it, in hexadecimal')
  return { said: { count: Number(count), sha256: sha256.toLowerCase() } }
}
