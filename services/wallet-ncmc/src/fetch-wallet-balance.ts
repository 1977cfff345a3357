// Reading a wallet's balances. Contract: packages/contract/src/wallet/fetch-wallet-balance.ts.
import { fetchWalletBalanceEndpoint } from '@dcms/contract'
import { answer, command, type InternalClient } from '@dcms/service'
import { findWallet } from './known-wallet.ts'
import { rupeesOf } from './money.ts'

export const fetchWalletBalance = (kit: InternalClient) =>
  command(fetchWalletBalanceEndpoint, async ({ kitNo, entityId, walletType }, scope) => {
    const found = await findWallet({ kitNo, entityId }, scope, kit)
    if (found.kind === 'refused') return found
    const { offlinePaise = 0, stagedPaise = 0 } = found.purse ?? {}
    return answer({
      entityId,
      kitNo,
      walletType,
      offlineWalletBalance: rupeesOf(offlinePaise),
      offlineStagedWalletBalance: rupeesOf(stagedPaise),
    })
  })
