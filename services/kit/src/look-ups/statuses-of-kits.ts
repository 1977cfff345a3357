// The present statuses of many kits, for the stock to compare itself with. Contract:
// packages/contract/src/kit/statuses-of-kits.ts.
import { statusesOfKitsEndpoint } from '@dcms/contract'
import { answer, command } from '@dcms/service'
import { type Kit, kitsOf } from '../kit.ts'

/** A kit from stock that is about to be handed out is still UNALLOCATED. */
export const statusesOfKits = command(statusesOfKitsEndpoint, async ({ kitNos }, { tenant }) => {
  const kits = await kitsOf(tenant)
    .find({ _id: { $in: kitNos } }, { status: 1, entityId: 1 })
    .sort({ _id: 1 })
    .lean<Pick<Kit, '_id' | 'status' | 'entityId'>[]>()
  return answer({
    kits: kits.flatMap(({ _id: kitNo, status: cardStatus, entityId }) =>
      cardStatus === 'RESERVED' ? [] : [{ kitNo, cardStatus, ...(entityId !== undefined && { entityId }) }],
    ),
  })
})
