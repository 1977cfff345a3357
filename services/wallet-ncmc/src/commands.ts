// The use cases of the wallet-ncmc service: its table of contents.
import type { Command, InternalClient } from '@dcms/service'
import type { CoreBanking } from './core-banking.ts'
import { fetchNcmcPreference } from './fetch-ncmc-preference.ts'
import { fetchWalletAuthntTransactions } from './fetch-wallet-authnt-transactions.ts'
import { fetchWalletBalance } from './fetch-wallet-balance.ts'
import { fetchWalletLedgerTransactions } from './fetch-wallet-ledger-transactions.ts'
import { fetchWalletServices } from './fetch-wallet-services.ts'
import { loadWallet } from './load-wallet.ts'
import { setNcmcPreference } from './set-ncmc-preference.ts'

export interface WalletNcmcParts {
  kit: InternalClient
  /** Absent where no core banking system is set: then no wallet is loaded. */
  coreBanking?: CoreBanking | undefined
}

export const commands = (parts: WalletNcmcParts): readonly Command[] => [
  loadWallet(parts),
  fetchWalletBalance(parts.kit),
  fetchWalletServices(parts.kit),
  fetchWalletAuthntTransactions(parts.kit),
  fetchWalletLedgerTransactions(parts.kit),
  setNcmcPreference(parts.kit),
  fetchNcmcPreference(parts.kit),
]
