// What is made of a courier's answers that are not as they should be.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ServiceUnavailable, type Tenant } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Courier, httpCourier } from './courier.ts'

const tenant = { id: 'ACME_BANK' } as Tenant
let server: Server
let courier: Courier
let answered: unknown
beforeAll(async () => {
  server = createServer((_request, response) => response.end(JSON.stringify(answered))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  courier = httpCourier(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(() => void server.close())

const change = (sequence: number, status: string) => ({ refNo: 'K1-1', kitNo: 'K1', sequence, status, at: '2026-11-21T04:00:00Z' })

test('changes that cannot be read are counted, and those around them are taken: a new status must not hold up the feed for ever', async () => {
  const changes = [change(1, 'DISPATCHED'), change(2, 'LOST_AT_SEA'), { refNo: 7 }, change(3, 'IN_TRANSIT')]
  answered = { changes, next: '4', more: false }
  expect(await courier.changesAfter(tenant, undefined)).toEqual({
    changes: [change(1, 'DISPATCHED'), change(3, 'IN_TRANSIT')],
    unreadable: 2,
    next: '4',
    more: false,
  })
})

test.each([[{ changes: [] }], [{ changes: 'none', next: '4', more: false }], [{ changes: [7], next: '4', more: false }], ['x']])(
  'a page that is none, %j, is read again later',
  async (page) => {
    answered = page
    await expect(courier.changesAfter(tenant, '3')).rejects.toThrow(ServiceUnavailable)
  },
)

test('a page with names that are not printable, endless texts or too many members is no answer', async () => {
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`member${n}`, n]))
  for (const shipment of [{ waybillNo: 'W\n1' }, { waybillNo: ' ' }, { waybillNo: 'W1', deliveryService: 'x'.repeat(101) }, many]) {
    answered = { shipmentData: { shipment: [shipment] } }
    await expect(courier.bookedUnder(tenant, 'K1-1')).rejects.toThrow(ServiceUnavailable)
  }
  answered = { shipmentData: { shipment: Array.from({ length: 101 }, () => ({ waybillNo: 'W1' })) } }
  await expect(courier.track(tenant, 'W1')).rejects.toThrow(ServiceUnavailable)
  answered = { changes: [{ ...change(1, 'DISPATCHED'), at: `2026-11-21T04:00:00.${'0'.repeat(90)}Z` }], next: '2', more: false }
  expect(await courier.changesAfter(tenant, undefined)).toMatchObject({ changes: [], unreadable: 1 })
})
