// The rule of registration: whether what a bank sends fits together.
import type { AccountInfo } from '@dcms/contract'
import { refuse } from '@dcms/service'
import { expect, test } from '@jest/globals'
import { address, definition } from '../test/customers.ts'
import { decideRegistration } from './register.ts'

const account = (accountNo: string, change: Partial<AccountInfo> = {}): AccountInfo => ({
  accountNo,
  accountStatus: 'ACTIVE',
  accountType: 'SAVING',
  accountsCurrency: 'INR',
  schemeCode: '2003',
  isPrimary: false,
  ...change,
})
type Input = Parameters<typeof decideRegistration>[0]
const decide = (input: Partial<Input>) =>
  decideRegistration({ accountInfo: [account('1'), account('2')], addressInfo: [address('PERMANENT')], ...input }, definition)
const defaultsOf = (accountInfo: AccountInfo[]) => {
  const decided = decide({ accountInfo })
  return decided.kind === 'planned' ? decided.accounts.map(({ accountNo, defaultAccount }) => [accountNo, defaultAccount]) : decided
}

test('every account says whether it is the default one: the one that is marked, otherwise the first', () => {
  expect(defaultsOf([account('1'), account('2')])).toEqual([
    ['1', true],
    ['2', false],
  ])
  expect(defaultsOf([account('1'), account('2', { defaultAccount: true })])).toEqual([
    ['1', false],
    ['2', true],
  ])
  expect(defaultsOf([account('1', { defaultAccount: false }), account('2')])).toEqual([
    ['1', true],
    ['2', false],
  ])
})

test('without cards none are planned, with cards each on an account of the customer', () => {
  expect(decide({})).toMatchObject({ kind: 'planned', kits: { kits: [] } })
  expect(decide({ kitInfo: [{ cardType: 'VIRTUAL' }], deliveryAddress: 'PERMANENT' })).toMatchObject({
    kits: { kits: [{ accountNo: '1', productId: '2003_VIRTUAL' }] },
  })
  expect(decide({ kitInfo: [{ cardType: 'VIRTUAL', accountNo: '2' }], deliveryAddress: 'PERMANENT' })).toMatchObject({
    kits: { kits: [{ accountNo: '2' }] },
  })
})

test('whether an account is held as primary is kept', () => {
  expect(decide({ accountInfo: [account('1', { isPrimary: true })] })).toMatchObject({ accounts: [{ isPrimary: true }] })
})

test.each([
  ['an account twice', { accountInfo: [account('1'), account('1')] }, 'accountInfo must not name an account twice'],
  [
    'two default accounts',
    { accountInfo: [account('1', { defaultAccount: true }), account('2', { defaultAccount: true })] },
    'accountInfo must have one defaultAccount only',
  ],
  [
    'a category of address twice',
    { addressInfo: [address('PERMANENT'), address('PERMANENT')] },
    'addressInfo must not have a category twice',
  ],
  ['a card without an address to send it to', { kitInfo: [{ cardType: 'VIRTUAL' as const }] }, 'deliveryAddress is required with kitInfo'],
])('%s is refused', (_what, input, sentence) => {
  expect(decide(input)).toEqual(refuse('invalid.input.request', [sentence]))
})

test('all faults are told at once', () => {
  const input = { accountInfo: [account('1'), account('1')], kitInfo: [{ cardType: 'VIRTUAL' as const }] }
  expect(decide(input)).toEqual(
    refuse('invalid.input.request', ['accountInfo must not name an account twice', 'deliveryAddress is required with kitInfo']),
  )
})

test('cards on a foreign account or of no product are refused with their own codes', () => {
  const deliveryAddress = 'PERMANENT' as const
  expect(decide({ deliveryAddress, kitInfo: [{ cardType: 'VIRTUAL', accountNo: '3' }] })).toEqual(refuse('invalid.source.account'))
  expect(decide({ deliveryAddress, accountInfo: [account('1', { schemeCode: '9' })], kitInfo: [{ cardType: 'VIRTUAL' }] })).toEqual(
    refuse('product.not.found'),
  )
})
