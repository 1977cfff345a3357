// The use cases of the kit service: its table of contents.
import type { Hsm } from '@dcms/card-crypto'
import type { Command, Foundations, InternalClient } from '@dcms/service'
import { cardNumbersLeft } from './issuing/card-numbers-left.ts'
import { checkCards } from './issuing/check-cards.ts'
import { confirmKits } from './issuing/confirm-kits.ts'
import { JustReserved } from './issuing/just-reserved.ts'
import type { CardNumbering } from './issuing/number-cards.ts'
import { reserveKits } from './issuing/reserve-kits.ts'
import { activateKit } from './life/activate-kit.ts'
import { applyForCard } from './life/apply-for-card.ts'
import { closeKit } from './life/close-kit.ts'
import { manageAllKits } from './life/manage-all-kits.ts'
import { manageKit } from './life/manage-kit.ts'
import { upgradeCard } from './life/upgrade-card.ts'
import { cardsForPins } from './look-ups/cards-for-pins.ts'
import { entitiesByMaskedCard } from './look-ups/entities-by-masked-card.ts'
import { fetchAccountsByCardNo } from './look-ups/fetch-accounts-by-card-no.ts'
import { fetchAccountsByCardNoViaMapping } from './look-ups/fetch-accounts-by-card-no-via-mapping.ts'
import { fetchByCardNoV2 } from './look-ups/fetch-by-card-no-v2.ts'
import { fetchKitsByAccountNo } from './look-ups/fetch-kits-by-account-no.ts'
import { fetchKitsByEntityId } from './look-ups/fetch-kits-by-entity-id.ts'
import { fetchKitsByEntityIdV2 } from './look-ups/fetch-kits-by-entity-id-v2.ts'
import { findCards } from './look-ups/find-cards.ts'
import { kitForPin } from './look-ups/kit-for-pin.ts'
import { kitForWallet } from './look-ups/kit-for-wallet.ts'
import { kitsOfEntity } from './look-ups/kits-of-entity.ts'
import { statusesOfKits } from './look-ups/statuses-of-kits.ts'
import type { Courier } from './shipments/courier.ts'
import { kitTracking } from './shipments/kit-tracking.ts'
import type { CardVault } from './vault/card-vault.ts'
import { getCvv } from './vault/get-cvv.ts'
import { showVendorKey } from './vendors/show-vendor-key.ts'

export interface KitParts {
  hsm: Hsm
  vault: CardVault
  logger: Foundations['logger']
  numbering: CardNumbering
  customer: InternalClient
  pinPreference: InternalClient
  inventoryOrder: InternalClient
  /** Absent where no courier is set: then nothing is booked. */
  courier?: Courier | undefined
  /** Where several share what has just been reserved; one of their own when left out. */
  justReserved?: JustReserved
}

export const commands = ({
  hsm,
  vault,
  numbering,
  customer,
  pinPreference,
  inventoryOrder,
  courier,
  logger,
  justReserved = new JustReserved(),
}: KitParts): readonly Command[] => [
  activateKit,
  manageKit({ vault, numbering, customer }),
  manageAllKits(customer),
  upgradeCard({ vault, numbering, customer }),
  applyForCard({ vault, numbering, customer }),
  closeKit,
  fetchKitsByEntityId(vault, customer),
  fetchKitsByEntityIdV2(vault, customer),
  fetchKitsByAccountNo(customer),
  fetchByCardNoV2(vault, customer, pinPreference),
  fetchAccountsByCardNo(vault, customer),
  fetchAccountsByCardNoViaMapping(vault, customer),
  kitTracking(courier),
  getCvv(vault, logger),
  kitsOfEntity(vault),
  entitiesByMaskedCard,
  kitForPin(vault),
  cardsForPins(vault),
  kitForWallet,
  findCards(vault),
  statusesOfKits,
  cardNumbersLeft(numbering),
  checkCards(vault),
  reserveKits({ vault, numbering, justReserved, inventoryOrder }),
  confirmKits({ vault, justReserved }),
  showVendorKey(hsm),
]
