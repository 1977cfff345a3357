// Roles: the contract's RBAC table.
import { expect, test } from '@jest/globals'
import { publicEndpoints } from './index.ts'
import { grants, isRole, type Role, roles } from './roles.ts'

const reads = ['viewCustomer', 'fetchKitsByEntityId', 'fetchPreference'] as const
const everything = Object.keys(publicEndpoints) as (keyof typeof publicEndpoints)[]
const allowed: Record<Role, readonly (keyof typeof publicEndpoints)[]> = {
  ADMIN: everything,
  API_CLIENT: everything,
  OPERATIONS: ['register', 'registerCard', 'viewCustomer', 'activateKit', 'manageKit', 'fetchKitsByEntityId'],
  CUSTOMER_SUPPORT: [...reads, 'manageKit'],
  BRANCH_USER: ['register', 'registerCard', 'viewCustomer', 'fetchKitsByEntityId'],
  READ_ONLY: reads,
}

test.each(roles)('%s may call what the contract’s table says and nothing else', (role) => {
  const may = everything.filter((name) => grants([role], publicEndpoints[name].permission))
  expect(new Set(may)).toEqual(new Set(allowed[role]))
})

test('several roles together may do what each of them may', () => {
  expect(grants(['READ_ONLY'], 'customer.write')).toBe(false)
  expect(grants(['READ_ONLY', 'BRANCH_USER'], 'customer.write')).toBe(true)
})

test('no role, and names that are no role, grant nothing', () => {
  for (const held of [[], ['admin'], ['ROOT'], ['constructor'], ['__proto__']]) expect(grants(held, 'kit.read')).toBe(false)
  expect(isRole('ADMIN')).toBe(true)
  for (const text of ['', 'Admin', 'toString']) expect(isRole(text)).toBe(false)
})
