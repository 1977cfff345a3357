// Pages of the stock, however deep and however large it is. The store sorts all that a filter
// matches, so a page is read out of a small range of numbers; where the ranges begin in the list is
// counted first, and kept for some seconds where counting takes long.
import type { Stored, Tenant, TenantModel } from '@dcms/service'
import type { QueryFilter } from 'mongoose'
import { withoutOutbox } from './stock-kit.ts'

/** Kit numbers count up: a thousand of them begin with the same seven digits of ten. */
const PREFIX_LENGTH = 7
const LONGER_BY = 3
const PREFIX_LENGTH_MAX = 22
/** More rows than these behind one beginning are told apart by a longer one. */
const BLOCK_ROWS_MAX = 2_000
/**
 * Fewer rows are counted anew for each page: the answer is of this moment. Counting more of them
 * would cost more than the page itself.
 */
const COUNTED_ANEW_MAX = 1_000
/** Stands behind whatever follows the beginning that the numbers of a block have. */
const BEHIND_ALL = '\uffff'
/** As many as the store gives at once. */
const BLOCKS_AT_ONCE = 10_000
const KEPT_MS = 5_000
/**
 * A count is kept for ten times as long as it took, so that counting is a small part of the work.
 */
const KEPT_TIMES = 10
/** While it is counted anew in the background the last count is shown, for so long at most. */
const SHOWN_TIMES = 12
const COUNTS_KEPT_MAX = 200

/** Rows from this beginning on, up to that of the next block. */
interface Block {
  from: string
  count: number
}

interface Counted {
  blocks: readonly Block[]
  total: number
  atMs: number
  tookMs: number
}

export interface StockPage<State> {
  rows: State[]
  /** Rows of all pages: exact up to 1,000, above that as counted some seconds ago. */
  total: number
}

/** The pages of one collection, ordered by `_id`. */
export class StockPages<State extends Stored> {
  readonly #modelOf: TenantModel<State>
  readonly #counts = new Map<string, Counted>()
  readonly #counting = new Map<string, Promise<Counted>>()
  readonly #nowMs: () => number

  /** `nowMs` for tests. */
  constructor(modelOf: TenantModel<State>, nowMs: () => number = Date.now) {
    this.#modelOf = modelOf
    this.#nowMs = nowMs
  }

  /** @param offset rows before the page */
  async read(tenant: Tenant, filter: object, { offset, size }: { offset: number; size: number }): Promise<StockPage<State>> {
    const { blocks, total } = await this.#counted(tenant, filter)
    const range = rangeOf(blocks, offset, size)
    if (!range) return { rows: [], total }
    const rows = await this.#modelOf(tenant)
      .find({ $and: [filter, { _id: range.ids }] } as QueryFilter<State>, withoutOutbox)
      .sort({ _id: 1 })
      .skip(range.skip)
      .limit(size)
      .lean<State[]>()
    return { rows, total }
  }

  async #counted(tenant: Tenant, filter: object): Promise<Counted> {
    const key = `${tenant.database.name} ${JSON.stringify(filter)}`
    const kept = this.#counts.get(key)
    if (!kept) return await this.#count(key, tenant, filter)
    const ageMs = this.#nowMs() - kept.atMs
    const keptForMs = Math.max(KEPT_MS, kept.tookMs * KEPT_TIMES)
    if (ageMs < keptForMs) return kept
    const counting = this.#count(key, tenant, filter)
    if (ageMs > keptForMs * SHOWN_TIMES) return await counting
    counting.catch(() => undefined) // whoever comes when the last count is too old counts it himself
    return kept
  }

  /** One count of a filter at a time: who comes meanwhile waits for it. */
  async #count(key: string, tenant: Tenant, filter: object): Promise<Counted> {
    const begun = this.#counting.get(key)
    if (begun) return await begun
    const counting = this.#countBlocks(tenant, filter)
    this.#counting.set(key, counting)
    try {
      const counted = await counting
      this.#counts.delete(key)
      if (counted.total > COUNTED_ANEW_MAX) this.#keep(key, counted)
      return counted
    } finally {
      this.#counting.delete(key)
    }
  }

  async #countBlocks(tenant: Tenant, filter: object): Promise<Counted> {
    const beganMs = this.#nowMs()
    const blocks = await this.#blocksOf(tenant, filter, PREFIX_LENGTH)
    const atMs = this.#nowMs()
    return { blocks, total: blocks.reduce((sum, { count }) => sum + count, 0), atMs, tookMs: atMs - beganMs }
  }

  async #blocksOf(tenant: Tenant, filter: object, length: number): Promise<Block[]> {
    const blocks = await this.#modelOf(tenant)
      .collection.aggregate<{ _id: string; count: number }>(
        [{ $match: filter }, { $group: { _id: { $substrCP: ['$_id', 0, length] }, count: { $sum: 1 } } }],
        { batchSize: BLOCKS_AT_ONCE },
      )
      .toArray()
    blocks.sort((one, other) => (one._id < other._id ? -1 : 1))
    const found: Block[] = []
    for (const [at, { _id: from, count }] of blocks.entries()) {
      const next = blocks[at + 1]?._id
      const within = { $and: [filter, { _id: { $gte: from, ...(next !== undefined && { $lt: next }) } }] }
      if (count <= BLOCK_ROWS_MAX || length >= PREFIX_LENGTH_MAX) found.push({ from, count })
      else found.push(...(await this.#blocksOf(tenant, within, length + LONGER_BY)))
    }
    return found
  }

  #keep(key: string, counted: Counted): void {
    this.#counts.set(key, counted)
    const [oldest] = this.#counts.keys()
    if (this.#counts.size > COUNTS_KEPT_MAX && oldest !== undefined) this.#counts.delete(oldest)
  }
}

/**
 * The smallest range of numbers that holds a page, and how many rows of it come before the page. It
 * ends with the last block that the page needs: up to the next one there may be many numbers of
 * others, which the store would go through.
 */
export function rangeOf(
  blocks: readonly Block[],
  offset: number,
  size: number,
): { ids: { $gte: string; $lt: string }; skip: number } | null {
  let before = 0
  let first: { from: string; before: number } | undefined
  let last = ''
  for (const { from, count } of blocks) {
    if (first && before >= offset + size) break
    if (!first && before + count > offset) first = { from, before }
    last = from
    before += count
  }
  return first ? { ids: { $gte: first.from, $lt: `${last}${BEHIND_ALL}` }, skip: offset - first.before } : null
}
