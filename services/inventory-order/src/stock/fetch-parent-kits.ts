// Parent kits as the inventory's query answers them: each with what its kits have in common.
import type { CardStatus, KitDetailsFromInventory } from '@dcms/contract'
import type { Scope } from '@dcms/service'
import type { InventoryFilters } from './inventory-filters.ts'
import { type ParentKit, parentKitsOf } from './parent-kit.ts'
import { type StockKit, stockOf } from './stock-kit.ts'
import { type StockPage, StockPages } from './stock-pages.ts'

/** Numbers of kits that a row shows. */
const CHILD_KITS_MAX = 100
/** Parent kits that a query by the status of their kits goes through. */
const PARENTS_MAX = 100_000

type Page = { offset: number; size: number }
type Child = Pick<StockKit, '_id' | 'kitStatus' | 'deliveryStatus' | 'changedAt'>

const pages = new StockPages(parentKitsOf)

/**
 * With a status of kits: those parent kits in which at least one kit has it. A user of one branch
 * does not see the kits of a box that are in another one.
 */
export async function fetchParentKits(
  filters: InventoryFilters,
  page: Page,
  scope: Scope,
): Promise<{ result: KitDetailsFromInventory; total: number }> {
  const { rows, total } =
    Object.keys(filters.ofKits).length === 0
      ? await pages.read(scope.tenant, filters.shared, page)
      : await withKitsThat(filters, page, scope)
  const children = await childrenOf(
    rows.map(({ _id }) => _id),
    scope,
  )
  return { result: rows.map((parent) => rowOf(parent, children.get(parent._id) ?? [])), total }
}

async function withKitsThat({ shared, ofKits }: InventoryFilters, { offset, size }: Page, scope: Scope): Promise<StockPage<ParentKit>> {
  const { tenant } = scope
  const parents = await parentKitsOf(tenant).find(shared, { _id: 1 }).limit(PARENTS_MAX).lean<{ _id: string }[]>()
  const found = await stockOf(tenant).aggregate<{ _id: string }>([
    { $match: { parentKitNo: { $in: parents.map(({ _id }) => _id) }, ...ofKits, ...ownOf(scope) } },
    { $group: { _id: '$parentKitNo' } },
  ])
  const ids = found.map(({ _id }) => _id).sort()
  const rows = await parentKitsOf(tenant)
    .find({ _id: { $in: ids.slice(offset, offset + size) } }, { outbox: 0 })
    .sort({ _id: 1 })
    .lean<ParentKit[]>()
  return { rows, total: ids.length }
}

/** The kits that the caller may see. */
const ownOf = ({ branch }: Scope): object => (branch === undefined ? {} : { branchId: branch })

async function childrenOf(parentKitNos: readonly string[], scope: Scope): Promise<Map<string, Child[]>> {
  const children = new Map<string, Child[]>()
  if (parentKitNos.length === 0) return children
  const kits = await stockOf(scope.tenant)
    .find({ parentKitNo: { $in: [...parentKitNos] }, ...ownOf(scope) }, { parentKitNo: 1, kitStatus: 1, deliveryStatus: 1, changedAt: 1 })
    .sort({ _id: 1 })
    .lean<(Child & { parentKitNo: string })[]>()
  for (const kit of kits) {
    const there = children.get(kit.parentKitNo)
    if (there) there.push(kit)
    else children.set(kit.parentKitNo, [kit])
  }
  return children
}

const rowOf = (parent: ParentKit, children: readonly Child[]): KitDetailsFromInventory[number] => ({
  refType: 'PARENT_KIT',
  kitRefNo: parent._id,
  parentKitNo: null,
  orderId: parent.orderId,
  branchId: parent.branchId,
  orderingPartyId: parent.orderingPartyId ?? null,
  orderingPartyType: parent.orderingPartyType ?? null,
  productId: parent.productId,
  bin: parent.bin,
  plasticCode: parent.plasticCode ?? null,
  cardType: parent.cardType,
  embossType: parent.embossType,
  maskedCardNumber: null,
  expDate: parent.expDate,
  kitStatus: common<CardStatus>(children.map(({ kitStatus }) => kitStatus)),
  deliveryStatus: common(children.map(({ deliveryStatus }) => deliveryStatus)),
  entityId: null,
  createdDate: parent.createdAt.toISOString(),
  changedDate: new Date(Math.max(parent.changedAt.getTime(), ...children.map(({ changedAt }) => changedAt.getTime()))).toISOString(),
  childCount: children.length,
  childKits: children.slice(0, CHILD_KITS_MAX).map(({ _id }) => _id),
})

/** What all of them are; null where they differ. */
const common = <Value extends string>(values: readonly (Value | undefined)[]): Value | null => {
  const [first] = values
  return first !== undefined && values.every((each) => each === first) ? first : null
}
