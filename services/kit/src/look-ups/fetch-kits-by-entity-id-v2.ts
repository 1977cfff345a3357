// The second address of fetchKitsByEntityId. Contract:
// packages/contract/src/kit/fetch-kits-by-entity-id-v2.ts.
import { fetchKitsByEntityIdV2Endpoint } from '@dcms/contract'
import type { InternalClient } from '@dcms/service'
import type { CardVault } from '../vault/card-vault.ts'
import { fetchKitsByEntityId } from './fetch-kits-by-entity-id.ts'

export const fetchKitsByEntityIdV2 = (vault: CardVault, customer: InternalClient) =>
  fetchKitsByEntityId(vault, customer, fetchKitsByEntityIdV2Endpoint)
