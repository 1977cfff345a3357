// The courier over HTTP, with the real store.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { booking, type OwnSandbox, startOwnSandbox } from './own-sandbox.ts'

let sandbox: OwnSandbox
/** A bank of its own for each test. */
let bank: string
beforeAll(async () => {
  sandbox = await startOwnSandbox()
})
beforeEach(() => {
  bank = `BANK_${randomBytes(4).toString('hex').toUpperCase()}`
})
afterAll(() => sandbox.stop())

const book = async (refNo: string, pincode?: string, tenant = bank): Promise<string> => {
  const { status, body } = await sandbox.call(tenant, 'POST', '/courier/shipments', booking(refNo, pincode))
  expect(status).toBe(201)
  return body.waybillNo
}
const advance = (duration: string, tenant = bank) => sandbox.control(tenant, 'POST', '/clock', { advance: duration })
const track = async (waybillNo: string) =>
  (await sandbox.call(bank, 'GET', `/courier/shipments/${waybillNo}`)).body.shipmentData.shipment[0]
const changes = async (query = '', tenant = bank) => (await sandbox.call(tenant, 'GET', `/courier/changes${query}`)).body
const stepsOf = (feed: { changes: { sequence: number; status: string }[] }) =>
  feed.changes.map(({ sequence, status }) => `${sequence} ${status}`)

test('a booking sent again, also many times at once, is one shipment with one waybillNo', async () => {
  const replies = await Promise.all(Array.from({ length: 8 }, () => sandbox.call(bank, 'POST', '/courier/shipments', booking('R1'))))
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(7)
  expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(replies[0]?.body).toMatchObject({ refNo: 'R1', kitNo: 'KR1', waybillNo: expect.stringMatching(/^\d{11}$/) })
})

test('another shipment under a booked refNo is refused', async () => {
  await book('R1')
  const { status, body } = await sandbox.call(bank, 'POST', '/courier/shipments', booking('R1', '700002'))
  expect([status, body.error.code]).toEqual([409, 'refNo.conflict'])
})

test('a booking without its fields is refused by their names, and one without an account is refused', async () => {
  const { status, body } = await sandbox.call(bank, 'POST', '/courier/shipments', { refNo: 'R1', consignee: {} })
  expect(status).toBe(400)
  expect(body.error.message).toContain('kitNo is required')
  expect(body.error.message).toContain('consignee.pincode is required')
  expect((await sandbox.call('', 'GET', '/courier/changes')).status).toBe(401)
})

test('a shipment moves with the clock alone: picked up, in transit, out for delivery, delivered', async () => {
  const waybillNo = await book('R1')
  expect(await track(waybillNo)).toMatchObject({ status: 'Shipment Booked', scans: { scanDetail: [] } })
  const seen: string[] = []
  for (const step of ['PT1H', 'PT11H', 'PT36H', 'PT6H']) {
    await advance(step)
    seen.push((await track(waybillNo)).scans.scanDetail[0].inudsIndStatus)
  }
  expect(seen).toEqual(['In-transit', 'In-transit', 'Out for delivery', 'Delivered'])
  const { changes: feed } = await changes()
  const first = Date.parse(feed[0].at)
  expect(feed.map(({ at }: { at: string }) => (Date.parse(at) - first) / 3_600_000)).toEqual([0, 11, 47, 53])
})

test('tracking has the fields of the trade, newest scan first, with codes that are text or numbers', async () => {
  await sandbox.control(bank, 'POST', '/clock', { to: '2030-04-12T12:30:00+05:30' })
  const waybillNo = await book('R1')
  await advance('P5D')
  const byRefNo = await sandbox.call(bank, 'GET', '/courier/shipments?refNo=R1')
  expect(byRefNo.body.shipmentData.shipment).toEqual([await track(waybillNo)])
  expect(await track(waybillNo)).toMatchObject({
    deliveryService: 'SANDBOX COURIER',
    kitNo: 'KR1',
    refNo: 'R1',
    waybillNo,
    origin: 'MUMBAI',
    originAreaCode: 'BOM',
    destination: 'KOLKATA',
    destinationAreaCode: 'CCU',
    pickUpDate: '12 April 2030',
    pickUpTime: 1330,
    expectedDeliveryDate: '15 April 2030',
    prodcode: 'D',
    service: 'Domestic Priority',
    senderName: 'ACME BANK LTD',
    receivedBy: 'A RAO',
    status: 'Delivered',
    statusDate: '14 April 2030',
    statusTime: '18:30',
  })
  const { scanDetail } = (await track(waybillNo)).scans
  expect(scanDetail.map(({ scanCode }: { scanCode: unknown }) => scanCode)).toEqual(['000', '002', 9, 15])
  expect(scanDetail[0]).toEqual({
    scan: 'SHIPMENT DELIVERED',
    scanCode: '000',
    scanDate: '14-Apr-2030',
    scanTime: '18:30',
    scanType: 'DL',
    scannedLocation: 'KOLKATA',
    inudsIndStatus: 'Delivered',
  })
})

test('what is not there is 404 by waybillNo and an empty list by refNo', async () => {
  expect((await sandbox.call(bank, 'GET', '/courier/shipments/1')).status).toBe(404)
  expect((await sandbox.call(bank, 'GET', '/courier/shipments?refNo=R1')).body).toEqual({ shipmentData: { shipment: [] } })
})

