// The kits of an order's file, for the kit context. Contract:
// packages/contract/src/card-order/cards-of-file.ts.
import { cardsOfFileEndpoint } from '@dcms/contract'
import { answer, command, refuse } from '@dcms/service'
import { findFile, productKey, readChunk } from '../files/order-file.ts'
import { findOrder } from './find-order.ts'

export const cardsOfFile = command(cardsOfFileEndpoint, async ({ orderId, chunk, ...made }, scope) => {
  const { tenant, now } = scope
  const order = await findOrder(orderId, scope)
  const file = order?.fileName === undefined ? null : await findFile(tenant, order.fileName, now)
  if (file?.orderId !== orderId) return refuse('ORD007')
  const product = file.products.findIndex((each) => productKey(each) === productKey(made))
  const cards = product < 0 ? null : await readChunk(tenant, file.uploadId, product, chunk)
  return cards ? answer({ cards }) : refuse('ORD007')
})
