// What may follow an applied definition and what may not.
// Rule: docs/rules.md#what-a-definition-may-not-become.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { validatorOf } from '../wire/validate.ts'
import { type Product, type TenantDefinition, tenantSchema } from './tenant.ts'
import { tenantChangeFaults } from './tenant-changes.ts'

const file = join(import.meta.dirname, '../../../../infra/tenants/sandbox-bank.json')
const written = {
  ...JSON.parse(readFileSync(file, 'utf8')),
  bins: [{ bin: '608040', network: 'RUPAY', numbered: { start: 0, size: 900_000_000 }, files: { start: 900_000_000, size: 100_000_000 } }],
  clientKeys: { keys: [{ kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43), kid: 'bank-1' }] },
}
const definition = (change: object = {}): TenantDefinition => {
  const validated = validatorOf<TenantDefinition>(tenantSchema)(structuredClone({ ...written, ...change }))
  if (!validated.valid) throw new Error(validated.fieldError.join('; '))
  return validated.value
}
const stored = definition()
const [bin] = stored.bins
const [virtual, physical] = stored.products
const faultsAfter = (change: object): string[] => tenantChangeFaults(stored, definition(change))
const withVirtual = (change: Partial<Product>) => ({ products: [{ ...virtual, ...change }, physical] })
const replace = 'cards of it may exist: retire it and add another'

test.each([
  ['nothing', {}],
  ['another name and other limits', { name: 'Other', limits: { requestsPerSecond: 1, burst: 1 } }],
  [
    'another product, tier and BIN',
    {
      tiers: [...(stored.tiers ?? []), { tierType: 'PLATINUM' }],
      bins: [bin, { bin: '608041', network: 'RUPAY' }],
      products: [virtual, physical, { ...physical, productId: 'NEW', tierType: 'PLATINUM', bin: '608041' }],
    },
  ],
  ['a retired product', withVirtual({ retired: true })],
  [
    'other caps, validity, names and plastics of a product',
    withVirtual({ productName: 'New', validityMonths: 36, plasticCode: '4566', pinTriesMax: 5, features: [] }),
  ],
  ['the numbered range written as it was', { bins: [{ ...bin, numbered: { start: 0, size: 900_000_000 } }] }],
  ['another range for files', { bins: [{ ...bin, files: { start: 950_000_000, size: 1 } }] }],
])('%s may follow', (_what, change) => {
  expect(faultsAfter(change)).toEqual([])
})

test.each([
  [
    'a removed product',
    { products: [physical] },
    'product 2003_VIRTUAL cannot be removed because cards of it may exist: set retired: true, and no more will be issued',
  ],
  [
    'another card type',
    withVirtual({ cardType: 'PHYSICAL' }),
    `product 2003_VIRTUAL: cardType cannot change from VIRTUAL to PHYSICAL, ${replace}`,
  ],
  [
    'another BIN',
    { bins: [bin, { bin: '608041', network: 'RUPAY' }], ...withVirtual({ bin: '608041' }) },
    `product 2003_VIRTUAL: bin cannot change from 608040 to 608041, ${replace}`,
  ],
  [
    'another tier',
    withVirtual({ tierType: 'SILVER' }),
    `product 2003_VIRTUAL: tierType cannot change from CLASSICONE to SILVER, ${replace}`,
  ],
  ['another scheme', withVirtual({ schemeCode: '2004' }), `product 2003_VIRTUAL: schemeCode cannot change from 2003 to 2004, ${replace}`],
  ['PINs of another length', withVirtual({ pinLength: 6 }), `product 2003_VIRTUAL: pinLength cannot change from 4 to 6, ${replace}`],
  [
    'another service code',
    withVirtual({ serviceCode: '101' }),
    `product 2003_VIRTUAL: serviceCode cannot change from 221 to 101, ${replace}`,
  ],
  ['a removed BIN', { bins: [{ bin: '608041', network: 'RUPAY' }] }, 'BIN 608040 cannot be removed because card numbers of it may exist'],
  ['a BIN of another network', { bins: [{ ...bin, network: 'VISA' }] }, 'BIN 608040: network cannot change from RUPAY to VISA'],
  [
    'longer card numbers',
    { bins: [{ bin: '608040', network: 'RUPAY', panLength: 19 }] },
    'BIN 608040: panLength cannot change because card numbers of it may exist',
  ],
  [
    'a range that is resized',
    { bins: [{ ...bin, numbered: { start: 0, size: 800_000_000 } }] },
    'BIN 608040: numbered cannot change from 900000000 numbers at 0 to 800000000 at 0, card numbers would repeat: add a BIN and a product for it',
  ],
  [
    'a range that is moved',
    { bins: [{ ...bin, numbered: { start: 1, size: 899_999_999 } }] },
    'BIN 608040: numbered cannot change from 900000000 numbers at 0 to 899999999 at 1, card numbers would repeat: add a BIN and a product for it',
  ],
  ['another currency', { currency: 'AED' }, 'currency cannot change from INR to AED: dates and amounts are kept by it'],
  [
    'another time zone',
    { timeZone: 'Asia/Dubai' },
    'timeZone cannot change from Asia/Kolkata to Asia/Dubai: dates and amounts are kept by it',
  ],
  ['another country', { country: 'AE' }, 'country cannot change from IN to AE: dates and amounts are kept by it'],
])('%s may not follow', (_what, change, sentence) => {
  expect(faultsAfter(change)).toEqual([sentence])
})

test('a wallet on the chip cannot be withdrawn', () => {
  const ncmc = definition({ products: [virtual, { ...physical, ncmc: { offered: true } }] })
  expect(tenantChangeFaults(ncmc, stored)).toEqual([
    'product 2003_PHYSICAL: ncmc cannot be withdrawn because cards with a wallet may exist: retire the product instead',
  ])
})

test('a BIN that no product names may go, a product without a tier may get one', () => {
  const early = definition({
    bins: [bin, { bin: '608041', network: 'RUPAY' }],
    products: [virtual, { ...physical, tierType: undefined }],
  })
  expect(tenantChangeFaults(early, stored)).toEqual([])
})

test('all faults are told at once', () => {
  expect(faultsAfter({ currency: 'AED', timeZone: 'Asia/Dubai', products: [{ ...virtual, pinLength: 5 }] })).toHaveLength(4)
})
