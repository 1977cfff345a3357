// Changing accounts: the rule by itself, and with the other documents and contexts that have a say.
// Rules: docs/rules.md#one-default-account, docs/rules.md#closing-an-account.
import type { AccountChange } from '@dcms/contract'
import { accountsChangedEvent, accountsOfCustomerMax, validatorOf } from '@dcms/contract'
import { refuse, unchanged } from '@dcms/service'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CustomerBank } from '../test/customer-bank.ts'
import { account, customer } from '../test/customers.ts'
import type { Account } from './customer.ts'
import { decideAccounts } from './update-account.ts'

const now = new Date('2026-11-21T10:00:00Z')
const change = (accountNo: string, more: Partial<AccountChange> = {}): AccountChange => ({
  accountNo,
  accountType: 'SAVING',
  schemeCode: '2003',
  ...more,
})
const two = [account('1', { defaultAccount: true, branchId: '7' }), account('2')]
const decide = (changes: AccountChange[], accountInfo: Account[] = two) => decideAccounts(customer({ accountInfo }), changes, 'INR', now)
const accountsAfter = (changes: AccountChange[], accountInfo: Account[] = two) => {
  const decision = decide(changes, accountInfo)
  if (decision.kind !== 'changed') throw new Error(`not changed but ${decision.kind}`)
  return decision.set.accountInfo
}

test('a known account changes in the fields that are sent, the others stay; all are told as they stand now', () => {
  const decision = decide([change('1', { accountStatus: 'FROZEN' })])
  expect(decision).toEqual({
    kind: 'changed',
    set: { accountInfo: [account('1', { defaultAccount: true, branchId: '7', accountStatus: 'FROZEN' }), account('2')] },
    events: [
      {
        type: 'AccountsChanged',
        entityId: '675676',
        accounts: [
          { accountNo: '1', accountStatus: 'FROZEN', accountType: 'SAVING', schemeCode: '2003', defaultAccount: true, isPrimary: false },
          { accountNo: '2', accountStatus: 'ACTIVE', accountType: 'SAVING', schemeCode: '2003', defaultAccount: false, isPrimary: false },
        ],
        changedAt: '2026-11-21T10:00:00.000Z',
      },
    ],
  })
  if (decision.kind === 'changed') expect(validatorOf(accountsChangedEvent.schema)(structuredClone(decision.events[0])).valid).toBe(true)
})

test('a new number is linked as an active account in the bank’s currency, not primary and not the default', () => {
  expect(accountsAfter([change('3')])).toEqual([...two, account('3')])
})

test('the mark of the default account moves, also to an account that is linked by the same call', () => {
  const marked = (accounts: Account[] | undefined) =>
    accounts?.filter(({ defaultAccount }) => defaultAccount).map(({ accountNo }) => accountNo)
  expect(marked(accountsAfter([change('2', { defaultAccount: true })]))).toEqual(['2'])
  expect(marked(accountsAfter([change('3', { defaultAccount: true })]))).toEqual(['3'])
  expect(marked(accountsAfter([change('1', { defaultAccount: false }), change('2', { defaultAccount: true })]))).toEqual(['2'])
})

test('what stands already is no change', () => {
  expect(decide([change('1', { defaultAccount: true, accountStatus: 'ACTIVE' }), change('2', { isPrimary: false })])).toEqual(unchanged)
})

const full = Array.from({ length: accountsOfCustomerMax }, (_, number) => account(String(number), { defaultAccount: number === 0 }))
test.each([
  ['an account twice', [change('1'), change('1')], two, 'accountInfo must not name an account twice'],
  [
    'two default accounts',
    [change('1', { defaultAccount: true }), change('2', { defaultAccount: true })],
    two,
    'accountInfo must have one defaultAccount only',
  ],
  [
    'no default account any more',
    [change('1', { defaultAccount: false })],
    two,
    'accountInfo must mark another account as defaultAccount when it unmarks the present one',
  ],
  ['more accounts than a customer may have', [change('new')], full, 'a customer has at most 100 accounts'],
])('%s is refused', (_what, changes, before, sentence) => {
  expect(decide(changes, before)).toEqual(refuse('invalid.input.request', [sentence]))
})

