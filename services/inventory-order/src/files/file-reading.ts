// Reading a file of pre-generated kits line by line: its lines are checked a few hundred at a time,
// and its kits go to the store a thousand at a time, so that a long file is never whole in memory.
import { createHash } from 'node:crypto'
import {
  type BroughtCard,
  CHECKED_CARDS_MAX,
  type CheckedCard,
  cardFaultWords,
  FILE_CHUNK_KITS,
  FILE_LINE_BYTES_MAX,
  FILE_PRODUCTS_MAX,
  type FileCard,
  type FileKit,
  productOf,
  type TenantDefinition,
} from '@dcms/contract'
import { productFaultsOf } from '../product-faults.ts'
import { fieldsOf, readHeader, readKit, readTrailer } from './file-lines.ts'
import { type FileLine, LineReader } from './line-reader.ts'
import { type FileProduct, type OrderFile, productKey } from './order-file.ts'

/** As many as are told. */
export const FAULTS_MAX = 100

/** What reading a file asks of others. */
export interface FileChecks {
  definition: TenantDefinition
  /** `YYMM` of this month on the bank's calendar. */
  thisMonth: string
  fileBytesMax: number
  /** The kit context's word on cards, in their order. */
  check(cards: readonly BroughtCard[]): Promise<readonly CheckedCard[]>
  isBranch(branchId: string): Promise<boolean>
  store(product: number, chunk: number, cards: FileCard[]): Promise<void>
}

/** What the file is, once all of it was found right and its kits are stored. */
export type FileRead = Pick<OrderFile, '_id' | 'orderRef' | 'branchId' | 'products'>

interface Fault {
  line: number
  reason: string
}
interface ReadKit {
  line: number
  kit: FileKit
}

/** @returns the file, or what is wrong with it: the first hundred faults in the order of lines */
export async function readFile(content: AsyncIterable<Uint8Array>, checks: FileChecks): Promise<FileRead | readonly string[]> {
  const lines = new LineReader(FILE_LINE_BYTES_MAX)
  const reading = new FileReading(checks)
  let failure: unknown
  let bytes = 0
  // To its end even when it is no longer looked at: who leaves a stream early cuts the connection.
  for await (const piece of content) {
    bytes += piece.length
    if (failure !== undefined || reading.isOver) continue
    if (bytes > checks.fileBytesMax) reading.end('the file is too large')
    else
      try {
        for (const line of lines.push(piece)) if (reading.take(line)) await reading.settle()
      } catch (error) {
        failure = error // thrown below, when the stream is at its end
      }
  }
  if (failure !== undefined) throw failure
  for (const line of lines.end()) if (!reading.isOver) reading.take(line)
  return await reading.finish()
}

/** One file on its way. */
class FileReading {
  readonly #checks: FileChecks
  readonly #hash = createHash('sha256')
  readonly #faults: Fault[] = []
  /** Read, and not checked by others yet. */
  #window: ReadKit[] = []
  readonly #products: ProductKits
  readonly #kitNos = new Set<string>()
  readonly #marks = new Set<string>()
  /** By parent kit number: the product of its kits. */
  readonly #boxes = new Map<string, string>()
  #line = 0
  #kits = 0
  #orderRef: string | undefined
  #branchId: string | undefined
  #sha256: string | undefined
  #isBranchChecked = false
  isOver = false

  constructor(checks: FileChecks) {
    this.#checks = checks
    this.#products = new ProductKits(checks)
  }

  refuse(reason: string, line = this.#line): void {
    this.#faults.push({ line, reason })
  }

  /** What follows is not looked at any more. */
  end(reason: string): void {
    this.refuse(reason)
    this.isOver = true
  }

