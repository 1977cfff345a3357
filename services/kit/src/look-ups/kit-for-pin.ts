// One kit as it stands now, for PIN and preference calls. Contract:
// packages/contract/src/kit/kit-for-pin.ts.
import { kitForPinEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { isIssued, type Kit, kitsOf, withoutOutbox } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'

/** The card number leaves as ciphertext between the two HSMs, and only where it is asked for. */
export const kitForPin = (vault: CardVault) =>
  command(kitForPinEndpoint, async ({ kitNo, withCardNumber }, { tenant }) => {
    const kit = await kitsOf(tenant).findById(kitNo, withoutOutbox).lean<Kit>()
    if (!kit || !isIssued(kit)) return answer(null)
    return answer({
      entityId: kit.entityId,
      productId: kit.productId,
      cardType: kit.cardType,
      cardStatus: kit.status,
      maskedCardNumber: kit.maskedPan,
      expiry: kit.expiry,
      ...(kit.accountNo && { accountNo: kit.accountNo }),
      ...(kit.predecessor && { predecessor: kit.predecessor }),
      ...(withCardNumber && { sealedCardNumber: await vault.cardNumberForZone(tenant, kit) }),
    })
  })
