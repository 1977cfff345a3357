// The double-entry ledger of a wallet, as pure rules: which accounts a transaction moves money
// between, and what entries come to. Whole paise only.
import type { WalletLedgerRow } from '@dcms/contract'

/** The accounts that every purse has; what stands in one for all purses is a sum over entries. */
export const ledgerAccounts = ['FUNDING', 'STAGED', 'CHIP', 'ACQUIRER'] as const
export type LedgerAccount = (typeof ledgerAccounts)[number]

/**
 * `OFFLINE_LOAD_REVERSAL` and `WALLET_CLOSURE` are left out: where their money goes depends on what
 * they undo.
 */
export type FlowType = Exclude<WalletLedgerRow['transactionType'], 'SERVICE_CREATION' | 'OFFLINE_LOAD_REVERSAL' | 'WALLET_CLOSURE'>

/** Out of which account the money of a transaction comes, and into which it goes. */
const flows = {
  LOAD: ['FUNDING', 'STAGED'],
  AUTO_RELOAD: ['FUNDING', 'STAGED'],
  LOAD_REVERSAL: ['STAGED', 'FUNDING'],
  BALANCE_UPDATE: ['STAGED', 'CHIP'],
  OFFLINE_LOAD_CASH: ['ACQUIRER', 'CHIP'],
  OFFLINE_LOAD_ACCOUNT: ['FUNDING', 'CHIP'],
  OFFLINE_PURCHASE: ['CHIP', 'ACQUIRER'],
  OFFLINE_REFUND: ['ACQUIRER', 'CHIP'],
} as const satisfies Record<FlowType, readonly [from: LedgerAccount, to: LedgerAccount]>

/** One side of an entry: by how much an account changes. */
export interface Posting {
  account: LedgerAccount
  paise: number
}

/** Both sides of a transaction; they come to nothing together. */
export function postingsOf(type: FlowType, amountPaise: number): Posting[] {
  const [from, to] = flows[type]
  return [
    { account: from, paise: -amountPaise },
    { account: to, paise: amountPaise },
  ]
}

/** Whether a transaction brings money into the wallet, staged money included, or takes it out. */
export const crDrOf = (type: FlowType): 'C' | 'D' => (flows[type][1] === 'STAGED' || flows[type][1] === 'CHIP' ? 'C' : 'D')

/** What the accounts hold after these entries. */
export function balancesOf(entries: Iterable<{ readonly postings: readonly Posting[] }>): Record<LedgerAccount, number> {
  const balances: Record<LedgerAccount, number> = { FUNDING: 0, STAGED: 0, CHIP: 0, ACQUIRER: 0 }
  for (const { postings } of entries) for (const { account, paise } of postings) balances[account] += paise
  return balances
}
