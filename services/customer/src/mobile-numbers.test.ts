// The mobile numbers under which a customer is found.
import { expect, test } from '@jest/globals'
import { mobileNumbersOf } from './mobile-numbers.ts'

test('a number is found once, however it was written', () => {
  expect(mobileNumbersOf([{ contactNo: '+919876543210' }, { contactNo: '9876543210', countryCode: '+91' }])).toEqual(['9876543210'])
})

test('a number with a dialling code beside it is found with the code and without', () => {
  expect(mobileNumbersOf([{ contactNo: '501234567', countryCode: '+971' }])).toEqual(['501234567', '971501234567'])
})

test('every contact counts; none is none', () => {
  expect(mobileNumbersOf([{ contactNo: '9876543210' }, { contactNo: '9876543211', countryCode: null }])).toEqual([
    '9876543210',
    '9876543211',
  ])
  expect(mobileNumbersOf([])).toEqual([])
})
