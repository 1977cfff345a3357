import { publicEndpointList, stillToCome } from '@dcms/contract'
import { expect, test } from '@jest/globals'
import { commands } from './commands.ts'

// The parts are used when a command runs; here only the list is read.
const offered = commands({} as Parameters<typeof commands>[0]).map(({ endpoint }) => endpoint)
const owned = publicEndpointList.filter(({ owner }) => owner === 'wallet-ncmc')

test('the service offers every endpoint that the contract gives it, except those still to come', () => {
  const missing = owned.filter((endpoint) => !offered.includes(endpoint) && !stillToCome.has(endpoint.name))
  expect(missing.map(({ name }) => name)).toEqual([])
})

test('what the service offers is no longer listed as still to come', () => {
  expect(offered.filter(({ name }) => stillToCome.has(name)).map(({ name }) => name)).toEqual([])
})

test('every command answers an endpoint of this context', () => {
  expect(offered.filter(({ owner }) => owner !== 'wallet-ncmc')).toEqual([])
})
