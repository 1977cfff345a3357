// How the lines of a vendor's file look in each format: a header, a line for each row, a trailer.
import type { VendorFileKind, VendorLayout } from '@dcms/contract'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { XMLBuilder, XMLParser } from 'fast-xml-parser'
import type { Column } from './values.ts'
import { VendorFileFault } from './vendor-file-fault.ts'

const VERSION = '1'
/** Of one line, which is bounded itself. */
const ENTITIES_MAX = 10_000
const LINE_CHARS_MAX = 100_000
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

/** What the header says. */
export interface FileHead {
  kind: VendorFileKind
  tenant: string
  /** Of the file, without ending. */
  name: string
  /** `yyyyMMddHHmmss`, UTC. */
  createdAt: string
}
export interface FileTail {
  rows: number
  /** SHA-256, hex, of all bytes before the trailer's line. */
  sha256: string
}

/** Lines without their ends. Readers return null for what they cannot read. */
export interface Format {
  header(head: FileHead): string
  /** A line for each of some rows. */
  rows(rows: readonly (readonly string[])[], areFirst: boolean): string[]
  trailer(tail: FileTail): string
  readHeader(line: string): FileHead | null
  /** Values in the order of the columns. */
  readRows(lines: readonly string[], areFirst: boolean): string[][] | null
  readTrailer(line: string): FileTail | null
}

export function formatOf({ format, delimiter = ',' }: VendorLayout, columns: readonly Column[]): Format {
  switch (format) {
    case 'CSV':
      return csv(delimiter, columns.length)
    case 'FIXED':
      return fixed(columns)
    case 'JSON':
      return json(columns)
    case 'XML':
      return xml(columns)
  }
}

const KINDS: readonly string[] = ['PERSO', 'PIN_MAILER', 'RETURN'] satisfies VendorFileKind[]
const isKind = (text: unknown): text is VendorFileKind => typeof text === 'string' && KINDS.includes(text)

function headFrom([kind, version, tenant, name, createdAt]: readonly unknown[]): FileHead | null {
  if (!isKind(kind) || version !== VERSION) return null
  if (typeof tenant !== 'string' || typeof name !== 'string' || typeof createdAt !== 'string') return null
  return { kind, tenant, name, createdAt }
}

