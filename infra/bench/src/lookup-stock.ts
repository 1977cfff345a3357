// The stock of a bank to look up, loaded straight into the store, and the queries of the
// inventory-order service, word for word (services/inventory-order/src/stock/stock-pages.ts,
// src/orders/fetch-card-order-details-from-inventory.ts): that each uses its index a test of the
// service says.
import type { mongo } from 'mongoose'
import { insertAll, kitNoOf, maskedPanOf } from './lookup-kits.ts'
import type { Running } from './running.ts'

const KITS_PER_ORDER = 100
const BRANCHES_MAX = 100
const PARTY = 'HEAD-OFFICE'
const PAGE_SIZE = 10
/** Another one when what is loaded changes. */
const SHAPE = 1
const BEGAN = Date.UTC(2024, 0, 1)
/** As the service has them. */
const COUNTED_ANEW_MAX = 1_000
const PREFIX_LENGTH = 7
const BLOCKS_AT_ONCE = 10_000

interface StoredKit {
  _id: string
  branchId: string
  orderId: string
  [field: string]: unknown
}
interface StoredOrder {
  _id: string
  branchId: string
  [field: string]: unknown
}

/** Each has an order also in the smallest stock. */
export const branchesFor = (fewestKits: number): number => Math.min(BRANCHES_MAX, fewestKits / KITS_PER_ORDER)

/** So many kits, ordered by the head office for the branches in turn. */
export class LookupStock {
  readonly #branches: number
  readonly #kits: mongo.Collection<StoredKit>
  readonly #orders: mongo.Collection<StoredOrder>
  readonly #blocks = new Map<string, Blocks>()

  private constructor(database: mongo.Db, count: number, branches: number) {
    this.#branches = branches
    this.#kits = database.collection<StoredKit>(`stock${count}`)
    this.#orders = database.collection<StoredOrder>(`orders${count}`)
  }

