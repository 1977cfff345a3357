// Delivery statuses in the real store: one row per kit, in the order of the request.
// Rule: docs/rules.md#delivery-statuses.
import { type DeliveryStatusRows, deliverySteps } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { assigned, nextNumber } from '../../test/made.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { follow, kitOf, ledgerOf, stocked } from '../../test/stocked.ts'
import { stockOf } from './stock-kit.ts'

let bank: StockBank
beforeAll(async () => {
  bank = await StockBank.start()
})
afterAll(() => bank.close())

const update = async (body: readonly { deliveryStatus: string; kitNo: readonly string[] }[], call: object = {}) => {
  const { status, result } = await bank.run('updateDeliveryStatus', body, call)
  expect(status).toBe(200)
  return result as DeliveryStatusRows
}
const set = async (deliveryStatus: string, ...kitNo: string[]) =>
  (await update([{ deliveryStatus, kitNo }])).map((row) => row.exception?.errorCode ?? row.status)

test('each kit gets its row, in the order of the request, and an unknown one the documented refusal', async () => {
  const [one = '', other = ''] = (await stocked(bank)).kitNos
  const rows = await update([
    { deliveryStatus: 'DELIVERED', kitNo: [other, one] },
    { deliveryStatus: 'bank', kitNo: ['234'] },
  ])
  expect(rows).toEqual([
    { kitNo: other, result: true, status: '200' },
    { kitNo: one, result: true, status: '200' },
    {
      kitNo: '234',
      status: '500',
      exception: {
        errorCode: 'MCC007',
        shortMessage: 'valid kit not found',
        detailMessage: 'valid kit not found',
        errorMessage: 'valid kit not found',
        reasonCode: 'kit.not.found',
        httpStatus: 'BAD_REQUEST',
        fieldError: ['Invalid Kit No'],
        cause: null,
        languageCode: 'en',
        localizedMessage: null,
        message: null,
        suppressed: [],
      },
    },
  ])
})

const statuses = ['IN_TRANSIT', 'BANK', 'DELIVERED', 'RETURNED']
test.each(Object.entries(deliverySteps))('after %s only %j may follow', async (present, possible) => {
  const { kitNos } = await stocked(bank, { count: statuses.length })
  for (const [at, next] of statuses.entries()) {
    const kitNo = kitNos[at] ?? ''
    await stockOf(bank.tenant).updateOne(
      { _id: kitNo },
      present === 'NONE' ? { $unset: { deliveryStatus: '' } } : { $set: { deliveryStatus: present } },
    )
    const allowed = possible.includes(next) || present === next
    expect([next, await set(next, kitNo)]).toEqual([next, [allowed ? '200' : 'INV005']])
    expect((await kitOf(bank, kitNo)).deliveryStatus).toBe(allowed ? next : present === 'NONE' ? undefined : present)
  }
})

test('what is set is told once, and the same again is neither a change nor told', async () => {
  const { branchId, kitNos } = await stocked(bank)
  const [kitNo = ''] = kitNos
  expect([await set('DELIVERED', kitNo), await set('delivered', kitNo)]).toEqual([['200'], ['200']])
  const { outbox } = await kitOf(bank, kitNo)
  expect(outbox.map(({ payload }) => payload)).toEqual([
    { type: 'DeliveryUpdated', kitNo, branchId, previousStatus: 'BANK', deliveryStatus: 'DELIVERED', updatedAt: expect.any(String) },
  ])
})

test('virtual kits and statuses that the bank does not have are refused by row', async () => {
  const [virtual = ''] = (await stocked(bank, { cardType: 'VIRTUAL', productId: '2003_VIRTUAL' })).kitNos
  const [kitNo = ''] = (await stocked(bank)).kitNos
  expect(await set('DELIVERED', virtual)).toEqual(['INV003'])
  expect(await set('ON_THE_MOON', kitNo)).toEqual(['invalid.input.request'])
})

test('a bank’s own list is what counts', async () => {
  const own = await StockBank.start({ settings: { deliveryStatuses: ['bank', 'delivered', 'at agent'] } })
  try {
    const [kitNo = ''] = (await stocked(own)).kitNos
    const ask = async (deliveryStatus: string) => {
      const { result } = await own.run('updateDeliveryStatus', [{ deliveryStatus, kitNo: [kitNo] }])
      return (result as DeliveryStatusRows)[0]?.exception?.errorCode ?? '200'
    }
    expect([await ask('RETURNED'), await ask('AT AGENT'), await ask('Delivered')]).toEqual(['invalid.input.request', 'INV005', '200'])
  } finally {
    await own.close()
  }
})

test('one kit twice in a call goes step by step', async () => {
  const [kitNo = ''] = (await stocked(bank)).kitNos
  const rows = await update([
    { deliveryStatus: 'DELIVERED', kitNo: [kitNo] },
    { deliveryStatus: 'BANK', kitNo: [kitNo] },
    { deliveryStatus: 'RETURNED', kitNo: [kitNo] },
  ])
  expect(rows.map((row) => row.exception?.errorCode ?? row.status)).toEqual(['200', 'INV005', '200'])
  expect((await kitOf(bank, kitNo)).outbox).toHaveLength(2)
})

test('a kit that is sent back leaves the stock until it comes again; one with an owner has left it', async () => {
  const { branchId, orderId, kitNos } = await stocked(bank)
  const [free = '', owned = ''] = kitNos
  await follow(bank, assigned(owned, orderId))
  expect(await set('RETURNED', free, owned)).toEqual(['200', '200'])
  expect(await ledgerOf(bank, kitNos)).toEqual({})
  expect(await set('BANK', free, owned)).toEqual(['200', '200'])
  expect(await ledgerOf(bank, kitNos)).toEqual({ [branchId]: 1 })
})

test('a user of one branch sees no kit of another', async () => {
  const { branchId, kitNos } = await stocked(bank)
  const body = [{ deliveryStatus: 'DELIVERED', kitNo: kitNos }]
  const codes = async (branch: string) => (await update(body, bank.ofBranch(branch))).map((row) => row.exception?.errorCode ?? row.status)
  expect(await codes('elsewhere')).toEqual(['MCC007', 'MCC007'])
  expect(await codes(branchId)).toEqual(['200', '200'])
})

test('a repeat under the same key succeeds and changes nothing, whatever came between', async () => {
  const [kitNo = ''] = (await stocked(bank)).kitNos
  const again = () => update([{ deliveryStatus: 'DELIVERED', kitNo: [kitNo] }], { idempotencyKey: `key-${kitNo}` })
  const first = await again()
  await set('RETURNED', kitNo)
  await set('BANK', kitNo)
  expect(await again()).toEqual(first)
  expect(await kitOf(bank, kitNo)).toMatchObject({ deliveryStatus: 'BANK' })
})

test('a thousand kits take a few statements; one more refuses the whole call', async () => {
  const { kitNos } = await stocked(bank, { count: 1000 })
  let rows: DeliveryStatusRows = []
  const statements = await bank.statementsOf(async () => {
    rows = await update([{ deliveryStatus: 'DELIVERED', kitNo: kitNos }])
  })
  expect(rows.filter((row) => row.result)).toHaveLength(1000)
  expect(statements).toEqual(['find', 'update'])
  const tooMany = [
    { deliveryStatus: 'BANK', kitNo: kitNos },
    { deliveryStatus: 'BANK', kitNo: [`${nextNumber()}`] },
  ]
  expect(await bank.run('updateDeliveryStatus', tooMany)).toMatchObject({ status: 400, code: 'invalid.input.request' })
})
