// A card vendor for one test: keeps what is put into its drop, opens it with its own key, and
// offers what the test gives it.
import { createHash } from 'node:crypto'
import { type TenantDefinition, type VendorLayout, vendorFields } from '@dcms/contract'
import { ServiceUnavailable } from '@dcms/service'
import {
  type CardVendor,
  makePgpKeyPair,
  openFile,
  type PgpKeyPair,
  type Row,
  readVendorFile,
  sealFile,
  writeVendorFile,
} from '@dcms/vendor-files'

export const DROP = 'perso-west'
const CREATED_AT = '20261201120000'

const layoutOf = (kind: keyof typeof vendorFields, format: VendorLayout['format']): VendorLayout => ({
  format,
  fields: Object.keys(vendorFields[kind]).map((field) => ({ field })),
})
export const perso = layoutOf('PERSO', 'CSV')
export const returns = layoutOf('RETURN', 'JSON')

export class Drop implements CardVendor {
  readonly key: PgpKeyPair
  readonly kept = new Map<string, Buffer>()
  readonly offers = new Map<string, Buffer>()
  puts = 0
  /** Called with each chunk that comes. */
  onChunk: () => void = () => undefined
  isAway = false
  /** The file is kept, the answer is lost. */
  losesAnswer = false

  private constructor(key: PgpKeyPair) {
    this.key = key
  }

  static async open(): Promise<Drop> {
    return new Drop(await makePgpKeyPair('Perso West'))
  }

  /** The vendor, as the bank's definition names it. */
  vendors(change: Partial<NonNullable<TenantDefinition['vendors']>[number]> = {}): NonNullable<TenantDefinition['vendors']> {
    return [{ vendor: 'WEST', name: 'Perso West', drop: DROP, publicKeys: [this.key.publicKey], perso, returns, ...change }]
  }

  async put(_tenant: unknown, drop: string, name: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    this.puts++
    if (this.isAway) throw new ServiceUnavailable('the card vendor did not answer')
    const parts: Uint8Array[] = []
    for await (const chunk of bytes) {
      this.onChunk()
      parts.push(chunk)
    }
    if (!this.kept.has(`${drop}/${name}`)) this.kept.set(`${drop}/${name}`, Buffer.concat(parts))
    if (this.losesAnswer) throw new ServiceUnavailable('the card vendor did not answer')
  }

  has = async (_tenant: unknown, drop: string, name: string): Promise<boolean> => this.kept.has(`${drop}/${name}`)

  async offered(_tenant: unknown, _drop: string, after = '') {
    const files = [...this.offers].filter(([name]) => name > after).map(([name, bytes]) => ({ name, sha256: sha256Of(bytes) }))
    return { files: files.sort((left, right) => (left.name < right.name ? -1 : 1)), more: false }
  }

  fetch = async (_tenant: unknown, _drop: string, name: string): Promise<Buffer | null> => this.offers.get(name) ?? null

  done = async (_tenant: unknown, _drop: string, name: string): Promise<void> => void this.offers.delete(name)

  /** The rows of a file that it keeps. */
  async read(name: string, bankKey: string, layout = perso): Promise<Row[]> {
    const sealed = this.kept.get(`${DROP}/${name}`)
    if (!sealed) throw new Error(`there is no file ${name}`)
    const opened = await openFile(one(sealed), { decryptWith: this.key.privateKey, signedBy: [bankKey] })
    const rows: Row[] = []
    for await (const batch of readVendorFile(layout, 'PERSO', opened.cleartext)) rows.push(...batch)
    await opened.verified()
    return rows
  }

  /** Offers a file of its own. */
  async offer(
    name: string,
    rows: readonly Row[],
    to: string,
    change: { signWith?: string; tenant?: string; title?: string } = {},
  ): Promise<void> {
    const { signWith = this.key.privateKey, tenant = 'ACME_BANK', title = name } = change
    const file = writeVendorFile(returns, { kind: 'RETURN', tenant, name: title, createdAt: CREATED_AT }, one(rows))
    const parts: Uint8Array[] = []
    for await (const chunk of await sealFile(file, { to, signWith })) parts.push(chunk)
    this.offers.set(name, Buffer.concat(parts))
  }
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function* one<Each>(each: Each): AsyncGenerator<Each> {
  yield each
}
