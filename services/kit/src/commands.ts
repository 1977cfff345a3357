// The use cases of the kit service: its table of contents.
import type { Command, Foundations, InternalClient } from '@dcms/service'
import { activateKit } from './activate-kit.ts'
import { applyForCard } from './apply-for-card.ts'
import type { CardVault } from './card-vault.ts'
import { closeKit } from './close-kit.ts'
import { confirmKits } from './confirm-kits.ts'
import type { Courier } from './courier.ts'
import { entitiesByMaskedCard } from './entities-by-masked-card.ts'
import { fetchAccountsByCardNo } from './fetch-accounts-by-card-no.ts'
import { fetchAccountsByCardNoViaMapping } from './fetch-accounts-by-card-no-via-mapping.ts'
import { fetchByCardNoV2 } from './fetch-by-card-no-v2.ts'
import { fetchKitsByAccountNo } from './fetch-kits-by-account-no.ts'
import { fetchKitsByEntityId } from './fetch-kits-by-entity-id.ts'
import { fetchKitsByEntityIdV2 } from './fetch-kits-by-entity-id-v2.ts'
import { findCards } from './find-cards.ts'
import { getCvv } from './get-cvv.ts'
import { kitForPin } from './kit-for-pin.ts'
import { kitTracking } from './kit-tracking.ts'
import { kitsOfEntity } from './kits-of-entity.ts'
import { manageAllKits } from './manage-all-kits.ts'
import { manageKit } from './manage-kit.ts'
import type { CardNumbering } from './number-cards.ts'
import { reserveKits } from './reserve-kits.ts'
import { upgradeCard } from './upgrade-card.ts'

export interface KitParts {
  vault: CardVault
  logger: Foundations['logger']
  numbering: CardNumbering
  customer: InternalClient
  pinPreference: InternalClient
  /** Absent where no courier is set: then nothing is booked. */
  courier?: Courier | undefined
}

export const commands = ({ vault, numbering, customer, pinPreference, courier, logger }: KitParts): readonly Command[] => [
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
  findCards(vault),
  reserveKits(vault, numbering),
  confirmKits(vault),
]
