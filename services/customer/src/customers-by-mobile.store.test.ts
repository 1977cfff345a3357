// Finding customers by mobile number, and their accounts, in the real store.
import { customersOfMobileMax } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { account } from '../test/customers.ts'
import { StoredBank } from '../test/stored-bank.ts'
import { accountsOfEntity } from './accounts-of-entity.ts'
import { customersOf } from './customer.ts'
import { customersByMobile } from './customers-by-mobile.ts'

let bank: StoredBank
beforeAll(async () => {
  bank = await StoredBank.start()
})
afterAll(() => bank.close())

const found = async (body: { mobileNo: string; entityId?: string }) =>
  ((await bank.ask(customersByMobile, body)) as { entityIds: string[] }).entityIds.sort()

test('a customer is found by each of its numbers, with country code and without', async () => {
  await bank.add('one', { communicationInfo: [{ contactNo: '+919000000001' }, { contactNo: '9000000002' }] })
  await bank.add('abroad', { communicationInfo: [{ contactNo: '501234567', countryCode: '+971' }] })
  for (const mobileNo of ['9000000001', '+919000000001', '919000000001', '09000000001', '+919000000002'])
    expect([mobileNo, await found({ mobileNo })]).toEqual([mobileNo, ['one']])
  expect(await found({ mobileNo: '+971501234567' })).toEqual(['abroad'])
  expect(await found({ mobileNo: '501234567' })).toEqual(['abroad'])
  expect(await found({ mobileNo: '9000000003' })).toEqual([])
})

test('all who share a number are found, or the one that is asked for', async () => {
  for (const entityId of ['mother', 'son']) await bank.add(entityId, { communicationInfo: [{ contactNo: '9000000010' }] })
  expect(await found({ mobileNo: '9000000010' })).toEqual(['mother', 'son'])
  expect(await found({ mobileNo: '9000000010', entityId: 'son' })).toEqual(['son'])
  expect(await found({ mobileNo: '9000000010', entityId: 'one' })).toEqual([])
})

test('a customer who is still being registered is not found', async () => {
  await bank.add('pending', { status: 'PENDING', communicationInfo: [{ contactNo: '9000000020' }] })
  expect(await found({ mobileNo: '9000000020' })).toEqual([])
  expect(await bank.ask(accountsOfEntity, { entityId: 'pending' })).toEqual({ accounts: [] })
})

test('a number that more than 100 have is a placeholder: it leads to nobody, but still tells of one that is asked for', async () => {
  const communicationInfo = [{ contactNo: '9999999999' }]
  for (let count = 0; count < customersOfMobileMax; count++) await bank.add(`many-${count}`, { communicationInfo })
  expect(await found({ mobileNo: '9999999999' })).toHaveLength(customersOfMobileMax)
  await bank.add('one-more', { communicationInfo })
  expect(await found({ mobileNo: '9999999999' })).toEqual([])
  expect(await found({ mobileNo: '9999999999', entityId: 'one-more' })).toEqual(['one-more'])
})

test('numbers are looked up in an index', async () => {
  const indexes = await customersOf(bank.tenant).collection.indexes()
  expect(indexes.map(({ key }) => key)).toContainEqual({ mobileNumbers: 1 })
})

test('the accounts of a customer are answered as registered: all, or those asked for; none for an unknown one', async () => {
  const accounts = [account('111', { defaultAccount: true, branchId: '1' }), account('222')]
  await bank.add('holder', { accountInfo: accounts })
  expect(await bank.ask(accountsOfEntity, { entityId: 'holder' })).toEqual({ accounts })
  expect(await bank.ask(accountsOfEntity, { entityId: 'holder', accountNos: ['222', '333'] })).toEqual({ accounts: [accounts[1]] })
  expect(await bank.ask(accountsOfEntity, { entityId: 'holder', accountNos: [] })).toEqual({ accounts: [] })
  expect(await bank.ask(accountsOfEntity, { entityId: 'nobody', accountNos: ['111'] })).toEqual({ accounts: [] })
})
