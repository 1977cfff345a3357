// A vendor's own file that was fetched: what became of it, so that it is applied once and told of
// batch by batch.
import { aggregateModel, type Stored } from '@dcms/service'

export interface VendorReturn extends Stored {
  _id: string // <drop>/<file>
  vendor: string
  fileName: string
  /** SHA-256 of the file as it was fetched last. */
  sha256: string
  /** That of the one that is told of, or was begun to be; absent where none was good. */
  begun?: string
  status: 'APPLYING' | 'APPLIED' | 'REFUSED'
  rows: number
  /** Events that tell of it, and those that are told. */
  batches: number
  told: number
  /** Why it was refused. */
  reason?: string
  /** Kits that it names and that are none of this vendor's. */
  foreign: number
  seenAt: Date
}

/** The files of one bank's vendors. */
export const vendorReturnsOf = aggregateModel<VendorReturn>('vendorReturns', {
  vendor: String,
  fileName: String,
  sha256: String,
  begun: String,
  status: { type: String, required: true },
  rows: Number,
  batches: Number,
  told: Number,
  reason: String,
  foreign: Number,
  seenAt: Date,
})
