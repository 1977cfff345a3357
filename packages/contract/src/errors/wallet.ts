// Errors of wallets and NCMC preferences.
import type { CatalogueEntry } from './entry.ts'

export const walletErrors = {
  TX0051: {
    status: 400,
    reasonCode: 'insufficient.funds',
    shortMessage: 'Insufficient funds',
    detailMessage: 'The funding account does not cover the load',
    fieldError: ['Insufficient funds in the funding account'],
    when: 'the core banking system refuses the debit or lien of a load; final for this txnId',
  },
  TX0057: {
    status: 400,
    reasonCode: 'wallet.balance.limit',
    shortMessage: 'balance greater than Maximum Balance',
    detailMessage: 'The wallet would hold more than its product allows, including staged money',
    fieldError: ['Wallet balance limit exceeded'],
    when: 'confirmed + staged + amount (auto-reload: threshold + loadAmount) is above the wallet maximum of the product; a load is then final for this txnId',
  },
  TX0094: {
    status: 409,
    reasonCode: 'idempotency.conflict',
    shortMessage: 'Duplicate transaction id',
    detailMessage: 'The txnId was already used for a different load',
    fieldError: ['txnId was used with other data'],
    when: 'the same txnId with a different card, customer or amount',
  },
} as const satisfies Record<string, CatalogueEntry>
