// A posting on an account at the core banking system: what is asked for, and how it is stored.
import { validatorOf } from '@dcms/contract'
import type { FromSchema } from 'json-schema-to-ts'

const AMOUNT_MAX_MINOR = 1_000_000_000_000
const referencePattern = '^[\\x21-\\x7e]{1,320}$'
const accountPattern = '^[A-Za-z0-9]{1,34}$'
const amountMinor = { type: 'integer', minimum: 1, maximum: AMOUNT_MAX_MINOR } as const

const postingSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['reference', 'kind', 'accountNo', 'amountMinor', 'currency'],
  properties: {
    reference: { type: 'string', pattern: referencePattern },
    kind: { enum: ['DEBIT', 'CREDIT', 'HOLD'] },
    accountNo: { type: 'string', pattern: accountPattern },
    amountMinor,
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  },
} as const
export type AskedPosting = FromSchema<typeof postingSchema>
export const readPosting = validatorOf<AskedPosting>(postingSchema)

const captureSchema = { type: 'object', additionalProperties: false, properties: { amountMinor } } as const
export const readCapture = validatorOf<FromSchema<typeof captureSchema>>(captureSchema)

export const isReference = (text: string | undefined): text is string => new RegExp(referencePattern).test(text ?? '')
export const isAccountNo = (text: string | undefined): text is string => new RegExp(accountPattern).test(text ?? '')

export type PostingStatus = 'APPLIED' | 'HELD' | 'CAPTURED' | 'RELEASED' | 'REFUSED' | 'REVERSED'

const refusals = {
  'funds.insufficient': 'The account does not have as much',
  'account.closed': 'The account is closed',
} as const
export type RefusalCode = keyof typeof refusals

/** One document per reference, with what it does to the account: balances are sums of these. */
export interface Posting {
  _id: string
  tenant: string
  reference: string
  /** Absent for one that was reversed before it came. */
  asked?: AskedPosting
  accountNo?: string
  status: PostingStatus
  /** By how much the account holds more; below zero less. */
  effectMinor: number
  code?: RefusalCode
}

const rulesSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    openingBalanceMinor: { type: 'integer', minimum: 0, maximum: AMOUNT_MAX_MINOR, default: 10_000_000 },
    closedAccounts: { type: 'array', maxItems: 1_000, items: { type: 'string', pattern: accountPattern }, default: [] },
  },
} as const
export type CoreBankingRules = FromSchema<typeof rulesSchema>
export const readRules = validatorOf<CoreBankingRules>(rulesSchema)

/** What becomes of a posting on an account that holds as much. */
export function outcomeOf(
  { kind, accountNo, amountMinor: amount }: AskedPosting,
  balanceMinor: number,
  { closedAccounts }: CoreBankingRules,
): Pick<Posting, 'status' | 'effectMinor' | 'code'> {
  if (closedAccounts.includes(accountNo)) return { status: 'REFUSED', effectMinor: 0, code: 'account.closed' }
  if (kind === 'CREDIT') return { status: 'APPLIED', effectMinor: amount }
  if (balanceMinor < amount) return { status: 'REFUSED', effectMinor: 0, code: 'funds.insufficient' }
  return { status: kind === 'HOLD' ? 'HELD' : 'APPLIED', effectMinor: -amount }
}

/** What the system tells of a posting. */
export const answerOf = ({ reference, status, code }: Posting) => ({
  reference,
  status,
  ...(code && { code, message: refusals[code] }),
})
