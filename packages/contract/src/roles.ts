// Roles of API users and what each may do; the gateway refuses a call whose permission no role of the token grants.

export type Permission =
  | 'customer.read'
  | 'customer.write'
  | 'kit.read'
  | 'kit.control' // lock, unlock, block
  | 'kit.write'
  | 'preference.read'
  | 'preference.write'

export type Role = 'ADMIN' | 'OPERATIONS' | 'CUSTOMER_SUPPORT' | 'BRANCH_USER' | 'API_CLIENT' | 'READ_ONLY'

const everything: readonly Permission[] = [
  'customer.read',
  'customer.write',
  'kit.read',
  'kit.control',
  'kit.write',
  'preference.read',
  'preference.write',
]

/** The permissions of each role (contract: RBAC table). */
export const permissionsOf: Readonly<Record<Role, readonly Permission[]>> = {
  ADMIN: everything,
  OPERATIONS: ['customer.read', 'customer.write', 'kit.read', 'kit.control', 'kit.write'],
  CUSTOMER_SUPPORT: ['customer.read', 'kit.read', 'kit.control', 'preference.read'],
  BRANCH_USER: ['customer.write', 'customer.read', 'kit.read'],
  API_CLIENT: everything,
  READ_ONLY: ['customer.read', 'kit.read', 'preference.read'],
}

export const roles = Object.keys(permissionsOf) as Role[]

/** True for the name of a role, so that text from a token or a command line can be trusted as one. */
export const isRole = (text: string): text is Role => Object.hasOwn(permissionsOf, text)

/** Whether any of the roles grants the permission. Unknown role names grant nothing. */
export const grants = (held: readonly string[], permission: Permission): boolean =>
  held.some((role) => isRole(role) && permissionsOf[role].includes(permission))
