// Roles of API users and what each may do; the gateway refuses a call whose permission no role of the token grants.

const permissions = [
  'customer.read',
  'customer.register',
  'customer.write',
  'kit.read',
  'kit.control', // lock, unlock, block
  'kit.write',
  'card.reveal', // CVV, and look-ups by a card number in clear
  'pin.write',
  'pin.validate',
  'preference.read',
  'preference.write',
  'wallet.read',
  'wallet.write',
  'branch.read',
  'branch.write',
  'inventory.read',
  'inventory.write',
  'card-order.read',
  'card-order.write',
] as const
export type Permission = (typeof permissions)[number]

export type Role = 'ADMIN' | 'OPERATIONS' | 'CUSTOMER_SUPPORT' | 'BRANCH_USER' | 'API_CLIENT' | 'READ_ONLY'

const reads: readonly Permission[] = [
  'customer.read',
  'kit.read',
  'preference.read',
  'wallet.read',
  'branch.read',
  'inventory.read',
  'card-order.read',
]

/** The permissions of each role (contract: RBAC table). */
export const permissionsOf: Readonly<Record<Role, readonly Permission[]>> = {
  ADMIN: permissions,
  OPERATIONS: [
    'customer.read',
    'customer.register',
    'customer.write',
    'kit.read',
    'kit.control',
    'kit.write',
    'branch.read',
    'inventory.read',
    'inventory.write',
    'card-order.read',
    'card-order.write',
  ],
  CUSTOMER_SUPPORT: ['customer.read', 'kit.read', 'kit.control', 'preference.read'],
  BRANCH_USER: [
    'customer.read',
    'customer.register',
    'kit.read',
    'branch.read',
    'branch.write',
    'inventory.read',
    'inventory.write',
    'card-order.read',
    'card-order.write',
  ],
  API_CLIENT: permissions,
  READ_ONLY: reads,
}

export const roles = Object.keys(permissionsOf) as Role[]

/** True for the name of a role, so that text from a token or a command line can be trusted as one. */
export const isRole = (text: string): text is Role => Object.hasOwn(permissionsOf, text)

/** Whether any of the roles grants the permission. Unknown role names grant nothing. */
export const grants = (held: readonly string[], permission: Permission): boolean =>
  held.some((role) => isRole(role) && permissionsOf[role].includes(permission))
