// The catalogue changes while everything runs: new products are issued at once, retired ones no
// more, what would belie cards is refused.
import { join } from 'node:path'
import { processNames, type TenantDefinition } from '@dcms/contract'
import { OperatorRefused, readTenantFile } from '@dcms/ops'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startTestBank, type TestBank } from '../src/index.ts'

let bank: TestBank
let definition: TenantDefinition
beforeAll(async () => {
  bank = await startTestBank()
  definition = await readTenantFile(join(import.meta.dirname, '../../tenants/acme-bank.json'), bank.client.tenants.ACME_BANK.clientKeys)
}, 150_000)
afterAll(() => bank.stop())

const apply = (changed: TenantDefinition) => bank.installation.operator.applyTenant(changed, { waitFor: processNames })
const register = (tierType?: string, cardType: 'PHYSICAL' | 'VIRTUAL' = 'VIRTUAL') =>
  bank.dcms.register({ ...bank.newCustomer(), deliveryAddress: 'PERMANENT', kitInfo: [{ cardType, ...(tierType && { tierType }) }] })

test('without a tier a customer gets the lowest, with one the product of that tier', async () => {
  expect((await register()).kitInfo).toMatchObject([{ productId: '2003_VIRTUAL', tierType: 'CLASSICONE', bin: '608040' }])
  expect((await register('PLATINUM', 'PHYSICAL')).kitInfo).toMatchObject([
    { productId: '2003_PLATINUM_PHYSICAL', tierType: 'PLATINUM', bin: '608041' },
  ])
})

test('a product that is added is issued, and one that is retired is not, without a restart', async () => {
  const [virtual] = definition.products
  if (!virtual) throw new Error('there is no product')
  await expect(register('GOLD')).rejects.toMatchObject({ errorCode: 'tier.not.found' })
  const gold = { ...virtual, productId: '2003_GOLD_VIRTUAL', productName: 'Gold', tierType: 'GOLD', bin: '608043' }
  const withGold: TenantDefinition = {
    ...definition,
    tiers: [...(definition.tiers ?? []), { tierType: 'GOLD' }],
    bins: [...definition.bins, { bin: '608043', network: 'RUPAY', panLength: 16 }],
    products: [...definition.products, gold],
  }
  const { version } = await apply(withGold)
  expect((await register('GOLD')).kitInfo).toMatchObject([{ productId: '2003_GOLD_VIRTUAL', bin: '608043' }])

  const retired = { ...withGold, products: withGold.products.map((each) => (each.tierType === 'GOLD' ? { ...each, retired: true } : each)) }
  expect(await apply(retired)).toMatchObject({ version: version + 1, changed: true })
  await expect(register('GOLD')).rejects.toMatchObject({ errorCode: 'product.not.found' })
  expect(await apply(retired)).toMatchObject({ version: version + 1, changed: false })
  definition = retired
})

test('a BIN that is used up refuses registrations and leaves nothing of them; with another BIN the same customer is registered', async () => {
  const [virtual] = definition.products
  if (!virtual) throw new Error('there is no product')
  const scarce = { ...virtual, productId: '2003_SCARCE_VIRTUAL', productName: 'Scarce', tierType: 'SCARCE', bin: '608044' }
  const withScarce: TenantDefinition = {
    ...definition,
    tiers: [...(definition.tiers ?? []), { tierType: 'SCARCE' }],
    bins: [...definition.bins, { bin: '608044', network: 'RUPAY', panLength: 16, numbered: { start: 0, size: 2 } }],
    products: [...definition.products, scarce],
  }
  await apply(withScarce)
  await Promise.all([register('SCARCE'), register('SCARCE')])
  const customer = { ...bank.newCustomer(), kitInfo: [{ cardType: 'VIRTUAL' as const, tierType: 'SCARCE' }] }
  await expect(bank.dcms.register(customer)).rejects.toMatchObject({
    errorCode: 'bin.range.exhausted',
    fieldError: ['BIN 608044 of product 2003_SCARCE_VIRTUAL has no card numbers left'],
  })
  await expect(bank.dcms.viewCustomer({ entityId: customer.entityId })).rejects.toMatchObject({ errorCode: 'CUS001' })
  const { entityId } = await bank.dcms.register({ ...bank.newCustomer(), kitInfo: [] })
  const card = { entityId, kitInfo: [{ accountNo: '8642135', cardType: 'VIRTUAL' as const, tierType: 'SCARCE' }] }
  await expect(bank.dcms.registerCard(card)).rejects.toMatchObject({ errorCode: 'bin.range.exhausted' })

  const another = { ...scarce, productId: '2003_SCARCE_2_VIRTUAL', bin: '608045' }
  definition = {
    ...withScarce,
    bins: [...withScarce.bins, { bin: '608045', network: 'RUPAY', panLength: 16 }],
    products: [...withScarce.products.map((each) => (each === scarce ? { ...scarce, retired: true } : each)), another],
  }
  await apply(definition)
  expect((await bank.dcms.register(customer)).kitInfo).toMatchObject([{ productId: '2003_SCARCE_2_VIRTUAL', bin: '608045' }])
  expect((await bank.dcms.registerCard(card)).kitInfo).toMatchObject([{ bin: '608045' }])
})

test('a bank that is not there is said to be what may be wrong', async () => {
  await expect(bank.installation.operator.closeKit('NO_BANK', { kitNo: '4240000001' })).rejects.toThrow(
    /is NO_BANK a tenant that was applied/,
  )
})

test('what would belie cards of the bank is refused, all of it in one list', async () => {
  const [first, ...others] = definition.products
  const [bin, ...bins] = definition.bins
  if (!first || !bin) throw new Error('there is no product')
  const changed: TenantDefinition = {
    ...definition,
    currency: 'AED',
    bins: [{ ...bin, numbered: { start: 5, size: 100 } }, ...bins],
    products: [{ ...first, pinLength: 6 }, ...others.slice(1)],
  }
  const refusal: unknown = await apply(changed).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(OperatorRefused)
  expect(refusal).toMatchObject({
    code: 'invalid.input.request',
    fieldError: [
      expect.stringMatching(/^product 2003_VIRTUAL: pinLength cannot change from 4 to 6/),
      expect.stringMatching(/^product 2003_PHYSICAL cannot be removed/),
      expect.stringMatching(/^BIN 608040: numbered cannot change/),
      expect.stringMatching(/^currency cannot change from INR to AED/),
    ],
  })
  expect((await register()).kitInfo).toMatchObject([{ productId: '2003_VIRTUAL' }])
})
