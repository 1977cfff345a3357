// The ledger collection: entries that have left their purse.
import { plainModel } from '@dcms/service'
import type { Entry } from './purse.ts'

export interface LedgerRow extends Omit<Entry, 'id'> {
  _id: string // the entry's id
  kitNo: string
}

export const ledgerOf = plainModel<LedgerRow>(
  'ledger',
  {
    kitNo: String,
    transactionType: String,
    status: String,
    amountPaise: Number,
    at: Date,
    txnId: String,
    txnOrigin: String,
    errorCode: String,
    postings: [Object],
    offlinePaise: Number,
    stagedPaise: Number,
  },
  [[{ kitNo: 1, at: -1, _id: -1 }]],
)

export const rowOf = (kitNo: string, { id: _id, ...entry }: Entry): LedgerRow => ({ _id, kitNo, ...entry })
export const entryOf = ({ _id: id, kitNo: _kitNo, ...entry }: LedgerRow): Entry => ({ id, ...entry })
