// Listing a customer's kits. Contract: packages/contract/src/kit/fetch-kits-by-entity-id.ts.
import { entityExistsEndpoint, fetchKitsByEntityIdEndpoint } from '@dcms/contract'
import { answer, command, type InternalClient, refuse } from '@dcms/service'
import type { CardVault } from '../vault/card-vault.ts'
import { kitsOfCustomer } from './kits-of-entity.ts'

/**
 * A customer without kits gets an empty list; whether the customer exists at all only the customer
 * context knows.
 */
export const fetchKitsByEntityId = (vault: CardVault, customer: InternalClient, endpoint = fetchKitsByEntityIdEndpoint) =>
  command(endpoint, async ({ entityId }, scope) => {
    const kits = await kitsOfCustomer(scope.tenant, entityId)
    if (kits.length > 0) return answer(await Promise.all(kits.map((kit) => vault.kitInfoWithCardNumber(scope.tenant, kit))))
    const asked = await customer.call(entityExistsEndpoint, { entityId }, scope)
    return asked.kind === 'answer' && asked.result.exists ? answer([]) : refuse('CUS001')
  })
