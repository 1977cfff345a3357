// The kits of a customer as they stand now, for viewCustomer. Contract: packages/contract/src/kit/fetch-kits-by-entity-id.ts.
import { kitsOfEntityEndpoint } from '@dcms/contract'
import { answer, command, type Tenant } from '@dcms/service'
import { type IssuedKit, isIssued, type Kit, kitInfoOf, kitsOf, withoutOutbox } from './kit.ts'

const KITS_MAX = 500

export const kitsOfEntity = command(kitsOfEntityEndpoint, async ({ entityId }, { tenant }) =>
  answer((await kitsOfCustomer(tenant, entityId)).map(kitInfoOf)),
)

/** All kits of a customer in every status, oldest first. */
export async function kitsOfCustomer(tenant: Tenant, entityId: string): Promise<IssuedKit[]> {
  const kits = await kitsOf(tenant).find({ entityId }, withoutOutbox).sort({ createdAt: 1, _id: 1 }).limit(KITS_MAX).lean<Kit[]>()
  return kits.filter(isIssued)
}
