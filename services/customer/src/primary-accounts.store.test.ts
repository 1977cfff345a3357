// At most one primary holder per account, whatever happens at the same time and whoever died.
// Rule: docs/rules.md#joint-accounts.
import { claimsOf, place } from '@dcms/service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CustomerBank } from '../test/customer-bank.ts'
import { account } from '../test/customers.ts'
import { customersOf } from './customer.ts'
import { claimPrimaryAccount } from './primary-accounts.ts'

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
afterAll(() => bank.close())

const ask = (entityId: string, accountNo: string) =>
  bank.run('updateAccount', { entityId, accountInfo: [{ accountNo, accountType: 'SAVING', schemeCode: '2003', isPrimary: true }] })
const holdersOf = async (accountNo: string) =>
  (await customersOf(bank.tenant()).find({ accountInfo: { $elemMatch: { accountNo, isPrimary: true } } }, { _id: 1 })).map(({ _id }) => _id)

test('of several who ask at once, one becomes the primary holder', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  for (const name of names) await bank.add(name)
  const answered = await Promise.all(names.map((name) => ask(name, 'wanted')))
  expect(answered.map(({ status, code }) => code ?? status).sort()).toEqual([200, ...Array(5).fill('invalid.source.account')])
  expect(await holdersOf('wanted')).toHaveLength(1)
})

test('a claim of a command that died before it wrote does not stand in the way', async () => {
  await bank.add('died')
  await bank.add('next')
  expect(await claimPrimaryAccount(bank.tenant(), 'orphan', 'died')).toBe(true)
  expect(await ask('next', 'orphan')).toMatchObject({ status: 200 })
  expect(await ask('died', 'orphan')).toMatchObject({ code: 'invalid.source.account' })
})

test('a command that claimed and has not written yet is overtaken by the claim that took its place', async () => {
  await bank.add('slow')
  const { version } = await bank.customer('slow')
  await claimPrimaryAccount(bank.tenant(), 'contested', 'slow')
  await bank.add('quick')
  expect(await ask('quick', 'contested')).toMatchObject({ status: 200 })
  const late = await customersOf(bank.tenant()).updateOne(
    { _id: 'slow', version },
    { $set: { accountInfo: [account('contested', { isPrimary: true, defaultAccount: true })] } },
  )
  expect(late.matchedCount).toBe(0)
  expect(await holdersOf('contested')).toEqual(['quick'])
})

test('a claim of a customer who is gone, and one of an earlier release, are taken over; one in use is not', async () => {
  await bank.add('heir')
  await claimPrimaryAccount(bank.tenant(), 'inherited', 'gone')
  expect(await ask('heir', 'inherited')).toMatchObject({ status: 200 })

  await bank.add('older', { accountInfo: [account('old', { isPrimary: true, defaultAccount: true })] })
  await place(claimsOf(bank.tenant()), { _id: 'primary-account old', holder: 'older' })
  await place(claimsOf(bank.tenant()), { _id: 'primary-account left', holder: 'older' })
  expect(await ask('heir', 'old')).toMatchObject({ code: 'invalid.source.account' })
  expect(await ask('heir', 'left')).toMatchObject({ status: 200 })
})
