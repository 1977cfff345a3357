// The tenant definition: what its schema fills in, what it refuses, and the faults no schema sees.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { validatorOf } from '../wire/validate.ts'
import { type TenantDefinition, tenantSchema } from './tenant.ts'
import { tenantFaults } from './tenant-faults.ts'

const validate = validatorOf<TenantDefinition>(tenantSchema)
const channel = { offered: true, dailyCap: 100_000, maxCap: 100_000 }
const region = { offered: true, atm: channel, pos: channel, ecom: channel, contactless: channel, tokenization: channel }
const product = {
  productId: '2003_VIRTUAL',
  productName: '2003_VIRTUAL',
  schemeCode: '2003',
  cardType: 'VIRTUAL',
  bin: '608040',
  networkType: 'RUPAY',
  validityMonths: 60,
  domestic: region,
  international: { ...region, offered: false },
}
const key = { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43), kid: 'bank-1' }
const written = {
  tenant: 'ACME_BANK',
  name: 'Acme Bank',
  encryption: 'REQUIRED',
  clientKeys: { keys: [key] },
  limits: { requestsPerSecond: 10, burst: 20 },
  bins: [{ bin: '608040', network: 'RUPAY' }],
  products: [product, { ...product, productId: '2003_PHYSICAL', cardType: 'PHYSICAL' }],
}

function definition(change: object = {}): TenantDefinition {
  const validated = validate(structuredClone({ ...written, ...change }))
  if (!validated.valid) throw new Error(validated.fieldError.join('; '))
  return validated.value
}
const faultsOf = (change: object): string[] => tenantFaults(definition(change))

const inAtm = (change: object) => ({ products: [{ ...product, domestic: { ...region, atm: { ...channel, ...change } } }] })

test('what is not written has its documented default', () => {
  const { country, currency, timeZone, bins, products } = definition()
  expect({ country, currency, timeZone }).toEqual({ country: 'IN', currency: 'INR', timeZone: 'Asia/Kolkata' })
  expect(bins[0]?.panLength).toBe(16)
  expect(products[0]).toMatchObject({ cardCategory: 'DEBIT', serviceCode: '221', pinLength: 4, pinTriesMax: 3 })
  expect(products[0]?.domestic).toMatchObject({ onAtIssue: false, atm: { onAtIssue: false } })
})

test.each([
  ['a tenant in small letters', { tenant: 'acme' }, /^tenant has a wrong format: capital letters/],
  ['a BIN of seven digits', { bins: [{ bin: '6080401', network: 'RUPAY' }] }, /^bins\[0\]\.bin has a wrong format/],
  ['no product', { products: [] }, /^products must have at least 1 element/],
  ['no client key', { clientKeys: { keys: [] } }, /^clientKeys\.keys must have at least 1 element/],
  ['encryption that is neither', { encryption: 'NONE' }, /^encryption must be one of REQUIRED, OPTIONAL/],
  ['a private key', { clientKeys: { keys: [{ ...key, d: 'secret', kid: 1 }] } }, /^clientKeys\.keys\[0\]\.kid must be a string/],
])('%s is refused', (_what, change, sentence) => {
  const validated = validate(structuredClone({ ...written, ...change }))
  expect(validated).toEqual({ valid: false, fieldError: [expect.stringMatching(sentence)] })
})

test('the private part of a key that was sent by mistake is dropped', () => {
  expect(definition({ clientKeys: { keys: [{ ...key, d: 'secret' }] } }).clientKeys.keys).toEqual([key])
})

test('a sound definition has no faults', () => {
  expect(faultsOf({})).toEqual([])
  expect(
    faultsOf({ bins: [{ bin: '608040', network: 'RUPAY', numbered: { start: 0, size: 900 }, files: { start: 900, size: 100 } }] }),
  ).toEqual([])
})

