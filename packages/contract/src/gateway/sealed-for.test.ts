// What a sealed message is for.
import { expect, test } from '@jest/globals'
import { htuOf } from './sealed-for.ts'

test.each([
  ['POST', '/v1/kit-manager/setPin', 'POST /kit-manager/setPin'],
  ['POST', '/dcms/kit-manager/setPin', 'POST /kit-manager/setPin'],
  ['POST', '/v1/v2/fetchByCif', 'POST /v2/fetchByCif'],
  ['PUT', '/v1/branch?a=/v1/b', 'PUT /branch'],
  ['POST', '/v1/preference/ATM%20x/optIn?kitNo=1', 'POST /preference/ATM%20x/optIn'],
  ['POST', '/api/session', 'POST /api/session'],
  ['POST', '/v10/kit-manager/setPin', 'POST /v10/kit-manager/setPin'],
])('%s %s is sealed for "%s"', (method, target, htu) => {
  expect(htuOf(method, target)).toBe(htu)
})
