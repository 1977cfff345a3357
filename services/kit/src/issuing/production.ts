// The production of a card order: which kits are to be made for it, and how far that has come.
import { FILE_CHUNK_KITS, type OrderProcessed, productOf, type TenantDefinition, vendorFor } from '@dcms/contract'
import { aggregateModel, newlyStored, type Stored, type Tenant } from '@dcms/service'
import type { Kit } from '../kit.ts'
import type { NumberedRange } from './number-cards.ts'

/** As many kits as an event names at most. */
const BATCH_MAX = 1_000
const PRODUCTIONS_AT_ONCE = 16
/** Where the bank does not say. */
const KITS_PER_PARENT = 100

/** Why kits will never be made, as KitsNotProduced says it. */
export type NotProduced = 'bin.range.exhausted' | 'product.not.found' | 'order.file.not.found' | 'invalid.kit.info'

/** The kits of one product of an order. */
export interface ProductionLine {
  productId: string
  bin: string
  quantity: number
  plasticCode?: string
  /** Whether a PIN is to be made for each card. */
  pinGeneration?: boolean
  /** Kits of batches that are done. */
  made: number
  /** Present when the others will never be made. */
  failed?: NotProduced
}

/** What all kits of a batch have in common. */
export type SharedOfKits = Pick<
  Kit,
  'productId' | 'productName' | 'cardType' | 'cardCategory' | 'networkType' | 'tierType' | 'plasticCode' | 'bin' | 'expiry'
>

/**
 * A batch as it was fixed before its first kit was made: whoever makes it, and however often, makes
 * the same kits, whatever the bank's definition says by then.
 */
export interface Batch {
  /** From 1, over all lines. */
  number: number
  /** Position of its line. */
  line: number
  count: number
  range: NumberedRange
  /** Its first positions in the range and in the counters of kits and parent kits. */
  panFrom: number
  kitFrom: number
  parentFrom: number
  /** Kits in a parent kit; 0: they are packed in none. */
  kitsPerParent: number
  shared: SharedOfKits
}

/** Kits of one line whose numbers follow one another. */
export interface KitRow {
  line: number
  kitFrom: number
  count: number
}

/**
 * A file with cards for a vendor: fixed when the last kit was made, so that a repeat writes the
 * same.
 */
export interface PersoFile {
  name: string
  vendor: string
  /** Positions of its lines. */
  lines: number[]
  createdAt: Date
  /** Present once the vendor has it. */
  sentAt?: Date
}

export interface Production extends Stored {
  _id: string // orderId
  /** Where the cards are to go. */
  branchId?: string
  address?: string
  pinCode?: string
  lines: ProductionLine[]
  kitsPerParent: number
  /** Its kits come from the file of the order, card numbers and all. */
  fromFile?: boolean
  /** When the CMS was done: from then on the cards are good. */
  asOf: Date
  /** Batches of the whole order, and those that are done. */
  batches: number
  done: number
  /** Present while it is being made. */
  batch?: Batch
  /** The kits that were made, in the order of their making. */
  rows?: KitRow[]
  /** The files that tell vendors of them; absent where nobody is told. */
  persoFiles?: PersoFile[]
  /**
   * Present while one of them is to be sent: when that is tried. Its partial index is what the job
   * reads.
   */
  persoDueAt?: Date
  /**
   * Present while kits are still to be made: since when it has waited for its turn. Its partial
   * index is what the sweep reads.
   */
  turnAt?: Date
}

/** The productions of one bank. */
export const productionsOf = aggregateModel<Production>(
  'productions',
  {
    lines: [Object],
    branchId: String,
    address: String,
    pinCode: String,
    kitsPerParent: Number,
    fromFile: Boolean,
    asOf: Date,
    batches: Number,
    done: Number,
    batch: Object,
    rows: { type: [Object], default: undefined },
    persoFiles: { type: [Object], default: undefined },
    persoDueAt: Date,
    turnAt: Date,
  },
  [
    [{ turnAt: 1 }, { partialFilterExpression: { turnAt: { $exists: true } } }],
    [{ persoDueAt: 1 }, { partialFilterExpression: { persoDueAt: { $exists: true } } }],
  ],
)

