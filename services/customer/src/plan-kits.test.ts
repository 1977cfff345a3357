// Which cards a request for cards means.
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { account, address, definition } from '../test/customers.ts'
import { planKits } from './plan-kits.ts'

const accounts = [
  account('8642135'),
  account('8000000', { defaultAccount: true, schemeCode: '2003' }),
  account('7', { schemeCode: '9999' }),
]
const addresses = [address('PERMANENT')]
const plan = (wanted: Parameters<typeof planKits>[0], deliveryAddress: 'PERMANENT' | 'COMMUNICATION' | undefined = 'PERMANENT') =>
  planKits(wanted, accounts, addresses, deliveryAddress, { ...definition, plastics: [{ plasticCode: 'P1' }] })

test('scheme of the account and card type decide the product', () => {
  expect(
    plan([
      { accountNo: '8642135', cardType: 'VIRTUAL' },
      { accountNo: '8642135', cardType: 'PHYSICAL' },
    ]),
  ).toEqual({
    kind: 'planned',
    kits: [
      { accountNo: '8642135', productId: '2003_VIRTUAL' },
      { accountNo: '8642135', productId: '2003_PHYSICAL' },
    ],
  })
})

test('a card without an account is for the default account', () => {
  expect(plan([{ cardType: 'VIRTUAL' }])).toEqual({ kind: 'planned', kits: [{ accountNo: '8000000', productId: '2003_VIRTUAL' }] })
})

test('a tier that is asked for chooses among the products', () => {
  expect(plan([{ cardType: 'VIRTUAL', tierType: 'SILVER' }])).toMatchObject({ kits: [{ productId: '2003_SILVER' }] })
  expect(plan([{ cardType: 'PHYSICAL', tierType: 'SILVER' }])).toEqual(refuse('product.not.found'))
})

test('a tier or a plastic that the bank does not have is refused as when a card is upgraded', () => {
  expect(plan([{ cardType: 'VIRTUAL', tierType: 'UNHEARD' }])).toEqual(refuse('tier.not.found'))
  expect(plan([{ cardType: 'VIRTUAL', plasticCode: 'UNHEARD' }])).toEqual(refuse('plastic.not.found'))
})

test('a named kit, the name on the card and the plastic are handed on', () => {
  expect(plan([{ cardType: 'PHYSICAL', kitNo: '4240171508', aliasName: 'A RAO', plasticCode: 'P1', tierType: '' }])).toEqual({
    kind: 'planned',
    kits: [{ accountNo: '8000000', productId: '2003_PHYSICAL', kitNo: '4240171508', aliasName: 'A RAO', plasticCode: 'P1' }],
  })
})

test('no card asked for is no card planned', () => {
  expect(plan([], undefined)).toEqual({ kind: 'planned', kits: [] })
  expect(plan([], 'COMMUNICATION')).toEqual({ kind: 'planned', kits: [] })
})

test('one card that cannot be planned refuses all', () => {
  const good = { accountNo: '8642135', cardType: 'VIRTUAL' } as const
  expect(plan([good, { ...good, accountNo: '1' }])).toEqual(refuse('invalid.source.account'))
  expect(plan([good, { ...good, accountNo: '7' }])).toEqual(refuse('product.not.found'))
})

test('a card goes to an address the customer has', () => {
  expect(plan([{ cardType: 'VIRTUAL' }], 'COMMUNICATION')).toEqual(
    refuse('invalid.input.request', ["deliveryAddress COMMUNICATION is not one of the customer's addresses"]),
  )
})
