// Who holds an account and what it is, for listing the cards of an account.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import { accountNo } from '../words/fields.ts'
import type { AccountInfo } from '../words/profile.ts'

const request = { type: 'object', additionalProperties: false, required: ['accountNo'], properties: { accountNo } } as const

export interface AccountHolders {
  accountStatus: string
  accountType: AccountInfo['accountType']
  /** The primary holder first, then by entityId; several for a joint account. */
  holders: { entityId: string; isPrimary: boolean }[]
}

/** More holders than this are not shown: no bank has joint accounts of that size. */
export const accountHoldersMax = 100

export const accountHoldersEndpoint = internalEndpoint<FromSchema<typeof request>, AccountHolders | null>()({
  name: 'accountHolders',
  method: 'POST',
  path: '/internal/account-holders',
  owner: 'customer',
  callers: ['kit'],
  summary: 'Status, type and holders of an account, holders without cards included; null for an account that nobody holds',
  idempotency: 'read',
  request,
  result: { type: ['object', 'null'] },
  errors: ['invalid.input.request'],
})