test.each([
  ['a pincode with 0 in front', '000001', {}],
  ['a pincode that a rule names', '600032', { returnPincodes: ['600032'] }],
])('a shipment to %s comes back', async (_what, pincode, rules) => {
  await sandbox.control(bank, 'POST', '/courier/rules', rules)
  const waybillNo = await book('R1', pincode)
  await advance('P6D')
  expect(stepsOf(await changes())).toEqual(['1 DISPATCHED', '2 IN_TRANSIT', '3 OUT_FOR_DELIVERY', '4 RETURNED'])
  expect(await track(waybillNo)).toMatchObject({
    status: 'Returned To Origin',
    scans: { scanDetail: [{ inudsIndStatus: 'Returned' }, {}, {}, {}] },
  })
})

test('one shipment under way can be made to come back, and one that arrived cannot', async () => {
  const [back, arrives] = [await book('R1'), await book('R2')]
  await advance('PT12H')
  await sandbox.control(bank, 'POST', `/courier/shipments/${back}/return`)
  await advance('P6D')
  const feed = await changes()
  expect(stepsOf({ changes: feed.changes.filter(({ waybillNo }: { waybillNo: string }) => waybillNo === back) })).toEqual([
    '1 DISPATCHED',
    '2 IN_TRANSIT',
    '3 RETURNED',
  ])
  expect(await track(arrives)).toMatchObject({ status: 'Delivered' })
  expect((await sandbox.control(bank, 'POST', `/courier/shipments/${arrives}/return`)).status).toBe(409)
})

test('a booking to a pincode that a rule refuses is refused until the rule is gone', async () => {
  await sandbox.control(bank, 'POST', '/courier/rules', { refusePincodes: ['700001'] })
  const { status, body } = await sandbox.call(bank, 'POST', '/courier/shipments', booking('R1'))
  expect([status, body.error.code]).toEqual([422, 'pincode.not.served'])
  await sandbox.control(bank, 'POST', '/courier/rules', {})
  await book('R1')
})

test('a poller with a cursor sees every change once, in order, whatever its page and however often others look', async () => {
  const expected = 40 * 4
  await Promise.all(Array.from({ length: 40 }, (_, index) => book(`R${index}`, index % 5 === 0 ? '000001' : '700001')))
  const seen: { cursor: string; waybillNo: string; sequence: number; at: string }[] = []
  let after = '0'
  const poll = async (): Promise<void> => {
    for (;;) {
      const page = await changes(`?after=${after}&limit=7`)
      seen.push(...page.changes)
      after = page.next
      if (!page.more) return
    }
  }
  for (let round = 0; round < 6; round++) {
    await Promise.all([advance('P1D'), poll(), changes(), changes('?limit=1')])
  }
  await poll()
  expect(seen.map(({ cursor }) => Number(cursor))).toEqual(Array.from({ length: expected }, (_, index) => index + 1))
  const sequences = Map.groupBy(seen, ({ waybillNo }) => waybillNo)
  expect(sequences.size).toBe(40)
  for (const each of sequences.values()) expect(each.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
  expect(seen.map(({ at }) => at)).toEqual(seen.map(({ at }) => at).toSorted())
  expect(await changes(`?after=${after}`)).toEqual({ changes: [], next: after, more: false })
})

test.each(['?after=x', '?after=-1', '?limit=0', '?limit=1001', '?limit=x'])('the feed refuses %s', async (query) => {
  expect((await sandbox.call(bank, 'GET', `/courier/changes${query}`)).status).toBe(400)
})

test('two tenants have the same refNo, different shipments, clocks and feeds', async () => {
  const other = `${bank}_B`
  const mine = await book('R1')
  const theirs = await book('R1', '700002', other)
  expect(theirs).not.toBe(mine)
  await advance('P3D', other)
  expect(await changes()).toMatchObject({ changes: [] })
  expect((await changes('', other)).changes).toHaveLength(4)
  expect((await sandbox.call(bank, 'GET', `/courier/shipments/${theirs}`)).status).toBe(404)
  await sandbox.control(other, 'POST', '/reset')
  expect(await track(mine)).toMatchObject({ refNo: 'R1' })
})

test('after a restart shipments, clock, rules and feed are as before', async () => {
  const waybillNo = await book('R1')
  await sandbox.control(bank, 'POST', '/courier/rules', { refusePincodes: ['1'] })
  await advance('PT20H')
  const before = [await track(waybillNo), await changes()]
  await sandbox.restart()
  expect([await track(waybillNo), await changes()]).toEqual(before)
  expect((await sandbox.control(bank, 'GET', '/clock')).body.offsetMs).toBe(72_000_000)
  expect((await sandbox.control(bank, 'GET', '/courier/rules')).body).toEqual({ refusePincodes: ['1'], returnPincodes: [] })
  await advance('P2D')
  expect((await changes('?after=2')).changes).toHaveLength(2)
})

test('a process that died after the feed was written, before the shipments were, repeats and loses nothing', async () => {
  const waybillNo = await book('R1')
  await advance('PT12H')
  const before = await changes()
  expect(stepsOf(before)).toEqual(['1 DISPATCHED', '2 IN_TRANSIT'])
  await sandbox.spoil('shipments', { waybillNo }, { $set: { nextAt: new Date(before.changes[0].at) } })
  expect(await changes()).toEqual(before)
  await advance('P3D')
  expect(stepsOf(await changes('?after=2'))).toEqual(['3 OUT_FOR_DELIVERY', '4 DELIVERED'])
})

test('a reset forgets the shipments but gives no cursor out again', async () => {
  await book('R1')
  await advance('P3D')
  expect((await changes()).next).toBe('4')
  await sandbox.control(bank, 'POST', '/reset')
  expect(await changes('?after=4')).toMatchObject({ changes: [], next: '4' })
  await book('R1')
  await advance('PT1H')
  expect((await changes('?after=4')).changes).toMatchObject([{ cursor: '5', sequence: 1, status: 'DISPATCHED' }])
})
