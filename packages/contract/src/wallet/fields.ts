// What the wallet endpoints and events share.
import { entityId, kitNo } from '../words/fields.ts'

export const walletType = { enum: ['NCMC'], description: 'Kind of wallet' } as const

/** Every wallet call names card, owner and wallet. */
export const walletKey = { kitNo, entityId, walletType } as const
export const walletKeyRequired = ['kitNo', 'entityId', 'walletType'] as const

/** The same in answers. */
export const answeredKey = { entityId: { type: 'string' }, kitNo: { type: 'string' }, walletType } as const
export const answeredKeyRequired = ['entityId', 'kitNo', 'walletType'] as const

/**
 * Money in answers. The confirmed balance may fall below zero for a while: the chip is the truth,
 * settlement comes later.
 */
export const money = { type: 'string', pattern: '^-?\\d+\\.\\d{2}$' } as const

/** Days between the first and the last of a transaction list at most; the use cases check it. */
export const walletDaysMax = 180

const day = {
  type: 'string',
  pattern: '^(0[1-9]|[12]\\d|3[01])-(0[1-9]|1[0-2])-\\d{4}$',
  maxLength: 10,
  formatText: 'DD-MM-YYYY',
} as const

/** Filters of the two transaction lists. */
export const transactionFilters = {
  startDate: { ...day, description: 'First day, `DD-MM-YYYY`, inclusive, in the bank’s time zone' },
  endDate: {
    ...day,
    description: `Last day, \`DD-MM-YYYY\`, inclusive, in the bank’s time zone; at most ${walletDaysMax} days after startDate`,
  },
  isSuccessTransaction: { type: 'boolean', description: 'true: only successful ones; false or absent: all' },
} as const

/** Rows of a transaction list at most, newest first. */
export const walletRowsMax = 500

/** Where a wallet stands after an event. */
export const balancesPaise = {
  offlineBalancePaise: { type: 'integer', description: 'Confirmed: what the chip holds' },
  stagedBalancePaise: { type: 'integer', minimum: 0, description: 'Waits for a tap at a terminal' },
} as const
