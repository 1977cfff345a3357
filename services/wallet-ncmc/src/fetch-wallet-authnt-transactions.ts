// Listing the card-network messages of a wallet. Contract:
// packages/contract/src/wallet/fetch-wallet-authnt-transactions.ts.
import { fetchWalletAuthntTransactionsEndpoint } from '@dcms/contract'
import { answer, command, type InternalClient, refuse } from '@dcms/service'
import { rangeOfDays } from './days.ts'
import { findWallet } from './known-wallet.ts'

/** They come from terminals, which this release does not hear of yet: no wallet has any. */
export const fetchWalletAuthntTransactions = (kit: InternalClient) =>
  command(fetchWalletAuthntTransactionsEndpoint, async ({ kitNo, entityId, ...days }, scope) => {
    const { faults } = rangeOfDays(days, scope.tenant.definition.timeZone, scope.now)
    if (faults.length > 0) return refuse('invalid.input.request', faults)
    const found = await findWallet({ kitNo, entityId }, scope, kit)
    return found.kind === 'refused' ? found : answer({ entityId, kitNo, authntOfflineTransactionData: [] })
  })
