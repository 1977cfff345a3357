// Who holds an account, in the real store: by its index, this bank's customers alone, and
// registered ones alone.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { customersWithAccount } from '../src/account-holders.ts'
import { customersOf } from '../src/customer.ts'
import { CustomerBank, OTHER } from './customer-bank.ts'
import { account } from './customers.ts'

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
afterAll(() => bank.close())

const holding = (accountNo: string, change: object = {}) => ({ accountInfo: [account(accountNo, { defaultAccount: true, ...change })] })
const holdersOf = async (accountNo: string) => (await bank.run('accountHolders', { accountNo })).result

test('all holders of a joint account are told, the primary one first; those of another bank are not', async () => {
  await bank.add('first', holding('4711'))
  await bank.add('second', holding('4711', { isPrimary: true }))
  await bank.add('elsewhere', holding('4712'), OTHER)
  expect(await holdersOf('4711')).toEqual({
    accountStatus: 'ACTIVE',
    accountType: 'SAVING',
    holders: [
      { entityId: 'second', isPrimary: true },
      { entityId: 'first', isPrimary: false },
    ],
  })
  for (const accountNo of ['4712', '1']) expect(await holdersOf(accountNo)).toBeNull()
})

test('a customer who is being registered holds nothing yet', async () => {
  await bank.add('pending', { status: 'PENDING', ...holding('4713') })
  expect(await holdersOf('4713')).toBeNull()
})

test('the look-up reads the index on account numbers', async () => {
  const many = Array.from({ length: 3_000 }, (_, at) => ({ _id: `many${at}`, status: 'ACTIVE', accountInfo: [{ accountNo: `A${at}` }] }))
  await customersOf(bank.tenant()).collection.insertMany(many as never)
  const explained = JSON.stringify(await customersWithAccount(bank.tenant(), 'A7').explain())
  expect(explained).toMatch(/"(Index Name|indexName)":"accountInfo\.accountNo_1"/)
})