  /** Those of an earlier run, or newly loaded; with the indexes the service gives them. */
  static async load(database: mongo.Db, count: number, branches: number, running: Running): Promise<LookupStock> {
    const loaded = new LookupStock(database, count, branches)
    const done = database.collection<{ _id: string; shape: number }>('loaded')
    const _id = `stock of ${count}`
    if ((await done.findOne({ _id }))?.shape === SHAPE) return loaded
    const [kits, orders] = [loaded.#kits, loaded.#orders]
    for (const collection of [kits, orders]) await collection.drop()
    await insertAll(kits, count, (at) => kitAt(at, count, branches), running)
    await insertAll(orders, count / KITS_PER_ORDER, (at) => orderAt(at, branches), running)
    running.progress('indexes of the stock are being made')
    await kits.createIndexes([
      { key: { branchId: 1, productId: 1, kitStatus: 1, _id: 1 } },
      { key: { branchId: 1, _id: 1 } },
      { key: { orderId: 1, _id: 1 } },
      { key: { orderingPartyId: 1, _id: 1 } },
    ])
    await orders.createIndexes([{ key: { branchId: 1, receivedAt: 1, _id: 1 } }])
    await done.replaceOne({ _id }, { shape: SHAPE }, { upsert: true })
    return loaded
  }

  /** Counts what the service would have counted after a first page of each branch. */
  async countBranches(): Promise<void> {
    for (let at = 0; at < this.#branches; at++) await this.ofBranch(at)
  }

  /** `fetchKitSummary` of a branch. */
  ofBranch(at: number): Promise<unknown> {
    return this.#page({ branchId: branchOf(at, this.#branches) }, () => 0)
  }

  /** `fetchKitDetailsFromInventory` of all that the head office has ordered. */
  firstOfParty(): Promise<unknown> {
    return this.#page({ orderingPartyId: PARTY }, () => 0)
  }

  lastOfParty(): Promise<unknown> {
    return this.#page({ orderingPartyId: PARTY }, (total) => total - PAGE_SIZE)
  }

  /** What stands before the first page of a filter in each process, and then again now and then. */
  countParty(): Promise<unknown> {
    return this.#count({ orderingPartyId: PARTY })
  }

  /** `fetchCardOrderDetailsFromInventory` of a branch. */
  async ordersOf(at: number): Promise<unknown> {
    const filter = { branchId: branchOf(at, this.#branches) }
    const [, orders] = await Promise.all([
      this.#orders.countDocuments(filter),
      this.#orders
        .find(filter, { projection: { placed: 1 } })
        .sort({ receivedAt: 1, _id: 1 })
        .limit(PAGE_SIZE)
        .toArray(),
    ])
    return orders[0]
  }

  async #page(filter: object, offsetIn: (total: number) => number): Promise<unknown> {
    const key = JSON.stringify(filter)
    const blocks = this.#blocks.get(key) ?? (await this.#count(filter))
    if (blocks.total > COUNTED_ANEW_MAX) this.#blocks.set(key, blocks)
    const offset = offsetIn(blocks.total)
    const { ids, before } = rangeOf(blocks.all, offset)
    const within = { $and: [filter, { _id: ids }] } as mongo.Filter<StoredKit>
    const rows = await this.#kits
      .find(within, { projection: { outbox: 0 } })
      .sort({ _id: 1 })
      .skip(offset - before)
      .limit(PAGE_SIZE)
      .toArray()
    return rows.length === PAGE_SIZE ? rows[0] : undefined
  }

  async #count(filter: object): Promise<Blocks> {
    const found = await this.#kits
      .aggregate<{ _id: string; count: number }>(
        [{ $match: filter }, { $group: { _id: { $substrCP: ['$_id', 0, PREFIX_LENGTH] }, count: { $sum: 1 } } }],
        { batchSize: BLOCKS_AT_ONCE },
      )
      .toArray()
    const all = found.map(({ _id: from, count }) => ({ from, count })).sort((one, other) => (one.from < other.from ? -1 : 1))
    return { all, total: all.reduce((sum, { count }) => sum + count, 0) }
  }
}

interface Blocks {
  all: readonly { from: string; count: number }[]
  total: number
}

/** The numbers among which a page is, and how many rows of them come before it. */
function rangeOf(blocks: Blocks['all'], offset: number): { ids: { $gte: string; $lt: string }; before: number } {
  let before = 0
  let first: { from: string; before: number } | undefined
  let last = ''
  for (const { from, count } of blocks) {
    if (first && before >= offset + PAGE_SIZE) break
    if (!first && before + count > offset) first = { from, before }
    last = from
    before += count
  }
  if (!first) throw new Error('there is no such page')
  return { ids: { $gte: first.from, $lt: `${last}\uffff` }, before: first.before }
}

const orderOf = (kit: number): number => Math.floor(kit / KITS_PER_ORDER)
const branchOf = (order: number, branches: number): string => `BR${String(order % branches).padStart(3, '0')}`

/** A kit as the service stores it, in members and size. */
function kitAt(at: number, count: number, branches: number): StoredKit {
  const order = orderOf(at)
  const [branchId, orderId] = [branchOf(order, branches), `ORD-${order}`]
  return {
    _id: kitNoOf(at),
    parentKitNo: `P${order}`,
    orderId,
    branchId,
    orderingPartyId: PARTY,
    orderingPartyType: 'BANK',
    productId: '2003_PHYSICAL',
    bin: '608040',
    plasticCode: 'PCLAS',
    cardType: 'PHYSICAL',
    embossType: 'NON_PERSONALIZED',
    cardCategory: 'DEBIT',
    maskedCardNumber: maskedPanOf(at, count),
    expDate: '2031-11-30',
    kitStatus: 'UNALLOCATED',
    kitSequence: 0,
    deliveryStatus: 'BANK',
    entries: [{ type: 'RECEIVED', branchId, ref: orderId, at: new Date(BEGAN + at) }],
    createdAt: new Date(BEGAN + at),
    changedAt: new Date(BEGAN + at),
    version: 1,
    sequence: 0,
    relayedSequence: 0,
    outbox: [],
    commandIds: [],
  }
}

function orderAt(order: number, branches: number): StoredOrder {
  const branchId = branchOf(order, branches)
  const products = [{ bin: '608040', productId: '2003_PHYSICAL', quantity: KITS_PER_ORDER }]
  return {
    _id: `ORD-${order}`,
    status: 'SUCCESS',
    placed: { branchInfo: { branchId }, orderingPartyInfo: { orderingPartyId: PARTY, orderingPartyType: 'BANK' }, products },
    branchId,
    orderingPartyId: PARTY,
    receivedAt: new Date(BEGAN + order),
    version: 1,
    outbox: [],
    commandIds: [],
  }
}
