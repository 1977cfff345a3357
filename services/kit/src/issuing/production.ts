// The production of a card order: which kits are to be made for it, and how far that has come.
import type { OrderProcessed, TenantDefinition } from '@dcms/contract'
import { aggregateModel, newlyStored, type Stored, type Tenant } from '@dcms/service'
import type { Kit } from '../kit.ts'
import type { NumberedRange } from './number-cards.ts'

/** As many kits as an event names at most. */
const BATCH_MAX = 1_000
const PRODUCTIONS_AT_ONCE = 16
/** Where the bank does not say. */
const KITS_PER_PARENT = 100

/** Why kits will never be made, as KitsNotProduced says it. */
export type NotProduced = 'bin.range.exhausted' | 'product.not.found'

/** The kits of one product of an order. */
export interface ProductionLine {
  productId: string
  bin: string
  quantity: number
  plasticCode?: string
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

export interface Production extends Stored {
  _id: string // orderId
  lines: ProductionLine[]
  kitsPerParent: number
  /** When the CMS was done: from then on the cards are good. */
  asOf: Date
  /** Batches of the whole order, and those that are done. */
  batches: number
  done: number
  /** Present while it is being made. */
  batch?: Batch
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
    kitsPerParent: Number,
    asOf: Date,
    batches: Number,
    done: Number,
    batch: Object,
    turnAt: Date,
  },
  [[{ turnAt: 1 }, { partialFilterExpression: { turnAt: { $exists: true } } }]],
)

/** A production as it begins. */
export function newProduction(
  { orderId, products, processedAt }: OrderProcessed,
  { settings }: Pick<TenantDefinition, 'settings'>,
  now: Date,
): Production {
  const kitsPerParent = settings?.orders?.kitsPerParent ?? KITS_PER_PARENT
  const lines = products.map(({ productId, bin, quantity, plasticCode }) => ({
    productId,
    bin,
    quantity,
    ...(plasticCode !== undefined && { plasticCode }),
    made: 0,
  }))
  return newlyStored({
    _id: orderId,
    lines,
    kitsPerParent,
    asOf: new Date(processedAt),
    batches: lines.reduce((sum, { quantity }) => sum + Math.ceil(quantity / batchSizeOf(kitsPerParent)), 0),
    done: 0,
    ...(lines.length > 0 && { turnAt: now }),
  })
}

/** Whole parent kits, so that none is filled from two batches. */
export const batchSizeOf = (kitsPerParent: number): number => Math.floor(BATCH_MAX / kitsPerParent) * kitsPerParent

/**
 * Those that wait for their turn, the longest first. Without `$exists` the store does not see that
 * the partial index has them all.
 */
export const productionsAtWork = (tenant: Tenant, now: Date) =>
  productionsOf(tenant)
    .find({ turnAt: { $exists: true, $lte: now } }, { outbox: 0 })
    .sort({ turnAt: 1 })
    .limit(PRODUCTIONS_AT_ONCE)
