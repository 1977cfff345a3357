// The rule of registration: whether what a bank sends fits together.
// Rules: docs/rules.md#one-default-account, docs/rules.md#one-name.
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
const now = new Date('2026-03-01T20:00:00Z') // 2 March, 01:30, in India
const person = { lastName: 'Rao', dob: '1978-06-01' }
const decide = (input: Partial<Input>, ofBank: typeof definition = { ...definition, timeZone: 'Asia/Kolkata' }) =>
  decideRegistration({ ...person, accountInfo: [account('1'), account('2')], addressInfo: [address('PERMANENT')], ...input }, ofBank, now)
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
    'addressInfo must not contain a category twice',
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

test('people are born before today, by the bank’s calendar', () => {
  for (const dob of ['2026-03-01', '1899-12-31', '2000-02-29']) expect(decide({ dob }).kind).toBe('planned')
  for (const dob of ['2026-03-02', '2026-03-03', '2999-01-01'])
    expect(decide({ dob })).toEqual(refuse('invalid.input.request', ['dob must be a date in the past']))
  const nomineeInfo = [{ nomineeName: 'Ravi' }, { nomineeName: 'Mina', nomineeDOB: '2026-03-02' }]
  expect(decide({ nomineeInfo })).toEqual(refuse('invalid.input.request', ['nomineeInfo[1].nomineeDOB must be a date in the past']))
})

test('a customer has a last name, unless the bank takes people with one name', () => {
  const { lastName: _lastName, ...withoutLastName } = { ...person, accountInfo: [account('1')], addressInfo: [address('PERMANENT')] }
  const singleNames = { ...definition, settings: { ...definition.settings, singleNames: true } } as typeof definition
  for (const input of [withoutLastName, { ...withoutLastName, lastName: null }]) {
    expect(decideRegistration(input, definition, now)).toEqual(refuse('invalid.input.request', ['lastName is required']))
    expect(decideRegistration(input, singleNames, now).kind).toBe('planned')
  }
})

test('what the bank’s catalogue lacks is refused: scheme, tier, plastic', () => {
  const listed = { ...definition, schemes: [{ schemeCode: '2003' }] }
  expect(decide({ accountInfo: [account('1'), account('2', { schemeCode: '9999' })] }, listed)).toEqual(
    refuse('product.not.found', ["accountInfo[1].schemeCode is not one of the bank's schemes"]),
  )
  const card = { cardType: 'VIRTUAL', accountNo: '1' } as const
  for (const [change, code] of [
    [{ tierType: 'UNHEARD' }, 'tier.not.found'],
    [{ plasticCode: 'UNHEARD' }, 'plastic.not.found'],
  ] as const)
    expect(decide({ kitInfo: [{ ...card, ...change }], deliveryAddress: 'PERMANENT' })).toEqual(refuse(code))
})
