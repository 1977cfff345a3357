// The rows of a vendor's own file: opened, its signature and its trailer checked, before any of
// them counts.
import { createHash } from 'node:crypto'
import { layoutOf, type Vendor, type VendorReported, type VendorWord, vendorWords } from '@dcms/contract'
import { withoutCardData } from '@dcms/events'
import { openFile, type PgpKeyPair, type Row, readVendorFile, VendorFileFault } from '@dcms/vendor-files'

/** A vendor with more to tell sends several files. */
export const RETURN_ROWS_MAX = 50_000
/** Decrypted, and unpacked where the vendor packs. */
const CLEAR_BYTES_MAX = 16 * 1024 * 1024
const KIT_NO = /^[A-Z0-9]{1,20}$/

export type ReturnedKit = VendorReported['kits'][number]

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/**
 * All rows, each kit once.
 * @throws VendorFileFault when the file is not this vendor's for this bank under this name, or was
 * not written by the layout
 */
export async function readReturn(
  bytes: Uint8Array,
  { vendor, fileName, tenant, key }: { vendor: Vendor; fileName: string; tenant: string; key: PgpKeyPair },
): Promise<ReturnedKit[]> {
  const layout = layoutOf(vendor, 'RETURN')
  if (!layout) throw new VendorFileFault(`vendor ${vendor.vendor} has no layout for its files any more`)
  const opened = await openFile(one(bytes), { decryptWith: key.privateKey, signedBy: vendor.publicKeys })
  const reading = readVendorFile(layout, 'RETURN', bounded(opened.cleartext), RETURN_ROWS_MAX)
  const kits = new Map<string, ReturnedKit>()
  for (;;) {
    const next = await reading.next()
    if (!next.done) {
      for (const row of next.value) takeRow(row, kits)
      continue
    }
    await opened.verified()
    const { tenant: of, name } = next.value
    if (of !== tenant) throw new VendorFileFault('the header names another bank')
    if (name !== fileName) throw new VendorFileFault('the header names another file')
    return [...kits.values()]
  }
}

function takeRow(row: Row, kits: Map<string, ReturnedKit>): void {
  const { kitNo = '', status = '' } = row
  const number = kits.size + 1
  if (!KIT_NO.test(kitNo)) throw new VendorFileFault(`row ${number}: kitNo is none`)
  if (kits.has(kitNo)) throw new VendorFileFault(`row ${number}: the kit stands twice`)
  if (!isWord(status)) throw new VendorFileFault(`row ${number}: status is not one of ${vendorWords.join(', ')}`)
  kits.set(kitNo, { kitNo, status, ...saidOf(row) })
}

const isWord = (text: string): text is VendorWord => vendorWords.some((word) => word === text)

/** The vendor's words are told in events: a card number in them is not passed on. */
const saidOf = (row: Row): Pick<ReturnedKit, 'awbNo' | 'courier' | 'dispatchDate' | 'reason'> =>
  Object.fromEntries(
    (['awbNo', 'courier', 'dispatchDate', 'reason'] as const).flatMap((name) => (row[name] ? [[name, withoutCardData(row[name])]] : [])),
  )

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function* bounded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > CLEAR_BYTES_MAX) throw new VendorFileFault(`the file has more than ${CLEAR_BYTES_MAX} bytes`)
    yield chunk
  }
}