/** A production as it begins. */
export function newProduction(
  { orderId, branchId, address, pinCode, products, processedAt, fileName }: OrderProcessed,
  { settings }: Pick<TenantDefinition, 'settings'>,
  now: Date,
): Production {
  const kitsPerParent = settings?.orders?.kitsPerParent ?? KITS_PER_PARENT
  const fromFile = fileName !== undefined
  const ordered = products.map(({ productId, bin, quantity, plasticCode, pinGeneration }) => ({
    productId,
    bin,
    quantity,
    ...(plasticCode !== undefined && { plasticCode }),
    ...(pinGeneration !== undefined && { pinGeneration }),
    made: 0,
  }))
  const lines = fromFile ? oneForEach(ordered) : ordered
  const batchSize = fromFile ? FILE_CHUNK_KITS : batchSizeOf(kitsPerParent)
  return newlyStored({
    _id: orderId,
    lines,
    branchId,
    ...(address !== undefined && { address }),
    ...(pinCode !== undefined && { pinCode }),
    kitsPerParent,
    ...(fromFile && { fromFile }),
    asOf: new Date(processedAt),
    batches: lines.reduce((sum, { quantity }) => sum + Math.ceil(quantity / batchSize), 0),
    done: 0,
    ...(lines.length > 0 && { turnAt: now }),
  })
}

/** A file has its kits by product and plastic, however many lines of the order ask for them. */
function oneForEach(lines: readonly ProductionLine[]): ProductionLine[] {
  const made = new Map<string, ProductionLine>()
  for (const line of lines) {
    const key = [line.productId, line.bin, line.plasticCode].join('|')
    made.set(key, { ...line, quantity: line.quantity + (made.get(key)?.quantity ?? 0) })
  }
  return [...made.values()]
}

/** Whole parent kits, so that none is filled from two batches. */
export const batchSizeOf = (kitsPerParent: number): number => Math.floor(BATCH_MAX / kitsPerParent) * kitsPerParent

/**
 * The kits that were made, with a further batch: one row where its numbers follow the last ones.
 */
export function withRow(rows: readonly KitRow[], { line, kitFrom, count }: KitRow): KitRow[] {
  const last = rows.at(-1)
  const follows = last?.line === line && last.kitFrom + last.count === kitFrom
  return follows ? [...rows.slice(0, -1), { ...last, count: last.count + count }] : [...rows, { line, kitFrom, count }]
}

/** The files of a production whose last kit was made: one for each vendor of its physical cards. */
export function persoFilesOf(orderId: string, lines: readonly ProductionLine[], definition: TenantDefinition, now: Date): PersoFile[] {
  const files = new Map<string, PersoFile>()
  for (const [position, { productId, made }] of lines.entries()) {
    if (made === 0 || productOf(definition, productId)?.cardType !== 'PHYSICAL') continue
    const vendor = vendorFor(definition.vendors, 'PERSO', productId)?.vendor
    if (vendor === undefined) continue
    const file = files.get(vendor) ?? { name: `perso-${orderId}-${vendor}`, vendor, lines: [], createdAt: now }
    files.set(vendor, { ...file, lines: [...file.lines, position] })
  }
  return [...files.values()]
}

/** Those with a file to be sent, the longest due first. */
export const productionsToSend = (tenant: Tenant, asOf: Date, limit: number) =>
  productionsOf(tenant)
    .find({ persoDueAt: { $exists: true, $lte: asOf } }, { outbox: 0 })
    .sort({ persoDueAt: 1 })
    .limit(limit)

/**
 * Those that wait for their turn, the longest first. Without `$exists` the store does not see that
 * the partial index has them all.
 */
export const productionsAtWork = (tenant: Tenant, now: Date) =>
  productionsOf(tenant)
    .find({ turnAt: { $exists: true, $lte: now } }, { outbox: 0 })
    .sort({ turnAt: 1 })
    .limit(PRODUCTIONS_AT_ONCE)
