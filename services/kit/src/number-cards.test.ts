// Which part of a BIN is numbered here.
import type { TenantDefinition } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { KitBank } from '../test/kit-bank.ts'
import { rangeOf } from './number-cards.ts'

const product = { productId: '2003_VIRTUAL', bin: '608040' }
const bank = (...bins: object[]) => ({ id: 'ACME_BANK', definition: { bins } as unknown as TenantDefinition })

test('as the bank says', () => {
  const numbered = { start: 100, size: 50 }
  expect(rangeOf(bank({ bin: '608041' }, { bin: '608040', network: 'RUPAY', panLength: 16, numbered }), product)).toEqual({
    bin: '608040',
    panLength: 16,
    rangeStart: 100,
    rangeSize: 50,
  })
})

test.each([
  ['608040', undefined, 16, 900_000_000],
  ['608040', 16, 16, 900_000_000],
  ['608040', 19, 19, 900_000_000_000],
  ['60804012', 16, 16, 9_000_000],
])('otherwise the lower nine tenths of BIN %s with PANs of length %s', (bin, panLength, length, size) => {
  const definition = { bin, network: 'RUPAY', ...(panLength && { panLength }) }
  expect(rangeOf(bank(definition), { ...product, bin })).toEqual({ bin, panLength: length, rangeStart: 0, rangeSize: size })
})

test('a product whose BIN is not defined is broken configuration', () => {
  expect(() => rangeOf(bank({ bin: '608041' }), product)).toThrow('product 2003_VIRTUAL of ACME_BANK names a BIN that is not defined')
})

test('processes that number the first cards of a bank at the same time give no number twice', async () => {
  const bank = await KitBank.start()
  try {
    const cards = await Promise.all(Array.from({ length: 12 }, () => bank.newNumbering().number(bank.tenant, bank.product)))
    expect(new Set(cards.map(({ kitNo }) => kitNo)).size).toBe(12)
    expect(new Set(cards.map(({ pan }) => pan.reveal())).size).toBe(12)
  } finally {
    await bank.close()
  }
})
