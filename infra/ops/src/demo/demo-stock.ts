// The part of the demo journey about stock: a branch orders cards in bulk, the card management
// system makes them by a clock that the demo advances, they come into the branch's stock, and one
// is handed out.
import type { ResultOf } from '@dcms/sdk'
import { progressText } from '../dcms/dcms-orders.ts'
import { byProduct } from '../dcms/dcms-stock.ts'
import { demoBranch } from './demo-branch.ts'
import { cardOf, type Demo, EVENT_WAIT_MS, untilSo } from './demo-cards.ts'
import { type DemoCustomer, demoRegistration, newDemoCustomer } from './demo-registration.ts'

const TENANT = 'ACME_BANK'
/** More than one batch of production. */
const CARDS = 1_200
/** Sent on to another branch. */
const MOVED = 3
const STOCKED_WITHIN_MS = 120_000
const DAY_MS = 86_400_000
const product = { bin: '608040', productId: '2003_PHYSICAL' }

export interface DemoStock {
  branchId: string
  orderId: string
}

/** @returns the branch and the order whose kits are there then */
export async function showBulkOrder(demo: Demo): Promise<DemoStock | undefined> {
  const { report, dcms, watch, partners, customer } = demo
  const branchId = `BR-${customer.entityId}`
  const orderId = `ORD-${customer.entityId}`
  const opened = await report.step('Open a branch', `createBranch ${branchId}`, () => dcms.createBranch(demoBranch(branchId)), branchShown)
  if (!opened) return undefined
  await report.step(
    `The branch orders ${CARDS} cards for its counter, to be made from tomorrow on`,
    `createCardOrder ${orderId}: ${CARDS} of ${product.productId}`,
    () => dcms.createCardOrder({ orderId, ...orderOf(branchId) }),
  )
  await report.step('Not from tomorrow on, but now', `processCardOrder ${orderId} with force`, async () => {
    await dcms.processCardOrder({ orderId, force: true })
    return statusShown(await dcms.fetchCardOrderStatus({ cardOrderId: orderId }), 'PENDING')
  })
  await report.step(
    'Half an hour later by its clock, the card management system is done',
    `(simulated CMS: clock ahead by PT30M); updateCardOrderStatus ${orderId}`,
    async () => {
      await partners.advance('PT30M')
      await dcms.updateCardOrderStatus({ orderId })
      return statusShown(await dcms.fetchCardOrderStatus({ cardOrderId: orderId }), 'PROCESSED', 'SUCCESS')
    },
  )
  await showProduction(demo, { branchId, orderId })
  await report.step('The event when the last kit is there', `OrderCompleted of ${orderId} on dcms.inventory-order`, async () => {
    const { topic, type, sequence, payload } = await watch.next('OrderCompleted', orderId, EVENT_WAIT_MS)
    return { topic, type, sequence, branchId: payload.branchId, totalQuantity: payload.totalQuantity }
  })
  return { branchId, orderId }
}

async function showProduction({ report, operator }: Demo, { branchId, orderId }: DemoStock): Promise<void> {
  await report.step(
    'Numbers, keys and kits for all of them, in batches; an operator looks on',
    `dcms orders show ${orderId} --tenant ${TENANT} --wait`,
    async () => {
      const told: string[] = []
      const order = await operator.orders.followed(TENANT, orderId, (now) => told.push(progressText(now)), STOCKED_WITHIN_MS)
      if (order.status !== 'SUCCESS') throw new Error(`the order is ${progressText(order)}`)
      return told.join(' → ')
    },
  )
  await report.step(
    'The stock ledger says so too: every kit once, where it is',
    `dcms stock verify --tenant ${TENANT} --branch ${branchId}`,
    async () => {
      const { kits, faults } = await operator.stock.verify(TENANT, branchId)
      if (kits !== CARDS || faults.length > 0) throw new Error(`${kits} kits, ${faults.length} faults`)
      return { branchId, kits, faults: faults.length }
    },
  )
}

/** Kits at a counter, ready to be handed out. */
export interface DemoCounter {
  branchId: string
  kitNo: string
}

