// Who holds an account, and in which order they are told.
import { expect, test } from '@jest/globals'
import { account, customer } from '../test/customers.ts'
import { accountHoldersOf } from './account-holders.ts'

const holder = (entityId: string, change: object = {}) =>
  customer({ _id: entityId, accountInfo: [account('1', { accountStatus: 'DORMANT' }), account('8642135', change)] })

test('an account that nobody holds is none', () => {
  expect(accountHoldersOf('8642135', [])).toBeNull()
})

test('the primary holder comes first and says what the account is, the others follow by their ids', () => {
  const holders = [holder('C'), holder('B', { isPrimary: true, accountType: 'CURRENT', accountStatus: 'FROZEN' }), holder('A')]
  expect(accountHoldersOf('8642135', holders)).toEqual({
    accountStatus: 'FROZEN',
    accountType: 'CURRENT',
    holders: [
      { entityId: 'B', isPrimary: true },
      { entityId: 'A', isPrimary: false },
      { entityId: 'C', isPrimary: false },
    ],
  })
})

test('without a primary holder the first by id says it; an account without type has none', () => {
  expect(accountHoldersOf('8642135', [holder('B'), holder('A', { accountType: null })])).toMatchObject({
    accountStatus: 'ACTIVE',
    accountType: null,
    holders: [{ entityId: 'A' }, { entityId: 'B' }],
  })
})