test.each([
  ['a client key twice', { clientKeys: { keys: [key, key] } }, 'client key bank-1 stands twice'],
  ['a BIN twice', { bins: [...written.bins, ...written.bins] }, 'BIN 608040 stands twice'],
  ['a product twice', { products: [product, product] }, 'product 2003_VIRTUAL stands twice'],
  [
    'a BIN that is not there',
    { products: [{ ...product, bin: '608041' }] },
    'product 2003_VIRTUAL names BIN 608041, which is not listed in bins',
  ],
  ['another network than the BIN', { products: [{ ...product, networkType: 'VISA' }] }, 'product 2003_VIRTUAL is VISA, its BIN is RUPAY'],
  [
    'a scheme that is not there',
    { schemes: [{ schemeCode: '2004' }], products: [product] },
    'product 2003_VIRTUAL names scheme 2003, which is not among schemes',
  ],
  [
    'a tier that is not there',
    { tiers: [{ tierType: 'GOLD' }], products: [{ ...product, tierType: 'SILVER' }] },
    'product 2003_VIRTUAL names tier SILVER, which is not among tiers',
  ],
  [
    'a plastic that is not there',
    { plastics: [{ plasticCode: 'P1' }], products: [{ ...product, plasticCode: 'P2' }] },
    'product 2003_VIRTUAL names plastic P2, which is not among plastics',
  ],
  [
    'a range behind the BIN’s end',
    { bins: [{ bin: '608040', network: 'RUPAY', numbered: { start: 1, size: 1_000_000_000 } }] },
    'BIN 608040: a range ends behind the 1000000000 numbers of the BIN',
  ],
  [
    'a range behind the end of a BIN of eight digits',
    {
      bins: [{ bin: '60804012', network: 'RUPAY', files: { start: 0, size: 10_000_001 } }],
      products: [{ ...product, bin: '60804012' }],
    },
    'BIN 60804012: a range ends behind the 10000000 numbers of the BIN',
  ],
  [
    'ranges that overlap',
    { bins: [{ bin: '608040', network: 'RUPAY', numbered: { start: 0, size: 901 }, files: { start: 900, size: 100 } }] },
    'BIN 608040: numbered and files overlap',
  ],
  [
    'a range for files inside what is numbered when nothing is said',
    { bins: [{ bin: '608040', network: 'RUPAY', files: { start: 899_999_999, size: 1 } }] },
    'BIN 608040: numbered and files overlap',
  ],
  [
    'BINs of which one begins the other',
    { bins: [...written.bins, { bin: '60804012', network: 'RUPAY' }] },
    'BIN 60804012 lies within BIN 608040',
  ],
  ['a scheme twice', { schemes: [{ schemeCode: '2003' }, { schemeCode: '2003' }] }, 'scheme 2003 stands twice'],
  ['a tier twice', { tiers: [{ tierType: 'GOLD' }, { tierType: 'GOLD' }] }, 'tier GOLD stands twice'],
  ['a plastic twice', { plastics: [{ plasticCode: 'P1' }, { plasticCode: 'P1' }] }, 'plastic P1 stands twice'],
  [
    'two products that one card could be of',
    {
      tiers: [{ tierType: 'GOLD' }],
      products: [
        { ...product, tierType: 'GOLD' },
        { ...product, productId: 'OTHER', tierType: 'GOLD' },
      ],
    },
    'products 2003_VIRTUAL and OTHER are both scheme 2003, VIRTUAL, tier GOLD: give one another tier or retire it',
  ],
  [
    'two such products without a tier',
    { products: [product, { ...product, productId: 'OTHER' }] },
    'products 2003_VIRTUAL and OTHER are both scheme 2003, VIRTUAL, no tier: give one another tier or retire it',
  ],
  [
    'tiers whose order nobody tells',
    {
      products: [
        { ...product, tierType: 'GOLD' },
        { ...product, productId: 'OTHER', tierType: 'SILVER' },
      ],
    },
    'products name the tiers GOLD, SILVER; their order must be told by tiers',
  ],
  [
    'PINs on paper for a virtual card',
    { products: [{ ...product, pinMailer: true }] },
    'product 2003_VIRTUAL is virtual and cannot have pinMailer: PINs on paper are for physical cards',
  ],
  [
    'NCMC of another network',
    {
      bins: [{ bin: '608040', network: 'VISA' }],
      products: [{ ...product, cardType: 'PHYSICAL', networkType: 'VISA', ncmc: { offered: true } }],
    },
    "product 2003_VIRTUAL offers ncmc, which is RUPAY's; it is VISA",
  ],
  [
    'NCMC without a chip',
    { products: [{ ...product, ncmc: { offered: true } }] },
    'product 2003_VIRTUAL is virtual and cannot offer ncmc: its wallet is on the chip',
  ],
  [
    'offline payments without NCMC',
    { products: [{ ...product, features: ['ncmc-offline'] }] },
    'product 2003_VIRTUAL has the feature ncmc-offline and does not offer ncmc',
  ],
  [
    'a default daily limit above its cap',
    inAtm({ dailyDefault: 100_001 }),
    'product 2003_VIRTUAL: domestic.atm: dailyDefault 100001 is above dailyCap 100000',
  ],
  [
    'a default maxLimit above its cap',
    inAtm({ maxDefault: 100_001 }),
    'product 2003_VIRTUAL: domestic.atm: maxDefault 100001 is above maxCap 100000',
  ],
  [
    'a default daily limit above the default maxLimit',
    inAtm({ dailyDefault: 60_000, maxDefault: 50_000 }),
    "product 2003_VIRTUAL: domestic.atm: a new card's daily limit 60000 (dailyDefault, else dailyCap) is above its maxLimit 50000",
  ],
  [
    'a daily cap that is the default and above the highest maxLimit',
    inAtm({ maxCap: 50_000 }),
    "product 2003_VIRTUAL: domestic.atm: a new card's daily limit 100000 (dailyDefault, else dailyCap) is above its maxLimit 50000",
  ],
  [
    'a channel on at issue that is not offered',
    inAtm({ offered: false, onAtIssue: true }),
    'product 2003_VIRTUAL: domestic.atm is on at issue and not offered',
  ],
  [
    'a region on at issue that is not offered',
    { products: [{ ...product, international: { ...region, offered: false, onAtIssue: true } }] },
    'product 2003_VIRTUAL: international is on at issue and not offered',
  ],
  [
    'a channel on at issue in a region that is not offered',
    { products: [{ ...product, international: { ...region, offered: false, pos: { ...channel, onAtIssue: true } } }] },
    'product 2003_VIRTUAL: international.pos is on at issue, its region is not offered',
  ],
  ['a currency nobody knows', { currency: 'ZZZ' }, 'currency ZZZ is not known'],
  ['a time zone nobody knows', { timeZone: 'Asia/Acme' }, 'timeZone Asia/Acme is not known'],
])('%s is a fault', (_what, change, sentence) => {
  expect(faultsOf(change)).toContain(sentence)
})

test('all faults are told at once', () => {
  const products = [
    { ...product, bin: '608041' },
    { ...product, productId: 'OTHER', pinMailer: true },
  ]
  expect(faultsOf({ timeZone: 'Asia/Acme', products })).toHaveLength(4)
})

test('a retired product may share scheme, card type and tier with the one that took its place', () => {
  expect(
    faultsOf({
      products: [
        { ...product, retired: true },
        { ...product, productId: 'NEW' },
      ],
    }),
  ).toEqual([])
})

test('a range for files that begins where the numbered tenths end is no fault', () => {
  expect(faultsOf({ bins: [{ bin: '608040', network: 'RUPAY', files: { start: 900_000_000, size: 100_000_000 } }] })).toEqual([])
})

const banks = join(import.meta.dirname, '../../../../infra/tenants')
test.each(readdirSync(banks).filter((file) => file.endsWith('.json')))('the demo bank of %s is sound', (file) => {
  const bank = JSON.parse(readFileSync(join(banks, file), 'utf8'))
  expect(faultsOf({ ...bank, clientKeys: { keys: [key] } })).toEqual([])
})
