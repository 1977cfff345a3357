// What operators may do: each admin route names the roles that may call it.

/**
 * - ADMINISTRATOR: banks and their users.
 * - KEY_OFFICER: keys. Where a key is put together or handed out it takes two of them.
 * - OPERATIONS: cards, PINs, jobs.
 * - AUDITOR: reads, and verifies the audit trail.
 */
export const operatorRoles = ['ADMINISTRATOR', 'KEY_OFFICER', 'OPERATIONS', 'AUDITOR'] as const
export type OperatorRole = (typeof operatorRoles)[number]

export const isOperatorRole = (text: unknown): text is OperatorRole => operatorRoles.some((role) => role === text)

/**
 * Name of an operator: `kid` of the key is `ops:` and this. Lower case, so that two names never
 * look alike.
 */
export const operatorNamePattern = '^[a-z0-9][a-z0-9._-]{0,63}$'
