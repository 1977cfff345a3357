// Roles: the contract's RBAC table.
import { expect, test } from '@jest/globals'
import { publicEndpoints } from './index.ts'
import { grants, isRole, type Role } from './roles.ts'

type Name = keyof typeof publicEndpoints
const names = Object.keys(publicEndpoints) as Name[]
const may = (role: Role): Name[] => names.filter((name) => grants([role], publicEndpoints[name].permission))
const familiesOf = (role: Role): string[] => [...new Set(may(role).map((name) => publicEndpoints[name].family))].sort()

test.each(['ADMIN', 'API_CLIENT'] as const)('%s may call everything', (role) => {
  expect(may(role)).toEqual(names)
})

test('READ_ONLY may call what changes nothing and reveals no card number or CVV, and nothing else', () => {
  const allowed = may('READ_ONLY')
  for (const name of allowed) expect(publicEndpoints[name].idempotency).toBe('read')
  expect(allowed).toEqual(
    expect.arrayContaining(['viewCustomer', 'fetchKitsByEntityId', 'fetchPreference', 'fetchWalletBalance', 'fetchBranch']),
  )
  for (const name of ['getCvv', 'fetchAccountsByCardNo', 'validatePin', 'syncPendingCardOrderStatus'] as const)
    expect(allowed).not.toContain(name)
})

test('OPERATIONS reads and writes customers, kits, inventory and card orders', () => {
  expect(familiesOf('OPERATIONS')).toEqual(['branch', 'card-order', 'customer', 'inventory', 'kit', 'registration'])
  expect(may('OPERATIONS')).not.toContain('createBranch')
  expect(may('OPERATIONS')).not.toContain('getCvv')
})

test('CUSTOMER_SUPPORT reads customers and kits, locks, unlocks and blocks, and sees no CVV', () => {
  expect(familiesOf('CUSTOMER_SUPPORT')).toEqual(['customer', 'kit', 'ncmc-preference', 'preference'])
  expect(may('CUSTOMER_SUPPORT')).toEqual(expect.arrayContaining(['viewCustomer', 'manageKit', 'manageAllKits']))
  for (const name of ['getCvv', 'activateKit', 'updateAccount', 'setPreference'] as const)
    expect(may('CUSTOMER_SUPPORT')).not.toContain(name)
})

test('BRANCH_USER works with branches, inventory, card orders and registration', () => {
  expect(familiesOf('BRANCH_USER')).toEqual(['branch', 'card-order', 'customer', 'inventory', 'kit', 'registration'])
  for (const name of ['manageKit', 'activateKit', 'getCvv', 'updateAccount'] as const) expect(may('BRANCH_USER')).not.toContain(name)
})

test('several roles together may do what each of them may', () => {
  expect(grants(['READ_ONLY'], 'customer.register')).toBe(false)
  expect(grants(['READ_ONLY', 'BRANCH_USER'], 'customer.register')).toBe(true)
})

test('no role, and names that are no role, grant nothing', () => {
  for (const held of [[], ['admin'], ['ROOT'], ['constructor'], ['__proto__']]) expect(grants(held, 'kit.read')).toBe(false)
  expect(isRole('ADMIN')).toBe(true)
  for (const text of ['', 'Admin', 'toString']) expect(isRole(text)).toBe(false)
})