const changes = fc.array(
  fc.record(
    {
      accountNo: fc.constantFrom('1', '2', '3', '4'),
      accountType: fc.constantFrom('SAVING' as const, 'CURRENT' as const, null),
      schemeCode: fc.constantFrom('2003', '2004'),
      accountStatus: fc.constantFrom('ACTIVE' as const, 'CLOSED' as const, 'FROZEN' as const),
      defaultAccount: fc.boolean(),
      isPrimary: fc.boolean(),
    },
    { requiredKeys: ['accountNo', 'accountType', 'schemeCode'] },
  ),
  { minLength: 1, maxLength: 4 },
)

test('after any sequence of calls exactly one account is the default one, none is lost, and a repeat changes nothing', () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 8 }), (calls) => {
      let accounts: Account[] = two
      for (const call of calls) {
        const before = accounts
        const decision = decide(call, before)
        if (decision.kind !== 'changed') continue
        accounts = decision.set.accountInfo ?? []
        expect(accounts.filter(({ defaultAccount }) => defaultAccount)).toHaveLength(1)
        expect(accounts.map(({ accountNo }) => accountNo)).toEqual(expect.arrayContaining(before.map(({ accountNo }) => accountNo)))
        expect(new Set(accounts.map(({ accountNo }) => accountNo)).size).toBe(accounts.length)
        expect(decide(call, accounts)).toEqual(unchanged)
      }
    }),
  )
})

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
beforeEach(() => {
  bank.isKitAway = false
})
afterAll(() => bank.close())

const closing = (accountNo: string) => [change(accountNo, { accountStatus: 'CLOSED' })]
const update = (entityId: string, accountInfo: AccountChange[], idempotencyKey?: string) =>
  bank.run('updateAccount', { entityId, accountInfo }, idempotencyKey === undefined ? {} : { idempotencyKey })
const typesOf = async (entityId: string) => (await bank.events(entityId)).map((event) => (event as { type: string }).type)

test('an unknown customer, and one still being registered, are not found', async () => {
  await bank.add('pending', { status: 'PENDING' })
  for (const entityId of ['nobody', 'pending']) expect(await update(entityId, [change('1')])).toMatchObject({ status: 400, code: 'CUS001' })
})

test('an account is linked and changed, once per call however often it is repeated', async () => {
  await bank.add('linker', { accountInfo: two })
  expect(await update('linker', [change('3', { defaultAccount: true })])).toEqual({ status: 200, result: { entityId: 'linker' } })
  expect((await bank.customer('linker')).accountInfo).toEqual([
    account('1', { branchId: '7' }),
    account('2'),
    account('3', { defaultAccount: true }),
  ])
  expect(await update('linker', [change('3', { defaultAccount: true })])).toMatchObject({ status: 200 })
  expect(await typesOf('linker')).toEqual(['AccountsChanged'])
})

test('a repeat whose first answer was lost is a success, and what came in between stays', async () => {
  await bank.add('repeater', { accountInfo: two })
  await update('repeater', [change('2', { defaultAccount: true })], 'key-1')
  await update('repeater', [change('1', { defaultAccount: true })], 'key-2')
  expect(await update('repeater', [change('2', { defaultAccount: true })], 'key-1')).toMatchObject({ status: 200 })
  expect((await bank.customer('repeater')).accountInfo[0]).toMatchObject({ accountNo: '1', defaultAccount: true })
})

