// What operators see of a bank's stock, page by page: how much there is, and where its ledger is
// wrong. `dcms stock show` and `dcms stock verify` add the pages up.
import type { FromSchema } from 'json-schema-to-ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import type { CardStatus } from '../words/card-statuses.ts'
import { kitNo } from '../words/fields.ts'
import { branchId } from '../words/stock.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  properties: {
    branchId: { ...branchId, description: 'Only what is at this branch, or was when it was handed out' },
    after: { ...kitNo, description: 'The last kit of the page before' },
    isCompared: { type: 'boolean', description: 'Also whether the kit service says the same of each kit; false when absent' },
  },
} as const
export type SumStock = FromSchema<typeof request>

/** Kits that have all of this in common. */
export interface StockSum {
  branchId: string
  productId: string
  orderId: string
  kitStatus: CardStatus
  /** Null for virtual kits. */
  deliveryStatus: string | null
  /** Whether they are being handed out just now. */
  held: boolean
  kits: number
}

/**
 * A kit whose entries in the stock ledger do not say where it is, or that is another for the kit
 * service.
 */
export interface LedgerFault {
  kitNo: string
  fault: string
}

export interface StockPage {
  sums: readonly StockSum[]
  faults: readonly LedgerFault[]
  /** The last kit of this page; absent when there is no further one. */
  after?: string
}

export const sumStockEndpoint = internalEndpoint<SumStock, StockPage>()({
  name: 'sumStock',
  method: 'POST',
  path: '/internal/admin/stock/sum',
  owner: 'inventory-order',
  callers: ['ops'],
  summary: 'Sums up a page of a bank’s stock and checks the ledger entries of its kits, and the kit service’s word on them',
  idempotency: 'read',
  request,
  result: { type: 'object' },
  errors: ['invalid.input.request', 'service.unavailable'],
})
