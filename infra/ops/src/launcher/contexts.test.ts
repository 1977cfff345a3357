import { bankServices, publicEndpointList, stillToCome } from '@dcms/contract'
import { expect, test } from '@jest/globals'

test('a context that the gateway does not forward to has only endpoints that are still to come', () => {
  const running: readonly string[] = bankServices
  const unowned = publicEndpointList.filter(({ owner, name }) => !running.includes(owner) && !stillToCome.has(name))
  expect(unowned.map(({ name }) => name)).toEqual([])
})

test('what is listed as still to come is in the contract', () => {
  const known = new Set(publicEndpointList.map(({ name }) => name))
  expect([...stillToCome].filter((name) => !known.has(name))).toEqual([])
})