test('numbers are taken as text, and a wrong body is refused with a sentence per fault', async () => {
  await bank.add('numbers', { accountInfo: [account('8642135', { defaultAccount: true })] })
  expect(
    await bank.run('updateAccount', { entityId: 'numbers', accountInfo: [change(8642135 as never, { accountStatus: 'DORMANT' })] }),
  ).toMatchObject({
    status: 200,
  })
  expect((await bank.customer('numbers')).accountInfo).toMatchObject([{ accountNo: '8642135', accountStatus: 'DORMANT' }])
  expect(await bank.run('updateAccount', { entityId: 'numbers', accountInfo: [{ accountStatus: 'MELTED' }] })).toMatchObject({
    code: 'invalid.input.request',
    fieldError: [
      'accountInfo[0].accountNo is required',
      'accountInfo[0].accountType is required',
      'accountInfo[0].schemeCode is required',
      'accountInfo[0].accountStatus must be one of ACTIVE, INACTIVE, DORMANT, FROZEN, CLOSED',
    ],
  })
})

test.each(['ACTIVE', 'LOCKED'] as const)('the account of a card that is %s cannot be closed', async (cardStatus) => {
  const entityId = `holder-${cardStatus}`
  await bank.add(entityId, { accountInfo: two })
  bank.issue(entityId, { accountNo: '2', cardStatus })
  expect(await update(entityId, closing('2'))).toMatchObject({ status: 400, code: 'card.status.active' })
  expect(await update(entityId, [...closing('2'), change('1', { accountStatus: 'FROZEN' })])).toMatchObject({ code: 'card.status.active' })
  expect(await bank.customer(entityId)).toMatchObject({ accountInfo: two, version: 0 })
})

test('an account without a usable card can be closed, and closed again', async () => {
  await bank.add('closer', { accountInfo: two })
  bank.issue('closer', { accountNo: '1', cardStatus: 'ACTIVE' })
  bank.issue('closer', { accountNo: '2', cardStatus: 'BLOCKED' })
  bank.issue('somebody else', { accountNo: '2', cardStatus: 'ACTIVE' })
  expect(await update('closer', closing('2'))).toMatchObject({ status: 200 })
  bank.isKitAway = true // nothing is closed by it: nobody need be asked
  expect(await update('closer', closing('2'))).toMatchObject({ status: 200 })
})

test('while the kit context is away no account is closed, everything else goes on', async () => {
  await bank.add('alone', { accountInfo: two })
  bank.isKitAway = true
  expect(await update('alone', closing('2'))).toMatchObject({ status: 503, code: 'service.unavailable' })
  expect(await update('alone', [change('2', { accountStatus: 'FROZEN' })])).toMatchObject({ status: 200 })
})

test('an account that another customer holds as primary can be shared, but not as primary', async () => {
  await bank.add('first', { accountInfo: [account('joint-1', { defaultAccount: true })] })
  await bank.add('second', { accountInfo: two })
  expect(await update('first', [change('joint1', { isPrimary: true })])).toMatchObject({ status: 200 })
  expect(await update('second', [change('joint1', { isPrimary: true })])).toMatchObject({ status: 400, code: 'invalid.source.account' })
  expect(await typesOf('second')).toEqual([])
  expect(await update('second', [change('joint1', { isPrimary: false })])).toMatchObject({ status: 200 })
  // Once the first gives it up, the second may hold it; from then on the first may not.
  expect(await update('first', [change('joint1', { isPrimary: false })])).toMatchObject({ status: 200 })
  expect(await update('second', [change('joint1', { isPrimary: true })])).toMatchObject({ status: 200 })
  expect(await update('first', [change('joint1', { isPrimary: true })])).toMatchObject({ code: 'invalid.source.account' })
})

test('updates at once all take effect, one after the other', async () => {
  await bank.add('busy', { accountInfo: two })
  const answered = await Promise.all(
    Array.from({ length: 8 }, (_, number) => update('busy', [change(`extra${number}`, { defaultAccount: number % 2 === 0 })])),
  )
  expect(answered.map(({ status }) => status)).toEqual(Array(8).fill(200))
  const { accountInfo, sequence, version } = await bank.customer('busy')
  expect(accountInfo).toHaveLength(10)
  expect(accountInfo.filter(({ defaultAccount }) => defaultAccount)).toHaveLength(1)
  expect([sequence, version]).toEqual([8, 8])
})
