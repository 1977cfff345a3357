// Ordering the kits of a file. Contract:
// packages/contract/src/card-order/create-card-order-with-file.ts.
import { createCardOrderWithFileEndpoint } from '@dcms/contract'
import { type Command, command, type Refused, refuse, type Scope } from '@dcms/service'
import { isOwnBranch } from '../branches/branch.ts'
import { type FileProduct, findFile, keepFile, type OrderFile, orderFilesOf, productKey } from '../files/order-file.ts'
import { type Order, ordersOf } from './order.ts'
import { placeOrder } from './place-order.ts'

/** Longer than a call takes: an order that is not there by then does not come by itself. */
const PLACED_WITHIN_MS = 60_000

/**
 * The file is the order's from one update on, before the order is stored: of two orders one gets
 * it. A call that breaks off in between is made again, or another order takes the file over.
 */
export const createCardOrderWithFile: Command = command(createCardOrderWithFileEndpoint, (input, scope) =>
  placeOrder(input, scope, (order) => takeFile(order, input.fileName, scope)),
)

async function takeFile(order: Order, fileName: string, scope: Scope): Promise<Refused<'ORD007' | 'ORD008'> | null> {
  const { tenant, now } = scope
  const file = await findFile(tenant, fileName, now)
  if (!file || !isOwnBranch(scope, file.branchId)) return refuse('ORD007')
  const holder = file.orderId
  if (holder !== undefined && holder !== order._id && (await isUsed(file, scope))) return refuse('ORD007')
  const differences = differencesOf(order, file)
  if (differences.length > 0) return refuse('ORD008', differences)
  const taken = await orderFilesOf(tenant).updateOne(
    { _id: file._id, orderId: holder ?? { $exists: false } },
    { $set: { orderId: order._id, usedAt: now } },
  )
  if (taken.matchedCount === 0) return refuse('ORD007') // another order was faster, or its time is over
  await keepFile(tenant, file)
  return null
}

/** Whether the order that took the file is there, or may still come. */
async function isUsed({ fileName, orderId = '', usedAt }: OrderFile, { tenant, now }: Scope): Promise<boolean> {
  const mayCome = usedAt !== undefined && now.getTime() - usedAt.getTime() < PLACED_WITHIN_MS
  return mayCome || (await ordersOf(tenant).exists({ _id: orderId, fileName })) !== null
}

/** Where an order and its file differ, in words. */
export function differencesOf(
  { branchId, lines }: Pick<Order, 'branchId' | 'lines'>,
  file: Pick<OrderFile, 'branchId' | 'products'>,
): string[] {
  const ordered = new Map<string, FileProduct>()
  for (const { productId, bin, plasticCode, quantity } of lines) {
    const made = { productId, bin, ...(plasticCode !== undefined && { plasticCode }) }
    const before = ordered.get(productKey(made))?.kits ?? 0
    ordered.set(productKey(made), { ...made, kits: before + quantity })
  }
  const inFile = new Map(file.products.map((product) => [productKey(product), product]))
  const differences = branchId === file.branchId ? [] : ['the kits of the file are for another branch']
  for (const [key, product] of new Map([...inFile, ...ordered])) {
    const [wanted, found] = [ordered.get(key)?.kits ?? 0, inFile.get(key)?.kits ?? 0]
    if (wanted !== found) differences.push(`product ${nameOf(product)}: the order has ${wanted} kits, the file ${found}`)
  }
  return differences
}

const nameOf = ({ productId, bin, plasticCode }: FileProduct): string =>
  `${productId} of BIN ${bin}${plasticCode === undefined ? '' : `, plastic ${plasticCode}`}`
