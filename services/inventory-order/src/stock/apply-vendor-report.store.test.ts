// What vendors tell of cards, in the stock: sent ones are on their way, rejected ones leave it, and
// the same event again does nothing.
import type { VendorReported } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { kitEvent } from '../../test/made.ts'
import { StockBank } from '../../test/stock-bank.ts'
import { follow, kitOf, stocked } from '../../test/stocked.ts'
import { standsIn } from './ledger.ts'
import { stockOf } from './stock-kit.ts'

let bank: StockBank
beforeAll(async () => {
  bank = await StockBank.start()
})
afterAll(() => bank.close())

let files = 0
const report = (kits: VendorReported['kits']): VendorReported => {
  const fileName = `perso-ORD-${++files}-WEST.r001`
  return { type: 'VendorReported', vendor: 'WEST', fileName, batch: 1, batches: 1, kits, reportedAt: '2026-01-06T10:00:00.000Z' }
}
const tell = (said: VendorReported) => follow(bank, kitEvent(`perso-west/${said.fileName}`, 1, said))

test('cards that were sent are on their way, with what the vendor said of them', async () => {
  const { kitNos } = await stocked(bank)
  const [sent = '', made = ''] = kitNos
  const said = report([
    { kitNo: sent, status: 'DISPATCHED', awbNo: '32592', courier: 'SANDBOX', dispatchDate: '2026-01-06' },
    { kitNo: made, status: 'PRODUCED' },
  ])
  await tell(said)
  await tell(said)
  const kit = await kitOf(bank, sent)
  expect(kit).toMatchObject({ deliveryStatus: 'IN_TRANSIT', kitStatus: 'UNALLOCATED', maker: { status: 'DISPATCHED', awbNo: '32592' } })
  expect(kit.outbox.map(({ type }) => type)).toEqual(['DeliveryUpdated'])
  expect(await kitOf(bank, made)).toMatchObject({ deliveryStatus: 'BANK', maker: { status: 'PRODUCED' } })
})

test('the event again, after the cards have arrived, sends nothing back on its way', async () => {
  const { kitNos } = await stocked(bank)
  const said = report([{ kitNo: kitNos[0] ?? '', status: 'DISPATCHED' }])
  await tell(said)
  await stockOf(bank.tenant).updateOne({ _id: kitNos[0] ?? '' }, { $set: { deliveryStatus: 'BANK', commandIds: [] } })
  await tell(said)
  expect((await kitOf(bank, kitNos[0] ?? '')).deliveryStatus).toBe('BANK')
})

test('rejected cards leave the stock as damaged, are told of as withdrawn, and those handed out stay', async () => {
  const { kitNos } = await stocked(bank)
  const [bad = '', owned = ''] = kitNos
  await stockOf(bank.tenant).updateOne({ _id: owned }, { $set: { kitStatus: 'ASSIGNED' } })
  const said = report(kitNos.map((kitNo) => ({ kitNo, status: 'REJECTED', reason: 'chip is dead' })) as VendorReported['kits'])
  await tell(said)
  await tell(said)
  const kit = await kitOf(bank, bad)
  expect(kit).toMatchObject({ kitStatus: 'EXPIRED_CARD', maker: { reason: 'chip is dead' } })
  expect([standsIn(kit.entries), kit.entries.at(-1)?.type]).toEqual([null, 'DAMAGED'])
  expect((await kitOf(bank, owned)).kitStatus).toBe('ASSIGNED')
  const movements = await bank.tenant.database.collection('movements').find({ kitNos: bad }).toArray()
  expect(movements.map(({ status, movedKitNos, outbox }) => [status, movedKitNos, outbox[0].payload.type])).toEqual([
    ['DONE', [bad], 'KitsWithdrawn'],
  ])
})

test('a report of kits that are not in stock yet waits', async () => {
  await expect(tell(report([{ kitNo: '4249999999', status: 'PRODUCED' }]))).rejects.toThrow('1 kits of file')
})
