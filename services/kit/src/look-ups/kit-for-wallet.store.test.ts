// What the wallet-ncmc context is told of a kit.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { KitBank } from '../../test/kit-bank.ts'

let bank: KitBank
beforeAll(async () => {
  bank = await KitBank.start()
})
afterAll(() => bank.close())

test('a kit is told as it stands now: whose it is, its product, status and account, and nothing of the card', async () => {
  const kit = await bank.issue('E1', 'LOCKED')
  const { result } = await bank.run('kitForWallet', { kitNo: kit._id })
  expect(result).toEqual({ entityId: 'E1', productId: '2003_VIRTUAL', cardStatus: 'LOCKED', accountNo: '8642135' })
})

test('a kit that is reserved or not there is null', async () => {
  const { _id: reserved } = await bank.issue('E3', 'RESERVED')
  for (const kitNo of [reserved, '1']) expect(await bank.run('kitForWallet', { kitNo })).toMatchObject({ status: 200, result: null })
})
