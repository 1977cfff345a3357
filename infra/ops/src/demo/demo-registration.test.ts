// The customers of the demo: one per start, with numbers that the contract takes.
import { registerEndpoint, validatorOf } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { demoRegistration, newDemoCustomer } from './demo-registration.ts'

const readRegistration = validatorOf(registerEndpoint.request)

test.each([Date.parse('2026-11-21T04:34:12.345Z'), 1_000_000_000_000, 1_999_999_999_999])(
  'a customer of the moment %i can be registered, with the account and the mobile number that are hers alone',
  (moment) => {
    const customer = newDemoCustomer(moment)
    const registration = demoRegistration(customer.entityId, customer)
    expect(readRegistration(registration)).toMatchObject({ valid: true })
    expect(registration.accountInfo.map(({ accountNo }) => accountNo)).toEqual([customer.accountNo])
    expect(registration.kitInfo?.map(({ accountNo }) => accountNo)).toEqual([customer.accountNo])
    expect(registration.communicationInfo.map(({ contactNo }) => contactNo)).toEqual([customer.mobileNo])
    expect(customer.mobileNo).toMatch(/^9\d{9}$/)
    expect(customer.accountNo).toMatch(/^\d{10}$/)
  },
)

test('a start a millisecond later has another customer, account and mobile number', () => {
  const [one, another] = [newDemoCustomer(1_795_235_651_945), newDemoCustomer(1_795_235_651_946)]
  for (const member of ['entityId', 'accountNo', 'mobileNo'] as const) expect(one[member]).not.toBe(another[member])
})

test('what is not said is as in the contract’s example', () => {
  const { accountInfo, communicationInfo } = demoRegistration('X')
  expect([accountInfo[0]?.accountNo, communicationInfo[0]?.contactNo]).toEqual(['8642135', '9876543210'])
})