/** Kits go to another branch, are on their way, and arrive. @returns where one of them is then */
export async function showTransfer({ report, dcms, operator }: Demo, { branchId }: DemoStock): Promise<DemoCounter | undefined> {
  const toBranch = `${branchId}-2`
  await report.step(
    'Another branch is opened, and runs short of cards',
    `createBranch ${toBranch}`,
    () => dcms.createBranch(demoBranch(toBranch)),
    branchShown,
  )
  const moving = await report.step('Some of the kits in stock', `fetchKitSummary of ${branchId}, page 0, ${MOVED} rows`, async () => {
    const { result } = await dcms.fetchKitSummary({ branchId, pageNo: 0, pageSize: MOVED })
    return result.map(({ kitNo }) => kitNo)
  })
  const kitNo = moving ?? []
  await report.step(
    'They are sent over: counted at the other branch at once, and on their way',
    `transferKits ${branchId} → ${toBranch}`,
    async () => {
      const { successCount, failedCount } = await dcms.transferKits({ fromBranch: branchId, toBranch, kitNo, requestId: `${toBranch}-1` })
      if (successCount !== MOVED || failedCount !== 0) throw new Error(`${successCount} moved, ${failedCount} did not`)
      return { successCount, failedCount, at: await stockOf(operator, toBranch) }
    },
  )
  await report.step('They have arrived', `updateDeliveryStatus BANK of ${MOVED} kits`, async () => {
    const rows = await dcms.updateDeliveryStatus([{ deliveryStatus: 'BANK', kitNo }])
    if (rows.some(({ result }) => result !== true)) throw new Error('not every kit could be set')
    return await stockOf(operator, toBranch)
  })
  const [first] = kitNo
  return first === undefined ? undefined : { branchId: toBranch, kitNo: first }
}

/** A customer comes to the counter and leaves with a card that works. */
export async function showHandingOut({ report, dcms, operator }: Demo, { branchId, kitNo }: DemoCounter): Promise<void> {
  const walkIn = newDemoCustomer(Date.now())
  const { entityId, accountNo } = walkIn
  const registration = (of: DemoCustomer) => ({
    ...demoRegistration(of.entityId, of),
    kitInfo: [{ accountNo: of.accountNo, cardType: 'PHYSICAL' as const, kitNo }],
  })
  await report.step(
    'Somebody opens an account at the counter and gets one of the kits',
    `register ${entityId}, account ${accountNo}, kitNo ${kitNo}`,
    () => dcms.register(registration(walkIn)),
    ({ kitInfo }) => ({ entityId, card: cardOf(kitInfo[0], 'ASSIGNED') }),
  )
  await report.step(
    'It is hers, and out of the branch’s stock',
    `fetchKitSummary of ${branchId}, until the KitAssigned event took effect`,
    async () => {
      const isHers = (kit: { kitNo: string; entityId: string | null }): boolean => kit.kitNo === kitNo && kit.entityId === entityId
      await untilSo(
        () => dcms.fetchKitSummary({ branchId, pageNo: 0, pageSize: MOVED }),
        ({ result }) => result.some(isHers),
      )
      return await stockOf(operator, branchId)
    },
  )
  await report.refusal('Refused: the same kit for somebody else', `register with kitNo ${kitNo}`, 'invalid.kit.info', async () => {
    await dcms.register(registration(newDemoCustomer(Date.now())))
  })
  await report.step('She uses it at once: no post, no waiting', `activateKit ${kitNo}`, () => dcms.activateKit({ entityId, kitNo }))
}

/** What stands at a branch, as `dcms stock show` has it. */
const stockOf = async (operator: Demo['operator'], branchId: string) =>
  byProduct(await operator.stock.sums(TENANT, branchId)).map(({ productId, kitStatus, deliveryStatus, kits }) => ({
    productId,
    kitStatus,
    deliveryStatus,
    kits,
  }))

const branchShown = ({ branchId, branchName, city, status }: ResultOf<'createBranch'>) => ({ branchId, branchName, city, status })

const orderOf = (branchId: string) => ({
  branchInfo: { branchId },
  orderingPartyInfo: { orderingPartyId: branchId, orderingPartyType: 'BRANCH' as const },
  processStartTime: `${new Date(Date.now() + DAY_MS).toISOString().slice(0, 10)} 09:00:00`,
  products: [{ ...product, quantity: CARDS }],
})

function statusShown({ cardOrderName, status, productDetails }: ResultOf<'fetchCardOrderStatus'>, ...wanted: readonly string[]) {
  if (!wanted.includes(status)) throw new Error(`the order is ${status}, not ${wanted.join(' or ')}`)
  return { cardOrderName, status, products: productDetails.map(({ productId, noOfCard }) => `${noOfCard} of ${productId}`) }
}
