// What each role may do and, above all, what it may not.
import { expect, test } from '@jest/globals'
import { mayCall, publicEndpointList, publicEndpoints, stillToCome } from '../index.ts'
import { grants, isRole, type Role, roleFaults, rolesInForce } from './roles.ts'

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

test.each([
  ['CUSTOMER_SUPPORT', ['LOCK', 'UNLOCK', 'BLOCK']],
  ['OPERATIONS', ['LOCK', 'UNLOCK', 'BLOCK', 'REPLACE', 'BLOCK_AND_REPLACE', 'HOTLIST']],
  ['API_CLIENT', ['LOCK', 'UNLOCK', 'BLOCK', 'REPLACE', 'BLOCK_AND_REPLACE', 'HOTLIST']],
  ['READ_ONLY', []],
  ['BRANCH_USER', []],
] as const)('%s may do %j with a card', (role, allowed) => {
  const operations = ['LOCK', 'UNLOCK', 'BLOCK', 'REPLACE', 'BLOCK_AND_REPLACE', 'HOTLIST']
  expect(operations.filter((operation) => mayCall(publicEndpoints.manageKit, [role], { operation }))).toEqual(allowed)
})

test('an operation that no permission is told for is nobody’s, whatever it is called', () => {
  for (const operation of ['MELT', 'constructor', '__proto__', 7, null])
    expect(mayCall(publicEndpoints.manageKit, ['ADMIN'], { operation })).toBe(false)
})

test('an endpoint with operations says of each what it needs', () => {
  const withOperations = publicEndpointList.flatMap(({ name, request, permissionOfOperation = {} }) => {
    const { operation } = ('properties' in request ? request.properties : {}) as { operation?: { enum?: readonly string[] } }
    return operation?.enum ? [[name, [...operation.enum].sort(), Object.keys(permissionOfOperation).sort()] as const] : []
  })
  expect(withOperations.map(([name]) => name)).toEqual(expect.arrayContaining(['manageKit', 'manageAllKits']))
  for (const [, operations, told] of withOperations) expect(told).toEqual(operations)
})

test('BRANCH_USER works with branches, inventory, card orders and registration, and reads no customers and cards', () => {
  expect(familiesOf('BRANCH_USER')).toEqual(['branch', 'card-order', 'inventory', 'registration'])
})

test('of what is offered, BRANCH_USER reaches only what its owner keeps within the branch', () => {
  const keptWithinTheBranch = [
    ...['register', 'registerCard', 'createBranch', 'updateBranch', 'fetchBranch', 'fetchCardOrderDetailsFromInventory'],
    ...[
      'createCardOrder',
      'createCardOrderWithFile',
      'uploadCardOrderFile',
      'fetchCardOrderStatus',
      'cancelCardOrder',
      'processCardOrder',
      'fetchReceivedCardOrders',
    ],
    ...[
      'updateCardOrderStatus',
      'syncPendingCardOrderStatus',
      'retryStuckPendingOrders',
      'updateDeliveryStatus',
      'transferKits',
      'expireInstaKits',
      'fetchKitSummary',
      'fetchKitDetailsFromInventory',
    ],
  ]
  expect(
    may('BRANCH_USER')
      .filter((name) => !stillToCome.has(name))
      .toSorted(),
  ).toEqual(keptWithinTheBranch.toSorted())
})

test('a user of a branch has that role alone, and a branch', () => {
  expect(roleFaults(['BRANCH_USER'], 'B1')).toEqual([])
  expect(roleFaults(['READ_ONLY', 'OPERATIONS'], undefined)).toEqual([])
  expect(roleFaults(['BRANCH_USER'], undefined)).toEqual(['branch is required for BRANCH_USER'])
  expect(roleFaults(['BRANCH_USER', 'READ_ONLY'], 'B1')).toEqual(['BRANCH_USER stands alone: other roles are not bound to a branch'])
  expect(roleFaults(['READ_ONLY'], 'B1')).toEqual(['branch is for BRANCH_USER only'])
})

test('without a branch BRANCH_USER is no role, others stay', () => {
  expect(rolesInForce(['BRANCH_USER', 'READ_ONLY'], undefined)).toEqual(['READ_ONLY'])
  expect(rolesInForce(['BRANCH_USER'], 'B1')).toEqual(['BRANCH_USER'])
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
