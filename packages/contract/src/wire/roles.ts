// Roles of API users and what each may do; gateway and owner refuse a call whose permission no role
// of the token grants.

const permissions = [
  'customer.read',
  'customer.register',
  'customer.write',
  'kit.read',
  'kit.control', // lock, unlock, block
  'kit.write', // activate, replace, upgrade, convert, hotlist
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

/** The permissions of each role. */
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
  // No reads of customers and cards: they would show the whole bank, for those contexts know no
  // branch of a customer.
  BRANCH_USER: [
    'customer.register',
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

/**
 * True for the name of a role, so that text from a token or a command line can be trusted as one.
 */
export const isRole = (text: string): text is Role => Object.hasOwn(permissionsOf, text)

/** Works for one branch, which the user's token names. */
const BRANCH_ROLE: Role = 'BRANCH_USER'

/**
 * Why a user cannot have these roles with or without a branch, as sentences; empty when it can. A
 * branch bounds all that its user does, so the role stands alone: another beside it would open the
 * whole bank.
 */
export function roleFaults(held: readonly Role[], branch: string | undefined): string[] {
  const isBranchUser = held.includes(BRANCH_ROLE)
  if (!isBranchUser) return branch === undefined ? [] : [`branch is for ${BRANCH_ROLE} only`]
  if (held.some((role) => role !== BRANCH_ROLE)) return [`${BRANCH_ROLE} stands alone: other roles are not bound to a branch`]
  return branch === undefined ? [`branch is required for ${BRANCH_ROLE}`] : []
}

/** The roles that count: one that is bound to a branch is none without it. */
export const rolesInForce = (held: readonly string[], branch: string | undefined): readonly string[] =>
  branch === undefined ? held.filter((role) => role !== BRANCH_ROLE) : held

/** Whether any of the roles grants the permission. Unknown role names grant nothing. */
export const grants = (held: readonly string[], permission: Permission): boolean =>
  held.some((role) => isRole(role) && permissionsOf[role].includes(permission))
