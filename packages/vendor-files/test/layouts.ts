// Layouts for tests: every field of a kind, in each format.
import { type VendorFileKind, type VendorLayout, vendorFields } from '@dcms/contract'

const formats = ['CSV', 'FIXED', 'JSON', 'XML'] as const

/** All fields of a kind under names of the vendor's own. */
export const layoutIn = (kind: VendorFileKind, format: VendorLayout['format'], change: Partial<VendorLayout> = {}): VendorLayout => ({
  format,
  fields: Object.entries(vendorFields[kind]).map(([field, { max }]) => ({
    field,
    name: `X_${field.toUpperCase()}`,
    ...(format === 'FIXED' && { width: max }),
    ...(field === 'kitNo' && { align: 'RIGHT' as const }),
  })),
  ...change,
})

export const layoutsOf = (kind: VendorFileKind): [string, VendorLayout][] => [
  ...formats.map((format): [string, VendorLayout] => [format, layoutIn(kind, format)]),
  ['CSV with semicolons and CRLF', layoutIn(kind, 'CSV', { delimiter: ';', lineEnd: 'CRLF' })],
  ['XML with CRLF', layoutIn(kind, 'XML', { lineEnd: 'CRLF' })],
]

export async function* batchesOf<Each>(list: readonly Each[], size: number): AsyncGenerator<Each[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size)
}

export async function wholeOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}
