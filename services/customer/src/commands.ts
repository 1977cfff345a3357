// The use cases of the customer service: its table of contents.
import type { Command, Foundations, InternalClient } from '@dcms/service'
import { accountHolders } from './account-holders.ts'
import { accountsOfEntity } from './accounts-of-entity.ts'
import { customersByMobile } from './customers-by-mobile.ts'
import { deliveryTo } from './delivery-to.ts'
import { entityExists } from './entity-exists.ts'
import { fetchByCif } from './fetch-by-cif.ts'
import { fetchByCifV2 } from './fetch-by-cif-v2.ts'
import { fetchCifByMaskedCard } from './fetch-cif-by-masked-card.ts'
import type { KycVault } from './kyc-vault.ts'
import { register } from './register.ts'
import { registerCard } from './register-card.ts'
import { updateAccount } from './update-account.ts'
import { updateProofOfAddress } from './update-proof-of-address.ts'
import { updateProofOfIdentity } from './update-proof-of-identity.ts'
import { viewCustomer } from './view-customer.ts'

export interface CustomerParts extends Pick<Foundations, 'logger'> {
  kyc: KycVault
  kit: InternalClient
  pinPreference: InternalClient
}

export const commands = ({ kyc, kit, pinPreference, logger }: CustomerParts): readonly Command[] => [
  register(kyc, kit),
  registerCard(kit),
  viewCustomer(kit, logger),
  fetchByCif({ kit, pinPreference }),
  fetchByCifV2({ kit, pinPreference }),
  fetchCifByMaskedCard(kit),
  updateProofOfIdentity,
  updateProofOfAddress,
  updateAccount(kit),
  entityExists,
  customersByMobile,
  accountsOfEntity,
  accountHolders,
  deliveryTo,
]
