// Cards of an order that get a PIN. Contract: packages/contract/src/kit/cards-for-pins.ts.
import { cardsForPinsEndpoint, traitsOf } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { type Kit, kitsOf } from '../kit.ts'
import type { CardVault } from '../vault/card-vault.ts'

/** Card numbers leave as ciphertext between the two HSMs. */
export const cardsForPins = (vault: CardVault) =>
  command(cardsForPinsEndpoint, async ({ orderId, kitNos }, { tenant }) => {
    const kits = await kitsOf(tenant)
      .find({ _id: { $in: kitNos }, orderId, cardType: 'PHYSICAL' }, { outbox: 0 })
      .batchSize(kitNos.length)
      .lean<Kit[]>()
    const cards = await Promise.all(
      kits.filter(mayHavePin).map(async (kit) => ({
        kitNo: kit._id,
        productId: kit.productId,
        maskedCardNumber: kit.maskedPan,
        sealedCardNumber: await vault.cardNumberForZone(tenant, kit),
      })),
    )
    return answer({ cards })
  })

const mayHavePin = ({ status }: Kit): boolean => status === 'UNALLOCATED' || (status !== 'RESERVED' && !traitsOf(status).pinRefusal)
