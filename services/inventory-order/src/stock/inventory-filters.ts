// The filters of the inventory's query, as the store is asked for them.
import type { FetchKitDetailsFromInventory } from '@dcms/contract'
import type { Scope } from '@dcms/service'

export interface InventoryFilters {
  /** What kits and parent kits have alike. */
  shared: object
  /** What only kits have, and parent kits through theirs. */
  ofKits: object
}

/** A user of one branch finds what is there alone. */
export function filtersOf(input: FetchKitDetailsFromInventory, { branch }: Pick<Scope, 'branch'>): InventoryFilters {
  const { kitRefNo, orderIds, branchId, orderingPartyId, orderingPartyType, fromDate, toDate, kitStatus, deliveryStatus } = input
  const branches = [branchId, branch].filter((each) => each !== undefined)
  return {
    shared: {
      ...(kitRefNo && { _id: { $in: kitRefNo } }),
      ...(orderIds && { orderId: { $in: orderIds } }),
      ...(branches.length > 0 && { branchId: { $in: branches.filter((each) => branches.every((other) => other === each)).slice(0, 1) } }),
      ...(orderingPartyId !== undefined && { orderingPartyId }),
      ...(orderingPartyType !== undefined && { orderingPartyType }),
      ...((fromDate !== undefined || toDate !== undefined) && {
        createdAt: { ...(fromDate !== undefined && { $gte: new Date(fromDate) }), ...(toDate !== undefined && { $lte: new Date(toDate) }) },
      }),
    },
    ofKits: { ...(kitStatus !== undefined && { kitStatus }), ...(deliveryStatus !== undefined && { deliveryStatus }) },
  }
}
