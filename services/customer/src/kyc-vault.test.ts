// The mask of a document number.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { maskOf } from './kyc-vault.ts'

test('a document number shows its last four characters', () => {
  expect(maskOf('ABCDE1234F')).toBe('XXXXXX234F')
  expect(maskOf('123456789012')).toBe('XXXXXXXX9012')
})

test('a short one shows half at most', () => {
  expect(maskOf('1234')).toBe('XX34')
  expect(maskOf('1234567')).toBe('XXXX567')
  expect(maskOf('1')).toBe('X')
})

test('the length stays, the end stays, and never more than four characters or half of them are shown', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-W0-9]{1,40}$/), (documentNo) => {
      const masked = maskOf(documentNo)
      const shown = masked.replace(/^X+/, '')
      expect(masked).toHaveLength(documentNo.length)
      expect(documentNo.endsWith(shown)).toBe(true)
      expect(shown.length).toBe(Math.min(4, Math.floor(documentNo.length / 2)))
    }),
  )
})
