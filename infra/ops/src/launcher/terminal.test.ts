// What people are shown.
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { durationText, maskCardNumbers, shortly, wrapped } from './terminal.ts'

test.each([
  ['6080401234566954', '608040XXXXXX6954'],
  ['card 6080401234566954, kit 4240171642', 'card 608040XXXXXX6954, kit 4240171642'],
  ['5555555555555555555', '555555XXXXXXXXX5555'],
])('%s is shown as %s', (text, shown) => expect(maskCardNumbers(text)).toBe(shown))

test('whatever stands around it, no card number is shown in clear', () => {
  fc.assert(
    fc.property(fc.string(), fc.stringMatching(/^[0-9]{13,19}$/), fc.string(), (before, pan, after) => {
      fc.pre(!/[0-9]$/.test(before) && !/^[0-9]/.test(after))
      expect(shortly(`${before}${pan}${after}`, 1_000)).not.toContain(pan)
    }),
  )
})

test('members that are secret are left out at any depth', () => {
  const shown = shortly(
    { kitInfo: [{ kitNo: '1', encryptedCardNumber: 'AAAA' }], access: { password: 'pw', clientKeys: { keys: [] } } },
    500,
  )
  expect(shown).toBe('{ kitInfo: [{ kitNo: 1, encryptedCardNumber: [secret] }], access: { password: [secret], clientKeys: [secret] } }')
})

test('control characters cannot steer the terminal', () => {
  expect(shortly('a\u001b[2Jb\r\nc', 100)).toBe('a [2Jb  c')
})

test('one line is cut to its width, several are broken between words', () => {
  expect(shortly('abcdef', 4)).toBe('abc…')
  expect(wrapped('one two three four', 9, 5)).toEqual(['one two', 'three', 'four'])
  expect(wrapped('one two three four', 9, 2)).toEqual(['one two', 'three …'])
})

test.each([
  [3.4, '3 ms'],
  [999.4, '999 ms'],
  [1_340, '1.3 s'],
])('%d ms is told as %s', (ms, text) => expect(durationText(ms)).toBe(text))
