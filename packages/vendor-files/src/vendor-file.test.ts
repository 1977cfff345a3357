// Vendors' files in each format: what is written is read again, and what is wrong is refused in
// words that repeat nothing of it.
import { type VendorFileKind, type VendorLayout, vendorFields } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { batchesOf, layoutIn, layoutsOf, wholeOf } from '../test/layouts.ts'
import type { Row } from './values.ts'
import { readVendorFile, writeVendorFile } from './vendor-file.ts'

const HASH = /[0-9a-f]{64}/
const head = (kind: VendorFileKind) => ({ kind, tenant: 'ACME_BANK', name: 'perso-ORD-001-THALES', createdAt: '20261201120000' }) as const

const written = (layout: VendorLayout, kind: VendorFileKind, rows: readonly Row[], batch = 3) =>
  wholeOf(writeVendorFile(layout, head(kind), batchesOf(rows, batch)))

async function read(layout: VendorLayout, kind: VendorFileKind, bytes: Buffer, chunk = 7, rowsMax?: number) {
  const pieces = batchesOf([...bytes], chunk)
  const reading = readVendorFile(layout, kind, buffers(pieces), rowsMax)
  const rows: Row[] = []
  for (;;) {
    const next = await reading.next()
    if (next.done) return { ...next.value, list: rows }
    rows.push(...next.value)
  }
}
async function* buffers(pieces: AsyncIterable<number[]>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece)
}

/** Texts such as may stand in a field. */
const NOT_PRINTED = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/u
const value = (max: number, isAscii: boolean) =>
  fc
    .string({ unit: isAscii ? 'grapheme-ascii' : 'binary', maxLength: Math.min(max, 40) })
    .filter((text) => text.length <= max && !NOT_PRINTED.test(text) && !/^\s|\s$/.test(text))
const rowsOf = (kind: VendorFileKind, isAscii: boolean) =>
  fc.array(fc.record(Object.fromEntries(Object.entries(vendorFields[kind]).map(([field, { max }]) => [field, value(max, isAscii)]))), {
    maxLength: 8,
  })

const kinds = ['PERSO', 'PIN_MAILER', 'RETURN'] as const
test.each(kinds.flatMap((kind) => layoutsOf(kind).map(([name, layout]) => [kind, name, layout] as const)))(
  'a %s file as %s reads back as the same rows, in the same order',
  async (kind, _name, layout) => {
    await fc.assert(
      fc.asyncProperty(rowsOf(kind, layout.format === 'FIXED'), async (rows) => {
        const bytes = await written(layout, kind, rows)
        expect(await read(layout, kind, bytes)).toEqual({ ...head(kind), rows: rows.length, list: rows })
        expect(await written(layout, kind, rows, 2)).toEqual(bytes) // whatever batches it was written in
      }),
      { numRuns: 25 },
    )
  },
)

const few = { format: 'CSV', fields: [{ field: 'kitNo' }, { field: 'status' }, { field: 'reason' }] } as const satisfies VendorLayout
const returns = [
  { kitNo: '4240000001', status: 'PRODUCED', reason: '' },
  { kitNo: '4240000002', status: 'REJECTED', reason: 'chip, "dead"' },
]

test('the layouts look as the guide shows them', async () => {
  const shown = async (layout: VendorLayout) => (await written(layout, 'RETURN', returns)).toString().replace(HASH, '<sha256>')
  expect(await shown(few)).toBe(
    'H,RETURN,1,ACME_BANK,perso-ORD-001-THALES,20261201120000\nD,4240000001,PRODUCED,\nD,4240000002,REJECTED,"chip, ""dead"""\nT,2,<sha256>\n',
  )
  const widths = few.fields.map((each, i) => ({ ...each, width: [12, 10, 20][i] ?? 0, ...(i === 0 && { align: 'RIGHT' as const }) }))
  expect((await shown({ format: 'FIXED', fields: widths })).split('\n').slice(1, 3)).toEqual([
    'D  4240000001PRODUCED                      ',
    'D  4240000002REJECTED  chip, "dead"        ',
  ])
  const named = few.fields.map((each) => ({ ...each, name: each.field.toUpperCase() }))
  const json = await shown({ format: 'JSON', fields: named })
  expect(json).toBe(
    '{"header":{"kind":"RETURN","version":"1","tenant":"ACME_BANK","file":"perso-ORD-001-THALES","createdAt":"20261201120000"},"rows":[\n' +
      '{"KITNO":"4240000001","STATUS":"PRODUCED","REASON":""}\n,{"KITNO":"4240000002","STATUS":"REJECTED","REASON":"chip, \\"dead\\""}\n' +
      '],"trailer":{"rows":2,"sha256":"<sha256>"}}\n',
  )
  expect(JSON.parse(json).rows).toHaveLength(2)
  expect(await shown({ format: 'XML', fields: named })).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><file kind="RETURN" version="1" tenant="ACME_BANK" name="perso-ORD-001-THALES" createdAt="20261201120000">\n' +
      '<row><KITNO>4240000001</KITNO><STATUS>PRODUCED</STATUS><REASON></REASON></row>\n' +
      '<row><KITNO>4240000002</KITNO><STATUS>REJECTED</STATUS><REASON>chip, &quot;dead&quot;</REASON></row>\n' +
      '<trailer rows="2" sha256="<sha256>"></trailer></file>\n',
  )
})

