// Reading the auto-reload of an NCMC card. Contract:
// packages/contract/src/ncmc-preference/fetch-ncmc-preference.ts.
import { fetchNcmcPreferenceEndpoint } from '@dcms/contract'
import { answer, command, type InternalClient } from '@dcms/service'
import { findWallet } from './known-wallet.ts'
import { reloadShown, storedAtOf } from './set-ncmc-preference.ts'

const neverSet = {
  accountNo: null,
  autoReload: { enabled: false, threshold: 0, loadAmount: 0 },
  createdDate: null,
  changedDate: null,
} as const

export const fetchNcmcPreference = (kit: InternalClient) =>
  command(fetchNcmcPreferenceEndpoint, async ({ kitNo, entityId }, scope) => {
    const found = await findWallet({ kitNo, entityId }, scope, kit)
    if (found.kind === 'refused') return found
    const reload = found.purse?.reload
    if (!reload) return answer({ entityId, kitNo, ...neverSet })
    const { accountNo, createdAt, changedAt } = reload
    return answer({
      entityId,
      kitNo,
      accountNo,
      autoReload: reloadShown(reload),
      createdDate: storedAtOf(createdAt),
      changedDate: storedAtOf(changedAt),
    })
  })
