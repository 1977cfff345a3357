// A movement of stock: a transfer between branches or a withdrawal, recorded before the first kit
// moves, so that a sweep can finish what a dead process began.
import { aggregateModel, type Stored } from '@dcms/service'

export interface Movement extends Stored {
  _id: string // transferId or withdrawalId: the command's id
  kind: 'TRANSFER' | 'WITHDRAWAL'
  status: 'MOVING' | 'DONE'
  fromBranch?: string
  toBranch?: string
  parentKitNo?: string
  /** The parent kits that were named. */
  parentKitNos: string[]
  /** The kits that were named, and those of the parents; at most 1,000 stand in one movement. */
  kitNos: string[]
  /** Those that moved, once it is done. */
  movedKitNos?: string[]
  creator?: string
  changer?: string
  approver?: string
  begunAt: Date
  /** Present until it is done; its partial index is what the sweep reads. */
  pendingAt?: Date
}

/** The movements of one bank's stock. */
export const movementsOf = aggregateModel<Movement>(
  'movements',
  {
    kind: { type: String, required: true },
    status: { type: String, required: true },
    fromBranch: String,
    toBranch: String,
    parentKitNo: String,
    parentKitNos: [String],
    kitNos: [String],
    movedKitNos: { type: [String], default: undefined },
    creator: String,
    changer: String,
    approver: String,
    begunAt: Date,
    pendingAt: Date,
  },
  [[{ pendingAt: 1 }, { partialFilterExpression: { pendingAt: { $exists: true } } }]],
)
