// The client of the card management system, over the wire: what it sends, what it believes, and
// what it takes for no answer.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Tenant } from '@dcms/service'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { type CardManagementSystem, CmsUnavailable, httpCms } from './card-management-system.ts'
import type { Order } from './order.ts'

const tenant = { id: 'ACME_BANK' } as Tenant
const order = {
  _id: 'ORD-001',
  branchId: 'BR1',
  placed: { branchInfo: { branchId: 'BR1' }, address: '1 Main St', pinCode: '600001', metaValues: { note: 'for us' }, products: [] },
  lines: [
    {
      bin: '608040',
      productId: 'P1',
      quantity: 5,
      cardType: 'PHYSICAL',
      embossType: 'NON_PERSONALIZED',
      status: 'PENDING',
      stocked: 3,
      reason: 'x',
    },
  ],
  totalQuantity: 5,
  fileName: 'kits.txt',
} as unknown as Order

let server: Server
let client: CardManagementSystem & { close(): Promise<void> }
let answer: { status: number; body: string }
let asked: { method?: string; url?: string; account?: unknown; body: string }
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString()
    asked = { method: request.method ?? '', url: request.url ?? '', account: request.headers['x-account'], body }
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const given = (status: number, body: object | string): void => {
  client = httpCms(`http://127.0.0.1:${(server.address() as AddressInfo).port}/cms`)
  answer = { status, body: typeof body === 'string' ? body : JSON.stringify(body) }
}
afterEach(() => client.close())

const pending = {
  orderId: 'ORD-001',
  cardOrderName: '1763369938',
  status: 'PENDING',
  sequence: 1,
  products: [{ line: 0, status: 'PENDING' }],
}
const fault = (code: string) => ({ error: { code, message: 'words that are not read' } })

test('an order goes to the bank’s account with what the CMS needs, and nothing of how far it is here', async () => {
  given(201, pending)
  const placed = await client.place(tenant, order)
  expect(placed).toMatchObject({ kind: 'known', order: { cardOrderName: '1763369938', status: 'PENDING' } })
  expect(asked).toMatchObject({ method: 'POST', url: '/cms/orders', account: 'ACME_BANK' })
  expect(JSON.parse(asked.body)).toEqual({
    orderId: 'ORD-001',
    branchId: 'BR1',
    address: '1 Main St',
    pinCode: '600001',
    products: [{ line: 0, bin: '608040', productId: 'P1', quantity: 5, cardType: 'PHYSICAL', embossType: 'NON_PERSONALIZED' }],
    file: { name: 'kits.txt', kits: 5 },
  })
})

test('refusals are told by their code', async () => {
  given(422, fault('cms.product.not.found'))
  expect(await client.place(tenant, order)).toEqual({ kind: 'refused', code: 'cms.product.not.found' })
  given(409, fault('order.withdrawn'))
  expect(await client.place(tenant, order)).toEqual({ kind: 'withdrawn' })
  given(404, fault('order.unknown'))
  expect(await client.status(tenant, 'ORD-001')).toBeNull()
  given(409, fault('order.accepted'))
  expect(await client.withdraw(tenant, 'ORD-001')).toBe('accepted')
  given(200, { status: 'WITHDRAWN' })
  expect(await client.withdraw(tenant, 'ORD-001')).toBe('withdrawn')
  expect(asked).toMatchObject({ method: 'POST', url: '/cms/orders/ORD-001/withdraw' })
})

test('a card number in the CMS’s words is not passed on', async () => {
  const reason = 'Card 6080390000022751 is broken'
  given(200, { ...pending, status: 'FAILED', reason, products: [{ line: 0, status: 'FAILED', reason }] })
  expect(JSON.stringify(await client.status(tenant, 'ORD-001'))).not.toContain('6080390000022751')
})

test.each([
  ['a fault of its own', 500, fault('internal')],
  ['too many calls', 429, fault('slow.down')],
  ['no JSON', 200, 'hello'],
  ['a status that is not known', 200, { ...pending, status: 'MAYBE' }],
  ['a name that is none', 200, { ...pending, cardOrderName: 'a\u202eb' }],
  ['too many products', 200, { ...pending, products: Array.from({ length: 51 }, () => ({ line: 0, status: 'PENDING' })) }],
  ['a path that is not its own', 404, fault('path.not.found')],
])('%s is no answer', async (_what, status, body) => {
  given(status, body)
  await expect(client.status(tenant, 'ORD-001')).rejects.toThrow(CmsUnavailable)
})
