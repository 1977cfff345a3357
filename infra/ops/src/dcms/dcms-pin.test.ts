// The lines of a PIN-mailer file as CSV.
import { expect, test } from '@jest/globals'
import { csvOf } from './dcms-pin.ts'

const line = {
  mailerId: 'm-1',
  kitNo: '4240171508',
  entityId: 'CUST 1',
  maskedCardNumber: '608040XXXXXX6954',
  addressType: 'PERMANENT',
  homeCurrencyCode: '356',
  pinBlockFormat: 4,
  encryptedPinBlock: '0123456789ABCDEF0123456789ABCDEF',
} as const
const head = 'mailerId,kitNo,entityId,maskedCardNumber,addressType,homeCurrencyCode,pinBlockFormat,encryptedPinBlock\r\n'

test('a line per mailer below the names', () => {
  expect(csvOf([line])).toBe(`${head}m-1,4240171508,CUST 1,608040XXXXXX6954,PERMANENT,356,4,0123456789ABCDEF0123456789ABCDEF\r\n`)
  expect(csvOf([])).toBe(head)
})

test.each([
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['=1+1', "'=1+1"],
])('a customer id %s is written %s', (entityId, written) => {
  expect(csvOf([{ ...line, entityId }])).toContain(`,${written},`)
})
