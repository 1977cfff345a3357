// Owner, product and status of one kit. Contract: packages/contract/src/kit/fetch-kits-by-entity-id.ts.
import { kitOwnerEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { isIssued, type Kit, kitsOf, withoutOutbox } from './kit.ts'

export const kitOwner = command(kitOwnerEndpoint, async ({ kitNo }, { tenant }) => {
  const kit = await kitsOf(tenant).findById(kitNo, withoutOutbox).lean<Kit>()
  return answer(kit && isIssued(kit) ? { entityId: kit.entityId, productId: kit.productId, cardStatus: kit.status } : null)
})
