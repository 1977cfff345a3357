// How fast a file for a card vendor is written: rows laid out, hashed, signed and encrypted, beside
// OpenPGP alone on the same bytes. What the HSM takes for the cards of a file is not in it.
import { type VendorLayout, vendorFields } from '@dcms/contract'
import { makePgpKeyPair, type Row, sealFile, writeVendorFile } from '@dcms/vendor-files'
import { comparisonRow, type Row as ReportRow } from './report.ts'
import { spreadOf } from './statistics.ts'

const BATCH = 500
const ROUNDS = 3
/** No card of anybody: as long as those are. */
const FILLING = '7'

/** @param rows so many in each of the rounds, both sides in turn */
export async function vendorFileRow(rows: number, goOn: () => void): Promise<ReportRow> {
  const [bank, vendor] = await Promise.all([makePgpKeyPair('bench bank'), makePgpKeyPair('bench vendor')])
  const keys = { to: vendor.publicKey, signWith: bank.privateKey }
  const pieces = await allOf(cleartext(rows))
  const [ours, alone]: [number[], number[]] = [[], []]
  for (let round = 0; round <= ROUNDS; round++) {
    goOn()
    const rates = [
      rows / (await secondsOf(async () => sealFile(cleartext(rows), keys))),
      rows / (await secondsOf(() => sealFile(pieceByPiece(pieces), keys))),
    ]
    if (round === 0) continue // warm-up
    ours.push(rates[0] ?? 0)
    alone.push(rates[1] ?? 0)
  }
  return comparisonRow({
    name: 'files',
    unit: 'rows/s',
    value: spreadOf(ours),
    better: 'high',
    comparedWith: 'OpenPGP alone, of the same bytes',
    baseline: spreadOf(alone),
  })
}

const layout: VendorLayout = { format: 'CSV', fields: Object.keys(vendorFields.PERSO).map((field) => ({ field })) } as VendorLayout
const row: Row = Object.fromEntries(
  Object.entries(vendorFields.PERSO).map(([field, { max }]) => [field, FILLING.repeat(Math.min(max, 16))]),
)

const cleartext = (rows: number): AsyncIterable<Uint8Array> =>
  writeVendorFile(layout, { kind: 'PERSO', tenant: 'BENCH_BANK', name: 'perso-bench', createdAt: '20260101000000' }, batches(rows))

async function* batches(rows: number): AsyncGenerator<Row[]> {
  for (let left = rows; left > 0; left -= BATCH) yield Array.from({ length: Math.min(BATCH, left) }, () => row)
}

async function* pieceByPiece(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

async function allOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return all
}

/** Until the last byte came. */
async function secondsOf(seal: () => Promise<AsyncIterable<Uint8Array>>): Promise<number> {
  const begun = performance.now()
  let bytes = 0
  for await (const piece of await seal()) bytes += piece.length
  if (bytes === 0) throw new Error('the file is empty')
  return (performance.now() - begun) / 1_000
}