function tailFrom([rows, sha256]: readonly unknown[]): FileTail | null {
  if (typeof rows !== 'string' || !/^\d{1,10}$/.test(rows) || typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return null
  return { rows: Number(rows), sha256 }
}

const headValues = ({ kind, tenant, name, createdAt }: FileHead): string[] => [kind, VERSION, tenant, name, createdAt]
const tailValues = ({ rows, sha256 }: FileTail): string[] => [String(rows), sha256]

/** The first value of a line says what it is: `H`, `D` or `T`. */
function csv(delimiter: string, width: number): Format {
  const write = (records: readonly (readonly string[])[]): string[] =>
    records.length === 0
      ? []
      : stringify(records as string[][], { delimiter, record_delimiter: '\n' })
          .slice(0, -1)
          .split('\n')
  const read = (lines: readonly string[], mark: string, count: number): string[][] | null => {
    try {
      const records = parse(lines.join('\n'), { delimiter, record_delimiter: '\n', relax_column_count: true, skip_empty_lines: false })
      const isSound = records.length === lines.length && records.every((each) => each[0] === mark && each.length === count + 1)
      return isSound ? records.map((each) => each.slice(1)) : null
    } catch {
      return null // its words may repeat what stands in the line
    }
  }
  return {
    header: (head) => write([['H', ...headValues(head)]]).join(''),
    rows: (rows) => write(rows.map((row) => ['D', ...row])),
    trailer: (tail) => write([['T', ...tailValues(tail)]]).join(''),
    readHeader: (line) => headFrom(read([line], 'H', 5)?.[0] ?? []),
    readRows: (lines) => (lines.length === 0 ? [] : read(lines, 'D', width)),
    readTrailer: (line) => tailFrom(read([line], 'T', 2)?.[0] ?? []),
  }
}

type Place = Pick<Column, 'max' | 'align'>
const HEAD_PLACES: readonly Place[] = [12, 2, 30, 150, 14].map((max) => ({ max, align: 'LEFT' }))
const TAIL_PLACES: readonly Place[] = [10, 64].map((max) => ({ max, align: 'LEFT' }))

/** The same, each value in its width, filled up with blanks. */
function fixed(columns: readonly Column[]): Format {
  const write = (mark: string, values: readonly string[], places: readonly Place[]): string =>
    mark + places.map(({ max, align }, i) => (align === 'LEFT' ? (values[i] ?? '').padEnd(max) : (values[i] ?? '').padStart(max))).join('')
  const read = (mark: string, line: string, places: readonly Place[]): string[] | null => {
    if (line[0] !== mark || line.length !== places.reduce((sum, { max }) => sum + max, 1)) return null
    let at = 1
    return places.map(({ max }) => {
      at += max
      return line.slice(at - max, at).replace(/^ +| +$/g, '')
    })
  }
  return {
    header: (head) => write('H', headValues(head), HEAD_PLACES),
    rows: (rows) => rows.map((row) => write('D', row, columns)),
    trailer: (tail) => write('T', tailValues(tail), TAIL_PLACES),
    readHeader: (line) => headFrom(read('H', line, HEAD_PLACES) ?? []),
    readRows: (lines) => all(lines.map((line) => read('D', line, columns))),
    readTrailer: (line) => tailFrom(read('T', line, TAIL_PLACES) ?? []),
  }
}

/** One document, an object of it in each line. */
function json(columns: readonly Column[]): Format {
  const namesOf = columns.map(({ name }) => name)
  return {
    header: ({ kind, tenant, name, createdAt }) =>
      `${JSON.stringify({ header: { kind, version: VERSION, tenant, file: name, createdAt } }).slice(0, -1)},"rows":[`,
    rows: (rows, areFirst) =>
      rows.map(
        (row, i) => `${areFirst && i === 0 ? '' : ','}${JSON.stringify(Object.fromEntries(namesOf.map((name, at) => [name, row[at]])))}`,
      ),
    trailer: ({ rows, sha256 }) => `],"trailer":${JSON.stringify({ rows, sha256 })}}`,
    readHeader(line) {
      const header = memberOf(parsed(`${line}]}`), 'header')
      return headFrom(['kind', 'version', 'tenant', 'file', 'createdAt'].map((name) => memberOf(header, name)))
    },
    readRows: (lines, areFirst) =>
      all(
        lines.map((line, i) => {
          const needsComma = !(areFirst && i === 0)
          if (line.startsWith(',') !== needsComma) return null
          const row = parsed(needsComma ? line.slice(1) : line)
          const isWhole = typeof row === 'object' && row !== null && Object.keys(row).length === namesOf.length
          const values = namesOf.map((name) => memberOf(row, name))
          return isWhole && values.every((value) => typeof value === 'string') ? values : null
        }),
      ),
    readTrailer(line) {
      if (!line.startsWith('],"trailer":')) return null
      const trailer = memberOf(parsed(`{${line.slice('],'.length)}`), 'trailer')
      const rows = memberOf(trailer, 'rows')
      return tailFrom([typeof rows === 'number' ? String(rows) : rows, memberOf(trailer, 'sha256')])
    },
  }
}

/** One document, an element of it in each line. */
function xml(columns: readonly Column[]): Format {
  const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: false, format: false })
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    processEntities: { enabled: true, maxTotalExpansions: ENTITIES_MAX, maxExpandedLength: LINE_CHARS_MAX },
  })
  const read = (text: string): unknown => {
    try {
      return parser.parse(text, true)
    } catch {
      return null // its words may repeat what stands in the line
    }
  }
  const namesOf = columns.map(({ name }) => name)
  return {
    header: ({ kind, tenant, name, createdAt }) => {
      const file = { '@kind': kind, '@version': VERSION, '@tenant': tenant, '@name': name, '@createdAt': createdAt }
      return DECLARATION + builder.build({ file }).slice(0, -'</file>'.length)
    },
    rows: (rows) => rows.map((row) => builder.build({ row: Object.fromEntries(namesOf.map((name, at) => [name, row[at]])) })),
    trailer: ({ rows, sha256 }) => `${builder.build({ trailer: { '@rows': String(rows), '@sha256': sha256 } })}</file>`,
    readHeader(line) {
      const file = memberOf(read(`${line}</file>`), 'file')
      return headFrom(['@kind', '@version', '@tenant', '@name', '@createdAt'].map((name) => memberOf(file, name)))
    },
    readRows: (lines) =>
      all(
        lines.map((line) => {
          const document = line.startsWith('<row>') && line.endsWith('</row>') ? read(line) : null
          const row = memberOf(document, 'row')
          const isWhole = typeof row === 'object' && row !== null && Object.keys(row).length === namesOf.length
          const values = namesOf.map((name) => memberOf(row, name))
          return isWhole && values.every((value) => typeof value === 'string') ? values : null
        }),
      ),
    readTrailer(line) {
      const trailer = memberOf(memberOf(read(`<file>${line}`), 'file'), 'trailer')
      return tailFrom([memberOf(trailer, '@rows'), memberOf(trailer, '@sha256')])
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // its words may repeat what stands in the line
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined

const all = (rows: readonly (string[] | null)[]): string[][] | null => {
  const read = rows.filter((row) => row !== null)
  return read.length === rows.length ? read : null
}

/** @throws VendorFileFault for one that a fixed header could not hold, so that none can */
export function checkHead({ tenant, name, createdAt }: FileHead): void {
  if (!/^[A-Z][A-Z0-9_]{1,29}$/.test(tenant)) throw new VendorFileFault('the header names no tenant')
  if (!/^[A-Za-z0-9._-]{1,150}$/.test(name)) throw new VendorFileFault('the header names no file')
  if (!/^\d{14}$/.test(createdAt)) throw new VendorFileFault('the header says not when the file was made')
}
