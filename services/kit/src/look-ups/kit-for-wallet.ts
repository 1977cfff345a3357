// One kit as it stands now, for loads of its wallet and NCMC preferences. Contract:
// packages/contract/src/kit/kit-for-wallet.ts.
import { kitForWalletEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { isIssued, type Kit, kitsOf, withoutOutbox } from '../kit.ts'

export const kitForWallet = command(kitForWalletEndpoint, async ({ kitNo }, { tenant }) => {
  const kit = await kitsOf(tenant).findById(kitNo, withoutOutbox).lean<Kit>()
  if (!kit || !isIssued(kit) || !kit.accountNo) return answer(null)
  const { entityId, productId, status: cardStatus, accountNo } = kit
  return answer({ entityId, productId, cardStatus, accountNo })
})
