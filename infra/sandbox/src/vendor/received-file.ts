// A file that a bank put into the vendor's drop: opened as it comes, its signature, counts and hash
// checked, and nothing of its cards kept but the numbers of their kits.
import { createHash } from 'node:crypto'
import type { VendorFileKind, VendorLayout } from '@dcms/contract'
import { openFile, type Row, readVendorFile, VendorFileFault } from '@dcms/vendor-files'

/** Kits of one file that the vendor sends back. */
export const KITS_PER_RETURN = 10_000

/** What the vendor was told of a bank: how its files look, and by which keys it signs. */
export interface Customer {
  drop: string
  /** Armoured, one for each context that sends files. */
  bankKeys: readonly string[]
  layouts: Partial<Record<VendorFileKind, VendorLayout>>
}

export interface ReceivedFile {
  kind: VendorFileKind
  rows: number
  /** Of the encrypted bytes. */
  bytes: number
  sha256: string
  /** Of the rows: equal for the same rows in the same order. */
  rowsSha256: string
}

/**
 * Reads a file to its end.
 * @param take gets the kits, up to 10,000 at a time; what it did is void when this throws
 * @throws VendorFileFault for a file that is not the bank's, or not written by its layout
 */
export async function receive(
  stream: AsyncIterable<Uint8Array>,
  { name, tenant, customer, privateKey }: { name: string; tenant: string; customer: Customer; privateKey: string },
  take: (part: number, kitNos: readonly string[]) => Promise<void>,
): Promise<ReceivedFile> {
  const [sealed, rowsHash] = [createHash('sha256'), createHash('sha256')]
  let bytes = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream) {
      sealed.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }
  const kind = name.startsWith('perso-') ? 'PERSO' : 'PIN_MAILER'
  const layout = customer.layouts[kind]
  if (!layout) throw new VendorFileFault(`no layout for ${kind} files was agreed on`)
  const opened = await openFile(counted(), { decryptWith: privateKey, signedBy: customer.bankKeys })
  const reading = readVendorFile(layout, kind, opened.cleartext)
  let kitNos: string[] = []
  let part = 0
  const hand = async (): Promise<void> => {
    if (kitNos.length > 0) await take(++part, kitNos)
    kitNos = []
  }
  for (;;) {
    const next = await reading.next()
    if (next.done) {
      await hand()
      await opened.verified()
      const { rows, tenant: of, name: file } = next.value
      if (of !== tenant || file !== name) throw new VendorFileFault('the header names another bank or file')
      return { kind, rows, bytes, sha256: sealed.digest('hex'), rowsSha256: rowsHash.digest('hex') }
    }
    for (const row of next.value) {
      rowsHash.update(lineOf(row))
      kitNos.push(row.kitNo ?? '')
      if (kitNos.length === KITS_PER_RETURN) await hand()
    }
  }
}

const lineOf = (row: Row): string => `${JSON.stringify(row)}\n`
