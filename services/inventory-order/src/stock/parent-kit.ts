// What a parent kit (box) is and how it is stored: the kits in it know its number, it knows where
// the box itself is.
import { aggregateModel, type Stored } from '@dcms/service'
import type { StockKit } from './stock-kit.ts'

export interface ParentKit
  extends Stored,
    Pick<
      StockKit,
      | 'orderId'
      | 'branchId'
      | 'orderingPartyId'
      | 'orderingPartyType'
      | 'productId'
      | 'bin'
      | 'plasticCode'
      | 'cardType'
      | 'embossType'
      | 'expDate'
      | 'createdAt'
      | 'changedAt'
    > {
  _id: string // parentKitNo
}

/** The parent kits that came into one bank's stock. */
export const parentKitsOf = aggregateModel<ParentKit>(
  'parents',
  {
    orderId: String,
    branchId: String,
    orderingPartyId: String,
    orderingPartyType: String,
    productId: String,
    bin: String,
    plasticCode: String,
    cardType: String,
    embossType: String,
    expDate: String,
    createdAt: Date,
    changedAt: Date,
  },
  [[{ branchId: 1, _id: 1 }], [{ orderId: 1, _id: 1 }], [{ orderingPartyId: 1, _id: 1 }]],
)
