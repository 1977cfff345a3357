// Which part of a BIN is numbered here.
// Rule: docs/rules.md#numbering.
import type { TenantDefinition } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { KitBank } from '../../test/kit-bank.ts'
import { blockOf, rangeOf } from './number-cards.ts'

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
    expect(new Set(cards.map((card) => card?.kitNo)).size).toBe(12)
    expect(new Set(cards.map((card) => card?.pan.reveal())).size).toBe(12)
  } finally {
    await bank.close()
  }
})

test.each([
  [900_000_000, 1_000],
  [9_000_000, 900],
  [100_000, 10],
  [500, 1],
  [1, 1],
])('of %i numbers that are left %i are leased at a time', (left, block) => {
  expect(blockOf(left)).toBe(block)
})

test('several processes use up a small range to its last number, and none gives one beyond it', async () => {
  const bank = await KitBank.start()
  try {
    const { definition } = bank.tenant
    const bins = definition.bins.map((bin) => ({ ...bin, numbered: { start: 0, size: 30 } }))
    const tenant = { ...bank.tenant, definition: { ...definition, bins } }
    const processes = [bank.newNumbering(), bank.newNumbering(), bank.newNumbering()]
    expect(await bank.newNumbering().left([tenant])).toEqual([{ tenant: tenant.id, bin: '608040', left: 30 }])
    const numbered = await Promise.all(Array.from({ length: 40 }, (_, n) => processes[n % 3]?.number(tenant, bank.product)))
    const pans = numbered.flatMap((card) => card?.pan.reveal() ?? [])
    expect([pans.length, new Set(pans).size]).toEqual([30, 30])
    expect(await bank.newNumbering().number(tenant, bank.product)).toBeNull()
    expect(await bank.newNumbering().left([tenant])).toEqual([{ tenant: tenant.id, bin: '608040', left: 0 }])
  } finally {
    await bank.close()
  }
})
