// A movement of stock: a transfer between branches or a withdrawal, recorded before the first kit
// moves, so that a sweep can finish what a dead process began.
import { aggregateModel, type Stored } from '@dcms/service'

export interface Movement extends Stored {
  _id: string // transferId or withdrawalId: the command's id
  kind: 'TRANSFER' | 'WITHDRAWAL'
  /** Of a withdrawal of kits whose cards are no good. */
  isDamaged?: boolean
  status: 'MOVING' | 'DONE'
  fromBranch?: string
  toBranch?: string
  /** Of a withdrawal that named a parent kit. */
  parentKitNo?: string
  /** What the caller named, kits and parent kits, each once. */
  named: string[]
  /** The kits that may move, those of parent kits included; at most 1,000 stand in one movement. */
  kitNos: string[]
  /** The parent kits that go with them. */
  parentKitNos: string[]
  /** What moved, once it is done. */
  movedKitNos?: string[]
  movedParentKitNos?: string[]
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
    isDamaged: Boolean,
    fromBranch: String,
    toBranch: String,
    parentKitNo: String,
    named: [String],
    kitNos: [String],
    parentKitNos: [String],
    movedKitNos: { type: [String], default: undefined },
    movedParentKitNos: { type: [String], default: undefined },
    creator: String,
    changer: String,
    approver: String,
    begunAt: Date,
    pendingAt: Date,
  },
  [[{ pendingAt: 1 }, { partialFilterExpression: { pendingAt: { $exists: true } } }]],
)