test.each([
  ['a value that is too long', { kitNo: '123456789012345678901' }, 'row 2: kitNo has more than 20 characters'],
  ['a line end', { reason: 'a\nb' }, 'row 2: reason has a control character, a line end or a broken character'],
  ['a line separator', { reason: 'a\u2028b' }, 'row 2: reason has a control character, a line end or a broken character'],
  ['half a character', { reason: 'a\ud800' }, 'row 2: reason has a control character, a line end or a broken character'],
  ['a blank at the end', { reason: 'a ' }, 'row 2: reason begins or ends with a blank'],
])('%s is refused in every format, without being repeated', async (_what, change, fault) => {
  for (const [, layout] of layoutsOf('RETURN'))
    await expect(written(layout, 'RETURN', [returns[0] as Row, { ...returns[1], ...change } as Row])).rejects.toThrow(fault)
})

test('fixed width takes ASCII only, and a width of the vendor’s own is kept to', async () => {
  await expect(written(layoutIn('RETURN', 'FIXED'), 'RETURN', [{ kitNo: '1', reason: 'नमस्ते' }])).rejects.toThrow(
    'row 1: reason has a character that is not ASCII',
  )
  const narrow: VendorLayout = { ...few, fields: [{ field: 'kitNo', width: 4 }, { field: 'status' }] }
  await expect(written(narrow, 'RETURN', [{ kitNo: '12345' }])).rejects.toThrow('row 1: kitNo has more than 4 characters')
})

test.each(layoutsOf('RETURN'))('a %s file that was cut, added to or changed is refused', async (_name, layout) => {
  const bytes = await written(layout, 'RETURN', returns)
  const lines = bytes.toString().split(/(?<=\n)/)
  const put = (...changed: (string | undefined)[]) => read(layout, 'RETURN', Buffer.from(changed.join('')))
  const [first, one, two, trailer] = lines
  await expect(put(first, one, two)).rejects.toThrow('the last line is no trailer')
  await expect(put(first, one, trailer)).rejects.toThrow('the trailer counts 2 rows, there are 1')
  await expect(put(one, two, trailer)).rejects.toThrow('the first line is no header')
  await expect(put(first, one?.replace('4240000001', '4240000009'), two, trailer)).rejects.toThrow('the hash of the trailer is another')
  await expect(put(first, one, two, trailer?.trimEnd())).rejects.toThrow('the file does not end with the end of a line')
  await expect(put(first, 'something else\r\n', two, trailer)).rejects.toThrow('one of the lines 2 to 3 is no row of this layout')
  await expect(put('')).rejects.toThrow('the file has no header and trailer')
  await expect(read(layout, 'RETURN', bytes, 7, 1)).rejects.toThrow('the file has more than 1 rows')
  await expect(read(layout, 'RETURN', Buffer.from([0xff, 0x0d, 0x0a, 0x0d, 0x0a]))).rejects.toThrow('a line is no UTF-8')
})

test('another kind of file, a line without end and a foreign field are refused', async () => {
  await expect(read(layoutIn('PERSO', 'JSON'), 'PERSO', await written(layoutIn('RETURN', 'JSON'), 'RETURN', []))).rejects.toThrow(
    'it is a RETURN file, not a PERSO file',
  )
  await expect(read(few, 'RETURN', Buffer.alloc(20_000, 'a'), 5_000)).rejects.toThrow('a line has more than 16384 bytes')
  await expect(written({ format: 'CSV', fields: [{ field: 'pan' }] }, 'RETURN', [])).rejects.toThrow(
    'pan, which is no field of a RETURN file',
  )
})
