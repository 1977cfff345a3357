// The wallet family: its endpoints by use case, its events.
import { walletLoadedEvent } from './add-money.ts'
import { fetchWalletAuthntTransactionsEndpoint } from './fetch-wallet-authnt-transactions.ts'
import { fetchWalletBalanceEndpoint } from './fetch-wallet-balance.ts'
import { fetchWalletLedgerTransactionsEndpoint } from './fetch-wallet-ledger-transactions.ts'
import { fetchWalletServicesEndpoint } from './fetch-wallet-services.ts'
import { loadWalletEndpoint, walletLoadFailedEvent, walletStagedEvent } from './load-wallet.ts'
import { walletUpdatedEvent } from './update-wallet.ts'

export * from './add-money.ts'
export * from './fetch-wallet-authnt-transactions.ts'
export * from './fetch-wallet-balance.ts'
export * from './fetch-wallet-ledger-transactions.ts'
export * from './fetch-wallet-services.ts'
export { walletDaysMax, walletRowsMax } from './fields.ts'
export * from './load-wallet.ts'
export * from './update-wallet.ts'

export const walletEndpoints = {
  loadWallet: loadWalletEndpoint,
  fetchWalletBalance: fetchWalletBalanceEndpoint,
  fetchWalletServices: fetchWalletServicesEndpoint,
  fetchWalletAuthntTransactions: fetchWalletAuthntTransactionsEndpoint,
  fetchWalletLedgerTransactions: fetchWalletLedgerTransactionsEndpoint,
} as const

export const walletEvents = [walletLoadedEvent, walletStagedEvent, walletUpdatedEvent, walletLoadFailedEvent] as const
