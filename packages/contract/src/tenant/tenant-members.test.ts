// Members that no tenant definition has.
import { expect, test } from '@jest/globals'
import { unknownTenantMembers } from './tenant-members.ts'

test.each([
  [{ settings: { upgrade: { replaceAtOnce: true } } }, 'settings.upgrade', 'upgradeReplaceAtOnce'],
  [{ settings: { cvvNeedsEntityId: true } }, 'settings.cvvNeedsEntityId', 'cvvNeedsEntity'],
  [{ setings: {} }, 'setings', 'settings'],
  [{ products: [{}, { domestic: { atm: { offerred: true } } }] }, 'products[1].domestic.atm.offerred', 'offered'],
  [{ bins: [{ bin: '608040', panLenght: 16 }] }, 'bins[0].panLenght', 'panLength'],
  [{ tiers: [{ tier: 'GOLD' }] }, 'tiers[0].tier', 'tierType'],
])('%j is told with its path and the nearest name', (definition, path, name) => {
  expect(unknownTenantMembers(definition)).toEqual([`${path} is no member of a tenant definition; the nearest is ${name}`])
})

test('every unknown member is told, fifty at most', () => {
  expect(unknownTenantMembers({ a: 1, settings: { b: 2 }, limits: { c: 3 } })).toHaveLength(3)
  expect(unknownTenantMembers({ products: Array.from({ length: 500 }, () => ({ colour: 'red' })) })).toHaveLength(50)
})

test('what is no object, and what a public key holds besides, is left to others', () => {
  expect(unknownTenantMembers({ products: 'none', settings: null, bins: [7] })).toEqual([])
  expect(unknownTenantMembers({ clientKeys: { keys: [{ kty: 'EC', crv: 'P-256', x: '', y: '', kid: 'a', key_ops: [] }] } })).toEqual([])
})
