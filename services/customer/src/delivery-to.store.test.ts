// Name and address for a label.
import { deliveryToEndpoint, validatorOf } from '@dcms/contract'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CustomerBank } from '../test/customer-bank.ts'
import { address } from '../test/customers.ts'

let bank: CustomerBank
beforeAll(async () => {
  bank = await CustomerBank.start()
})
afterAll(() => bank.close())

const ask = async (entityId: string, addressCategory = 'PERMANENT') => (await bank.run('deliveryTo', { entityId, addressCategory })).result

test('the label has the name, without a middle name where there is none, and the address as registered', async () => {
  const { addressCategory: _category, ...label } = address('PERMANENT')
  await bank.add('asha')
  await bank.add('ravi', { middleName: 'Kumar', addressInfo: [{ ...address('PERMANENT'), address2: null, district: 'Guindy' }] })
  expect(await ask('asha')).toEqual({ name: 'Asha Rao', ...label })
  expect(await ask('ravi')).toEqual({ name: 'Asha Kumar Rao', ...label, address2: null, district: 'Guindy' })
  const answered = await ask('ravi')
  expect(validatorOf(deliveryToEndpoint.result)(structuredClone(answered))).toEqual({ valid: true, value: answered })
})

test('there is no label for an unknown customer, one still being registered, another bank’s, or an address that is not there', async () => {
  await bank.add('pending', { status: 'PENDING' })
  await bank.add('theirs', {}, 'OTHER_BANK')
  for (const entityId of ['nobody', 'pending', 'theirs']) expect(await ask(entityId)).toBeNull()
  expect(await ask('asha', 'COMMUNICATION')).toBeNull()
})

test('nobody but the kit context may ask', () => {
  expect(deliveryToEndpoint.callers).toEqual(['kit'])
})
