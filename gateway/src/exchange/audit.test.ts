import { expect, test } from '@jest/globals'
import { maskedPath } from './audit.ts'

test('an unknown path is cut and shows no card number', () => {
  expect(maskedPath('/card/6080400000000006/x')).toBe('/card/XXXXXX/x')
  expect(maskedPath(`/${'a'.repeat(500)}`)).toHaveLength(100)
})
