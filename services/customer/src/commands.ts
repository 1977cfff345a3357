// The use cases of the customer service: its table of contents.
import type { Command, Foundations, InternalClient } from '@dcms/service'
import { accountsOfEntity } from './accounts-of-entity.ts'
import { customersByMobile } from './customers-by-mobile.ts'
import { entityExists } from './entity-exists.ts'
import type { KycVault } from './kyc-vault.ts'
import { register } from './register.ts'
import { registerCard } from './register-card.ts'
import { viewCustomer } from './view-customer.ts'

export interface CustomerParts extends Pick<Foundations, 'logger'> {
  kyc: KycVault
  kit: InternalClient
}

export const commands = ({ kyc, kit, logger }: CustomerParts): readonly Command[] => [
  register(kyc, kit),
  registerCard(kit),
  viewCustomer(kit, logger),
  entityExists,
  customersByMobile,
  accountsOfEntity,
]
