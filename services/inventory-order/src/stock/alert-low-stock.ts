// The job that notices products of which a branch has few kits left to hand out.
import type { Foundations, Job, Tenant } from '@dcms/service'
import { Counter } from 'prom-client'
import { dayOf } from '../bank-time.ts'
import { branchesOf } from '../branches/branch.ts'
import { orderSettingsOf } from '../order-settings.ts'
import { stockOf } from './stock-kit.ts'

const EVERY_MS = 3_600_000
const REST_EVERY_MS = 6 * EVERY_MS // where nothing is written, no kit leaves the stock
const BRANCHES_PER_PAGE = 100
/** So many are named in the log; the others are counted. */
const NAMED_MAX = 20

const lowStock = new Counter({
  name: 'dcms_low_stock_total',
  help: 'Products of branches with fewer free kits than the bank wants, counted anew at each look',
  labelNames: ['tenant'],
})

interface Low {
  branchId: string
  productId: string
  free: number
}

/** The last branch that was looked at, and the first low ones. */
interface Reached {
  branchId: string
  named: Low[]
}

/**
 * Branch by branch, one statement for each; a run that is taken over goes on behind the last one.
 */
export const alertLowStock = (logger: Foundations['logger']): Job => ({
  name: 'alert-low-stock',
  summary: 'Notices products of which a branch has few kits left to hand out',
  everyMs: EVERY_MS,
  restEveryMs: REST_EVERY_MS,
  async run({ tenant, asOf, checkpoint, counts, note }) {
    const { definition } = tenant
    const retired = new Set(definition.products.filter((product) => product.retired).map(({ productId }) => productId))
    const wanted = { least: orderSettingsOf(definition).lowStock, day: dayOf(asOf, definition.timeZone), retired }
    if (wanted.least === 0) return
    let { branchId: after, named } = (checkpoint as Reached | undefined) ?? { branchId: undefined, named: [] }
    let low = counts.low ?? 0
    for (;;) {
      const branches = await branchesBehind(tenant, after)
      for (const branchId of branches) {
        const found = await lowIn(tenant, branchId, wanted)
        low += found.length
        named = [...named, ...found].slice(0, NAMED_MAX)
      }
      after = branches.at(-1)
      if (after !== undefined) await note({ branchId: after, named } satisfies Reached, { low })
      if (branches.length < BRANCHES_PER_PAGE) break
    }
    if (low === 0) return
    lowStock.inc({ tenant: tenant.id }, low)
    logger.warn({ tenant: tenant.id, low, named }, 'branches have few kits left to hand out')
  },
})

async function branchesBehind(tenant: Tenant, after: string | undefined): Promise<string[]> {
  const branches = await branchesOf(tenant)
    .find(after === undefined ? {} : { _id: { $gt: after } }, { _id: 1 })
    .sort({ _id: 1 })
    .limit(BRANCHES_PER_PAGE)
    .lean<{ _id: string }[]>()
  return branches.map(({ _id }) => _id)
}

interface Wanted {
  /** Fewer free kits than these are low. */
  least: number
  /** `YYYY-MM-DD`: kits whose last day is before it are not free. */
  day: string
  retired: ReadonlySet<string>
}

/** A branch has a product in stock that ever came there and did not go on to another branch. */
async function lowIn(tenant: Tenant, branchId: string, { least, day, retired }: Wanted): Promise<Low[]> {
  const isFree = { $and: [{ $eq: ['$kitStatus', 'UNALLOCATED'] }, { $ne: ['$deliveryStatus', 'RETURNED'] }, { $gte: ['$expDate', day] }] }
  const products = await stockOf(tenant).aggregate<{ _id: string; free: number }>([
    { $match: { branchId } },
    { $group: { _id: '$productId', free: { $sum: { $cond: [isFree, 1, 0] } } } },
  ])
  return products
    .filter(({ _id, free }) => free < least && !retired.has(_id))
    .map(({ _id: productId, free }) => ({ branchId, productId, free }))
    .sort((one, other) => (one.productId < other.productId ? -1 : 1))
}
