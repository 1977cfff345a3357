// A vendor's file, written and read as a stream of batches: never more of it in memory than one of
// them. Every line but the last counts into the hash that the last one tells.
import { createHash } from 'node:crypto'
import type { VendorFileKind, VendorLayout } from '@dcms/contract'
import { checkHead, type FileHead, formatOf } from './formats.ts'
import { columnsOf, type Row, valueFault } from './values.ts'
import { VendorFileFault } from './vendor-file-fault.ts'

const LINE_BYTES_MAX = 16 * 1024
const BATCH_ROWS = 500
const NEWLINE = 0x0a
const RETURN = 0x0d

/**
 * The file as bytes, a batch at a time. The same head and rows give the same bytes.
 * @throws VendorFileFault for a value that cannot stand in its field, with the number of its row
 * and the name of the field
 */
export async function* writeVendorFile(
  layout: VendorLayout,
  head: FileHead,
  batches: AsyncIterable<readonly Row[]>,
): AsyncGenerator<Buffer, { rows: number }> {
  checkHead(head)
  const columns = columnsOf(head.kind, layout)
  const format = formatOf(layout, columns)
  const end = layout.lineEnd === 'CRLF' ? '\r\n' : '\n'
  const hash = createHash('sha256')
  const hashed = (lines: readonly string[]): Buffer => {
    const bytes = Buffer.from(lines.map((line) => line + end).join(''))
    hash.update(bytes)
    return bytes
  }
  yield hashed([format.header(head)])
  let count = 0
  for await (const batch of batches) {
    const rows = batch.map((row, i) => columns.map((column) => checked(row[column.field] ?? '', column, layout, count + i + 1)))
    const lines = format.rows(rows, count === 0)
    count += rows.length
    if (lines.length > 0) yield hashed(lines)
  }
  yield Buffer.from(format.trailer({ rows: count, sha256: hash.digest('hex') }) + end)
  return { rows: count }
}

/**
 * The rows of a file, a batch at a time. What was yielded holds only when the generator has ended:
 * then the trailer has been compared.
 * @returns the header, and how many rows there were
 * @throws VendorFileFault for anything that the writer would not have written; `rowsMax` rows at
 * most
 */
export async function* readVendorFile(
  layout: VendorLayout,
  kind: VendorFileKind,
  bytes: AsyncIterable<Uint8Array>,
  rowsMax = Number.POSITIVE_INFINITY,
): AsyncGenerator<Row[], FileHead & { rows: number }> {
  const columns = columnsOf(kind, layout)
  const format = formatOf(layout, columns)
  const hash = createHash('sha256')
  let head: FileHead | undefined
  let last: Line | undefined
  let waiting: string[] = []
  let count = 0
  const rowsOf = (lines: readonly string[]): Row[] => {
    const values = format.readRows(lines, count === 0)
    if (!values) throw new VendorFileFault(`one of the lines ${count + 2} to ${count + 1 + lines.length} is no row of this layout`)
    const rows = values.map((each, i) =>
      Object.fromEntries(columns.map((column, at) => [column.field, checked(each[at] ?? '', column, layout, count + i + 1)])),
    )
    count += rows.length
    if (count > rowsMax) throw new VendorFileFault(`the file has more than ${rowsMax} rows`)
    return rows
  }
  for await (const line of linesOf(bytes, layout.lineEnd === 'CRLF')) {
    if (last) {
      hash.update(last.bytes)
      if (head) waiting.push(last.text)
      else head = headOf(format.readHeader(last.text), kind)
    }
    last = line
    if (waiting.length < BATCH_ROWS) continue
    yield rowsOf(waiting)
    waiting = []
  }
  if (!head || !last) throw new VendorFileFault('the file has no header and trailer')
  if (waiting.length > 0) yield rowsOf(waiting)
  const tail = format.readTrailer(last.text)
  if (!tail) throw new VendorFileFault('the last line is no trailer')
  if (tail.rows !== count) throw new VendorFileFault(`the trailer counts ${tail.rows} rows, there are ${count}`)
  if (tail.sha256 !== hash.digest('hex')) throw new VendorFileFault('the hash of the trailer is another')
  return { ...head, rows: count }
}

function headOf(head: FileHead | null, kind: VendorFileKind): FileHead {
  if (!head) throw new VendorFileFault('the first line is no header')
  if (head.kind !== kind) throw new VendorFileFault(`it is a ${head.kind} file, not a ${kind} file`)
  checkHead(head)
  return head
}

function checked(value: string, column: Parameters<typeof valueFault>[1], { format }: VendorLayout, row: number): string {
  const fault = valueFault(value, column, format === 'FIXED')
  if (fault !== null) throw new VendorFileFault(`row ${row}: ${fault}`)
  return value
}

interface Line {
  bytes: Buffer
  text: string
}

/** Whole lines; a file ends with the end of a line. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>, isCrlf: boolean): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let rest = Buffer.alloc(0)
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    let from = 0
    for (let at = rest.indexOf(NEWLINE); at >= 0; at = rest.indexOf(NEWLINE, from)) {
      yield lineOf(rest.subarray(from, at + 1), isCrlf, decoder)
      from = at + 1
    }
    rest = rest.subarray(from)
    if (rest.length > LINE_BYTES_MAX) throw new VendorFileFault(`a line has more than ${LINE_BYTES_MAX} bytes`)
  }
  if (rest.length > 0) throw new VendorFileFault('the file does not end with the end of a line')
}

function lineOf(bytes: Buffer, isCrlf: boolean, decoder: TextDecoder): Line {
  if (bytes.length > LINE_BYTES_MAX) throw new VendorFileFault(`a line has more than ${LINE_BYTES_MAX} bytes`)
  if (isCrlf && bytes.at(-2) !== RETURN) throw new VendorFileFault('a line does not end with CR and LF')
  try {
    return { bytes, text: decoder.decode(bytes.subarray(0, isCrlf ? -2 : -1)) }
  } catch {
    throw new VendorFileFault('a line is no UTF-8')
  }
}
