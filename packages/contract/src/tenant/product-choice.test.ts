// Which product a card is of: the catalogue decides, whatever the order of its products.
// Rules: docs/rules.md#tiers, docs/rules.md#conversion, docs/rules.md#retired-products.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { nextTier, productFor, productOf, renewalNoticeDays, virtualToPhysical } from './product-choice.ts'
import type { Product, TenantDefinition } from './tenant.ts'

const product = (productId: string, cardType: Product['cardType'], tierType?: string, change: Partial<Product> = {}): Product =>
  ({ productId, schemeCode: '2003', cardType, bin: '608040', networkType: 'RUPAY', ...(tierType && { tierType }), ...change }) as Product
const tiers = ['CLASSIC', 'SILVER', 'PLATINUM'].map((tierType) => ({ tierType }))
const products = [
  product('CLASSIC_V', 'VIRTUAL', 'CLASSIC'),
  product('CLASSIC_P', 'PHYSICAL', 'CLASSIC'),
  product('SILVER_P', 'PHYSICAL', 'SILVER'),
  product('PLATINUM_V', 'VIRTUAL', 'PLATINUM', { bin: '608041' }),
  product('PLATINUM_P', 'PHYSICAL', 'PLATINUM', { bin: '608042' }),
  product('OTHER_P', 'PHYSICAL', 'PLATINUM', { schemeCode: '2004' }),
]
const bankOf = (own: readonly Product[]): TenantDefinition => ({ tiers, products: own }) as unknown as TenantDefinition
const bank = bankOf(products)
const called = (productId: string): Product => productOf(bank, productId) ?? product('none', 'VIRTUAL')

test('a card is of the product that its productId names, be it retired', () => {
  const retired = product('GONE_V', 'VIRTUAL', 'CLASSIC', { retired: true })
  expect(productOf(bankOf([...products, retired]), 'GONE_V')).toBe(retired)
  expect(productOf(bank, 'SILVER_P')).toBe(products[2])
  expect(productOf(bank, 'GONE_V')).toBeUndefined()
})

test.each([
  ['2003', 'VIRTUAL', undefined, 'CLASSIC_V'],
  ['2003', 'PHYSICAL', undefined, 'CLASSIC_P'],
  ['2003', 'PHYSICAL', 'PLATINUM', 'PLATINUM_P'],
  ['2004', 'PHYSICAL', undefined, 'OTHER_P'],
  ['2003', 'VIRTUAL', 'SILVER', undefined],
  ['2004', 'VIRTUAL', undefined, undefined],
  ['2005', 'VIRTUAL', undefined, undefined],
] as const)('scheme %s, %s, tier %s: %s', (schemeCode, cardType, tierType, productId) => {
  expect(productFor(bank, schemeCode, cardType, tierType)?.productId).toBe(productId)
})

test('the order of the products in the file decides nothing', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(products, { minLength: products.length }), fc.constantFrom(...products), (shuffled, any) => {
      const other = bankOf(shuffled)
      expect(productFor(other, any.schemeCode, any.cardType)).toBe(productFor(bank, any.schemeCode, any.cardType))
      expect(nextTier(other, any)).toBe(nextTier(bank, any))
      expect(virtualToPhysical(other, any)).toBe(virtualToPhysical(bank, any))
    }),
  )
})

test.each([
  ['CLASSIC_P', 'SILVER_P'],
  ['SILVER_P', 'PLATINUM_P'],
  ['PLATINUM_P', undefined],
  ['CLASSIC_V', 'PLATINUM_V'],
  ['OTHER_P', undefined],
])('a card of %s is upgraded to %s', (from, to) => {
  expect(nextTier(bank, called(from))?.productId).toBe(to)
})

test('a product without a tier is below all tiers', () => {
  const plain = product('PLAIN_P', 'PHYSICAL')
  const own = bankOf([...products, plain])
  expect(nextTier(own, plain)?.productId).toBe('CLASSIC_P')
  expect(productFor(own, '2003', 'PHYSICAL')?.productId).toBe('PLAIN_P')
})

test('where the bank has no tiers there is no next one', () => {
  expect(nextTier({ ...bank, tiers: undefined } as unknown as TenantDefinition, called('CLASSIC_P'))).toBeUndefined()
})

test('a virtual card becomes the physical product of its scheme, tier and BIN', () => {
  expect(virtualToPhysical(bank, called('CLASSIC_V'))?.productId).toBe('CLASSIC_P')
  expect(virtualToPhysical(bank, called('PLATINUM_V'))).toBeUndefined() // another BIN: the card number would not fit
  expect(virtualToPhysical(bank, called('CLASSIC_P'))).toBeUndefined()
})

test('retired products are issued by nothing, and cards of them can still be upgraded and converted', () => {
  const own = bankOf(
    products.map((each) => (each.tierType === 'SILVER' || each.productId === 'CLASSIC_V' ? { ...each, retired: true } : each)),
  )
  expect(productFor(own, '2003', 'PHYSICAL', 'SILVER')).toBeUndefined()
  expect(nextTier(own, called('CLASSIC_P'))?.productId).toBe('PLATINUM_P')
  expect(nextTier(own, called('SILVER_P'))?.productId).toBe('PLATINUM_P')
  expect(virtualToPhysical(own, called('CLASSIC_V'))?.productId).toBe('CLASSIC_P')
})

test('holders are told of the end of their card thirty days before, or as the bank says', () => {
  expect(renewalNoticeDays(bank)).toBe(30)
  expect(renewalNoticeDays({ ...bank, settings: { renewal: { noticeDays: 45 } } } as TenantDefinition)).toBe(45)
})
