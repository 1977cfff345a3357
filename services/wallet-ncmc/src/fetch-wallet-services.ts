// Reading the operator services on a card. Contract:
// packages/contract/src/wallet/fetch-wallet-services.ts.
import { fetchWalletServicesEndpoint } from '@dcms/contract'
import { answer, command, type InternalClient } from '@dcms/service'
import { findWallet } from './known-wallet.ts'

/** Services are created at terminals, which this release does not hear of yet: no card has one. */
export const fetchWalletServices = (kit: InternalClient) =>
  command(fetchWalletServicesEndpoint, async ({ kitNo, entityId, walletType }, scope) => {
    const found = await findWallet({ kitNo, entityId }, scope, kit)
    return found.kind === 'refused' ? found : answer({ entityId, kitNo, walletType, services: [] })
  })
