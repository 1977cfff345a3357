// The use cases of the kit service: its table of contents.
import type { Command, InternalClient } from '@dcms/service'
import { activateKit } from './activate-kit.ts'
import type { CardVault } from './card-vault.ts'
import { confirmKits } from './confirm-kits.ts'
import { fetchKitsByEntityId } from './fetch-kits-by-entity-id.ts'
import { findCards } from './find-cards.ts'
import { getCvv } from './get-cvv.ts'
import { kitForPin } from './kit-for-pin.ts'
import { kitsOfEntity } from './kits-of-entity.ts'
import { manageKit } from './manage-kit.ts'
import type { CardNumbering } from './number-cards.ts'
import { reserveKits } from './reserve-kits.ts'

export interface KitParts {
  vault: CardVault
  numbering: CardNumbering
  customer: InternalClient
}

export const commands = ({ vault, numbering, customer }: KitParts): readonly Command[] => [
  activateKit,
  manageKit,
  fetchKitsByEntityId(vault, customer),
  getCvv(vault),
  kitsOfEntity,
  kitForPin(vault),
  findCards(vault),
  reserveKits(vault, numbering),
  confirmKits(vault),
]
