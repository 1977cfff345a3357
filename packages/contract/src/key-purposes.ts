// What tenants' keys are for.

/**
 * What somebody else holds too: banks (field, pin), the printer of PIN mailers, the card switch.
 */
export const exchangedKeyPurposes = ['field', 'pin', 'mailer', 'switch'] as const
/** What comes in as a key block under the transport key. */
export const blockKeyPurposes = ['field', 'pin', 'mailer', 'switch', 'pvk', 'cvk'] as const
/** What comes in as two components. */
export const componentKeyPurposes = ['field', 'pin', 'mailer', 'switch', 'transport'] as const
export const keyPurposes = ['data', 'index', 'numbering', 'pvk', 'cvk', 'field', 'pin', 'mailer', 'switch', 'transport'] as const
export type KeyPurposeName = (typeof keyPurposes)[number]
