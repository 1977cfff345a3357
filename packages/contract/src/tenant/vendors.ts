// Card vendors of a bank: who makes cards and prints PIN mailers, how files for them look, and
// where these go.
import type { FromSchema } from 'json-schema-to-ts'
import { filledText } from '../wire/text.ts'
import { type VendorFileKind, vendorFields } from './vendor-fields.ts'

const WIDTH_MAX = 500
const FIELDS_MAX = 60

const namesOf = <Fields extends object>(fields: Fields) => Object.keys(fields) as (keyof Fields & string)[]

/** A layout: one list of fields, whatever the format. */
const layout = {
  type: 'object',
  additionalProperties: false,
  required: ['format', 'fields'],
  properties: {
    format: { enum: ['CSV', 'FIXED', 'JSON', 'XML'] },
    delimiter: { enum: [',', ';', '|'], description: 'Between the values of a CSV line; a comma when absent' },
    lineEnd: { enum: ['LF', 'CRLF'], description: 'LF when absent' },
    fields: {
      type: 'array',
      minItems: 1,
      maxItems: FIELDS_MAX,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['field'],
        properties: {
          field: { type: 'string', pattern: '^[a-z][A-Za-z0-9]{0,39}$', maxLength: 40, description: 'One of the kind of file' },
          name: {
            type: 'string',
            pattern: '^[A-Za-z][A-Za-z0-9_-]{0,59}$',
            maxLength: 60,
            description: 'What the vendor calls it, in JSON and XML; the same when absent',
          },
          width: {
            type: 'integer',
            minimum: 1,
            maximum: WIDTH_MAX,
            description: 'Characters it may have; in FIXED, those that it takes. Needed there',
          },
          align: { enum: ['LEFT', 'RIGHT'], description: 'Where it stands in its width, in FIXED; LEFT when absent' },
        },
      },
    },
  },
} as const
export type VendorLayout = FromSchema<typeof layout>

export const vendor = {
  type: 'object',
  additionalProperties: false,
  required: ['vendor', 'name', 'drop', 'publicKeys'],
  properties: {
    vendor: { type: 'string', pattern: '^[A-Z0-9][A-Z0-9_-]{0,29}$', maxLength: 30 },
    name: { type: 'string', ...filledText, minLength: 1, maxLength: 100 },
    drop: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9-]{0,59}$',
      maxLength: 60,
      description: 'Its place under VENDOR_URL, where files for it are put and its own are fetched',
    },
    publicKeys: {
      type: 'array',
      minItems: 1,
      maxItems: 3,
      description: 'OpenPGP public keys of the vendor, armoured. Files are encrypted to the first; its own may be signed by any',
      items: {
        type: 'string',
        minLength: 100,
        maxLength: 20_000,
        pattern: '^-----BEGIN PGP PUBLIC KEY BLOCK-----[\\r\\n\\x20-\\x7e]+$',
        formatText: 'an armoured OpenPGP public key',
      },
    },
    products: {
      type: 'array',
      minItems: 1,
      maxItems: 500,
      description: 'Products that it is responsible for; all when absent. The first vendor that has the kind of file gets it',
      items: { type: 'string', maxLength: 60 },
    },
    perso: { ...layout, description: 'How files with cards to be made look; absent: it makes none' },
    pinMailer: { ...layout, description: 'How files with PINs to be printed look; absent: it prints none' },
    returns: { ...layout, description: 'How its own files look, which tell what became of cards; absent: it sends none' },
  },
} as const
export type Vendor = FromSchema<typeof vendor>

/** Where the layout of each kind of file stands. */
const memberOf = { PERSO: 'perso', PIN_MAILER: 'pinMailer', RETURN: 'returns' } as const satisfies Record<VendorFileKind, keyof Vendor>

/** Fields without which a file of the kind would be of no use. */
const needed: Readonly<Record<VendorFileKind, readonly string[]>> = {
  PERSO: ['kitNo', 'pan', 'expiry'],
  PIN_MAILER: ['kitNo', 'pinBlock'],
  RETURN: ['kitNo', 'status'],
}

export const layoutOf = (of: Vendor, kind: VendorFileKind): VendorLayout | undefined => of[memberOf[kind]]

/** Who gets files of that kind for a product; undefined where nobody does. */
export const vendorFor = (vendors: readonly Vendor[] | undefined, kind: VendorFileKind, productId: string): Vendor | undefined =>
  vendors?.find((each) => layoutOf(each, kind) !== undefined && (each.products?.includes(productId) ?? true))

/** What is wrong with a bank's vendors, as sentences. */
export function vendorFaults(vendors: readonly Vendor[], productIds: readonly string[]): string[] {
  return vendors.flatMap((each) => [
    ...(each.products ?? [])
      .filter((productId) => !productIds.includes(productId))
      .map((productId) => `vendor ${each.vendor} names product ${productId}, which is not among products`),
    ...namesOf(memberOf).flatMap((kind) => {
      const found = layoutOf(each, kind)
      return found ? layoutFaults(`vendor ${each.vendor}: ${memberOf[kind]}`, kind, found) : []
    }),
  ])
}

function layoutFaults(of: string, kind: VendorFileKind, { format, fields }: VendorLayout): string[] {
  const faults: string[] = []
  const known: readonly string[] = namesOf(vendorFields[kind])
  for (const { field } of fields) if (!known.includes(field)) faults.push(`${of} names ${field}, which is no field of a ${kind} file`)
  for (const field of needed[kind]) if (!fields.some((each) => each.field === field)) faults.push(`${of} lacks the field ${field}`)
  for (const [what, values] of [
    ['field', fields.map(({ field }) => field)],
    ['name', fields.map(({ field, name }) => name ?? field)],
  ] as const)
    for (const value of new Set(values.filter((each, i) => values.indexOf(each) !== i))) faults.push(`${of}: ${what} ${value} stands twice`)
  if (format === 'FIXED')
    for (const { field, width } of fields) if (width === undefined) faults.push(`${of}: ${field} needs a width, the format is FIXED`)
  return faults
}
