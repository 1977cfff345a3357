// The part of the demo journey about kits that come in a file: uploaded sealed, checked line by
// line, ordered once, made with the card numbers that the file brings.
import { DcmsError, type NewFileKit } from '@dcms/sdk'
import { progressText } from '../dcms/dcms-orders.ts'
import type { Demo } from './demo-cards.ts'
import { demoFileKits, fileProduct } from './demo-file.ts'
import type { DemoStock } from './demo-stock.ts'

const TENANT = 'ACME_BANK'
const CARDS = 5
const STOCKED_WITHIN_MS = 60_000

export async function showFileOrder(demo: Demo, { branchId }: DemoStock): Promise<void> {
  const { report, dcms, customer } = demo
  const orderId = `PGK-${customer.entityId}`
  const kits = demoFileKits(branchId, CARDS)
  const upload = (changed: readonly NewFileKit[]) =>
    dcms.uploadCardOrderFile({ fileName: `${orderId}.txt`, content: dcms.orderFile({ orderRef: orderId }, changed) })
  await report.step(
    'A vendor has made cards for the branch; its file has a slip in one line',
    `uploadCardOrderFile ${orderId}.txt: ${CARDS} kits, one of them twice`,
    async () => {
      const refused = await upload([...kits, ...kits.slice(0, 1)]).catch((error: unknown) => error)
      if (!(refused instanceof DcmsError) || refused.errorCode !== 'ORD002') throw new Error('the file was not refused')
      return { errorCode: refused.errorCode, fieldError: refused.fieldError }
    },
  )
  const uploaded = await report.step(
    'Corrected, it is stored; card numbers left the bank encrypted, and stay so',
    `uploadCardOrderFile ${orderId}.txt: ${CARDS} kits, sealed while it is written`,
    () => upload(kits),
  )
  const fileName = uploaded?.fileName ?? ''
  const products = [{ ...fileProduct, quantity: CARDS }]
  await report.step('The branch orders the kits of the file', `createCardOrderWithFile ${orderId} of ${fileName}`, () =>
    dcms.createCardOrderWithFile({ orderId, branchInfo: { branchId }, fileName, products }),
  )
  await showFileProduction(demo, { branchId, orderId, kits })
}

async function showFileProduction(
  { report, dcms, operator, partners }: Demo,
  { branchId, orderId, kits }: DemoStock & { kits: readonly NewFileKit[] },
): Promise<void> {
  await report.step(
    'Sent, done, and in stock as the file has them',
    `processCardOrder ${orderId}; (simulated CMS: clock ahead by PT30M); updateCardOrderStatus; dcms orders show --wait`,
    async () => {
      // The job that sends what is due may have been faster.
      await dcms.processCardOrder({ orderId }).catch((error: unknown) => {
        if (!(error instanceof DcmsError && error.errorCode === 'ORD010')) throw error
      })
      await partners.advance('PT30M')
      await dcms.updateCardOrderStatus({ orderId })
      const order = await operator.orders.followed(TENANT, orderId, () => undefined, STOCKED_WITHIN_MS)
      if (order.status !== 'SUCCESS') throw new Error(`the order is ${progressText(order)}`)
      const { result } = await dcms.fetchKitSummary({ branchId, cardOrderId: orderId })
      const shown = new Set(result.map(({ kitNo }) => kitNo))
      if (shown.size !== kits.length || !kits.every(({ kitNo }) => shown.has(kitNo))) throw new Error('the kits are not those of the file')
      return {
        status: order.status,
        kits: result.slice(0, 2).map(({ kitNo, cardNumber, parentKitNo }) => ({ kitNo, cardNumber, parentKitNo })),
      }
    },
  )
}