  /** @returns whether `settle` is to be called before the next line */
  take({ number, bytes, content, isTooLong }: FileLine): boolean {
    if (this.isOver) return false
    this.#line = number
    const fields = isTooLong ? null : fieldsOf(content)
    if (this.#sha256 !== undefined) this.refuse('nothing may follow the trailer')
    else if (isTooLong) this.refuse(`the line has more than ${FILE_LINE_BYTES_MAX} bytes`)
    else if (fields === null) this.refuse('the line must be text in UTF-8 without control characters')
    else this.#takeFields(fields)
    if (this.#sha256 === undefined) this.#hash.update(bytes)
    return this.#window.length >= CHECKED_CARDS_MAX || this.#faults.length >= FAULTS_MAX
  }

  #takeFields(fields: readonly string[]): void {
    const [mark] = fields
    if (this.#line === 1) this.#takeHeader(fields)
    else if (mark === 'D') this.#takeKit(fields)
    else if (mark === 'T') this.#takeTrailer(fields)
    else this.refuse(mark === 'H' ? 'only the first line may be a header' : 'the line must begin with D or T')
  }

  #takeHeader(fields: readonly string[]): void {
    const { tenant, timeZone } = this.#checks.definition
    const { said, faults = [] } = readHeader(fields, { tenant, timeZone })
    this.#orderRef = said
    for (const fault of faults) this.refuse(fault)
  }

  #takeKit(fields: readonly string[]): void {
    this.#kits++
    const { said: kit, faults } = readKit(fields, this.#kits)
    const found = kit === undefined ? faults : this.#faultsOf(kit)
    for (const fault of found) this.refuse(fault)
    if (kit !== undefined && found.length === 0) this.#window.push({ line: this.#line, kit })
  }

  #faultsOf(kit: FileKit): readonly string[] {
    const faults = [...this.#products.faultsOf(kit)]
    if (!this.#fitsBox(kit)) faults.push('parentKitNo is that of kits of another product in an earlier line')
    if (isTwice(this.#kitNos, kit.kitNo)) faults.push('kitNo stands in an earlier line')
    if (yearFirst(kit.expiry) < this.#checks.thisMonth) faults.push('expiry is over')
    this.#branchId ??= kit.branchId
    if (kit.branchId !== this.#branchId) faults.push('branchId is not that of the lines before: all kits of a file are for one branch')
    return faults
  }

  /** A box has kits of one product. */
  #fitsBox(kit: FileKit): boolean {
    const { parentKitNo } = kit
    if (parentKitNo === undefined) return true
    const product = productKey(this.#products.madeOf(kit))
    const there = this.#boxes.get(parentKitNo)
    if (there === undefined) this.#boxes.set(copyOf(parentKitNo), product)
    return there === undefined || there === product
  }

  #takeTrailer(fields: readonly string[]): void {
    const { said, faults = [] } = readTrailer(fields)
    this.#sha256 = this.#hash.digest('hex')
    for (const fault of faults) this.refuse(fault)
    if (said === undefined) return
    if (said.count !== this.#kits) this.refuse(`the trailer counts ${said.count} lines D, the file has ${this.#kits}`)
    if (said.sha256 !== this.#sha256) this.refuse('the SHA-256 is not that of the bytes before this line')
  }

  /** Has the kits checked that were read since the last time, and stores whole chunks. */
  async settle(): Promise<void> {
    const window = this.#window
    this.#window = []
    if (window.length > 0) {
      await this.#checkBranch(window)
      const checked = await this.#checks.check(window.map(({ kit }) => broughtCardOf(kit)))
      for (const [at, { line, kit }] of window.entries()) this.#judge(line, kit, checked[at])
    }
    this.isOver ||= this.#faults.length >= FAULTS_MAX
    if (this.#faults.length === 0) await this.#products.storeWhole()
  }

  /** Once: all kits are for the branch of the first. */
  async #checkBranch([first]: readonly ReadKit[]): Promise<void> {
    if (this.#isBranchChecked || first === undefined) return
    this.#isBranchChecked = true
    if (!(await this.#checks.isBranch(first.kit.branchId))) this.refuse('branchId is not known', first.line)
  }

  #judge(line: number, kit: FileKit, checked: CheckedCard | undefined): void {
    if (checked === undefined) throw new Error('the kit context did not say of every card whether it can be taken')
    if (checked.fault !== undefined) this.refuse(cardFaultWords[checked.fault], line)
    else if (isTwice(this.#marks, checked.mark)) this.refuse('the card number stands in an earlier line', line)
    else this.#products.add(kit)
  }

  async finish(): Promise<FileRead | readonly string[]> {
    await this.settle()
    if (!this.isOver && this.#sha256 === undefined) {
      const reason = this.#line === 0 ? 'the file is empty' : 'the file ends without a trailer'
      this.refuse(reason, Math.max(1, this.#line))
    } else if (this.#kits === 0) this.refuse('the file has no kits')
    if (this.#faults.length > 0) return this.#told()
    await this.#products.storeRest()
    const [_id, orderRef, branchId] = [this.#sha256, this.#orderRef, this.#branchId]
    if (_id === undefined || orderRef === undefined || branchId === undefined) throw new Error('a right file lacks one of its parts')
    return { _id, orderRef, branchId, products: this.#products.all }
  }

  #told(): string[] {
    const faults = this.#faults.toSorted((one, other) => one.line - other.line)
    return faults.slice(0, FAULTS_MAX).map(({ line, reason }) => `line ${line}: ${reason}`)
  }
}

/** The kits of a file by product, those of whole chunks in the store already. */
class ProductKits {
  readonly #checks: FileChecks
  readonly #faults = new Map<string, readonly string[]>()
  readonly #products = new Map<string, FileProduct & { waiting: FileCard[] }>()

  constructor(checks: FileChecks) {
    this.#checks = checks
  }

  get all(): FileProduct[] {
    return [...this.#products.values()].map(({ waiting: _stored, ...product }) => product)
  }

  /** What a kit is made of is looked up once. */
  faultsOf(kit: FileKit): readonly string[] {
    const key = productKey(kit)
    const known = this.#faults.get(key)
    if (known) return known
    if (this.#faults.size >= FILE_PRODUCTS_MAX) return [`the file has more than ${FILE_PRODUCTS_MAX} products`]
    const faults = productFaultsOf(kit, this.#checks.definition).map(({ sentence }) => sentence)
    this.#faults.set(key, faults)
    return faults
  }

  /** What a kit is made of, its plastic that of the product where the file names none. */
  madeOf({ productId, bin, plasticCode: named }: FileKit): Omit<FileProduct, 'kits'> {
    const plasticCode = named ?? productOf(this.#checks.definition, productId)?.plasticCode
    return { productId, bin, ...(plasticCode !== undefined && { plasticCode }) }
  }

  add(kit: FileKit): void {
    const { kitNo, parentKitNo, encryptedCardNumber, lastFour, expiry, aliasName } = kit
    const made = this.madeOf(kit)
    const key = productKey(made)
    const product = this.#products.get(key) ?? { ...made, kits: 0, waiting: [] }
    this.#products.set(key, product)
    product.kits++
    product.waiting.push({
      kitNo,
      ...(parentKitNo !== undefined && { parentKitNo }),
      encryptedCardNumber,
      lastFour,
      expiry,
      ...(aliasName !== undefined && { aliasName }),
    })
  }

  async storeWhole(): Promise<void> {
    for (const [at, product] of [...this.#products.values()].entries())
      while (product.waiting.length >= FILE_CHUNK_KITS) await this.#store(at, product)
  }

  async storeRest(): Promise<void> {
    await this.storeWhole()
    for (const [at, product] of [...this.#products.values()].entries()) if (product.waiting.length > 0) await this.#store(at, product)
  }

  async #store(at: number, { kits, waiting }: FileProduct & { waiting: FileCard[] }): Promise<void> {
    const chunk = Math.floor((kits - waiting.length) / FILE_CHUNK_KITS)
    await this.#checks.store(at, chunk, waiting.splice(0, FILE_CHUNK_KITS))
  }
}

const broughtCardOf = ({ kitNo, parentKitNo, bin, lastFour, encryptedCardNumber }: FileKit): BroughtCard => ({
  kitNo,
  ...(parentKitNo !== undefined && { parentKitNo }),
  bin,
  lastFour,
  encryptedCardNumber,
})

/** `MMYY` as `YYMM`. */
const yearFirst = (expiry: string): string => expiry.slice(2) + expiry.slice(0, 2)

function isTwice(seen: Set<string>, value: string): boolean {
  if (seen.has(value)) return true
  seen.add(copyOf(value))
  return false
}

/** A part of a line, kept for the whole file, would keep all of the line in memory. */
const copyOf = (part: string): string => Buffer.from(part, 'latin1').toString('latin1')
