// What followers see of the files that go to card vendors and come from them.
import type { FromSchema } from 'json-schema-to-ts'
import { eventType } from '../wire/event.ts'

const text = { type: 'string' } as const
const instant = { type: 'string', format: 'date-time' } as const

const persoFileDelivered = {
  type: 'object',
  required: ['type', 'orderId', 'vendor', 'fileName', 'rows', 'kits', 'sentAt'],
  properties: {
    type: { const: 'PersoFileDelivered' },
    orderId: text,
    vendor: { ...text, description: 'The bank’s name of the vendor' },
    fileName: text,
    rows: { type: 'integer', minimum: 0, description: 'Cards in the file' },
    kits: {
      type: 'array',
      description: 'Their kits, as rows of consecutive numbers',
      items: {
        type: 'object',
        required: ['productId', 'firstKitNo', 'count'],
        properties: {
          productId: text,
          firstKitNo: text,
          count: { type: 'integer', minimum: 1 },
          pinGeneration: { type: 'boolean', description: 'true: a PIN was ordered for each of them' },
        },
      },
    },
    branchId: text,
    address: { ...text, description: 'Delivery address of the order, its parts joined by `~`' },
    pinCode: { ...text, description: 'Postal code' },
    sentAt: instant,
  },
} as const
export type PersoFileDelivered = FromSchema<typeof persoFileDelivered>

export const persoFileDeliveredEvent = eventType<PersoFileDelivered>()({
  type: 'PersoFileDelivered',
  version: 1,
  owner: 'kit',
  summary: 'A vendor has the file with the cards of an order; subject is the orderId',
  schema: persoFileDelivered,
  example: {
    type: 'PersoFileDelivered',
    orderId: 'ORD-001',
    vendor: 'PERSO_WEST',
    fileName: 'perso-ORD-001-PERSO_WEST',
    rows: 100,
    kits: [{ productId: '2003_PHYSICAL', firstKitNo: '4240181652', count: 100, pinGeneration: true }],
    branchId: 'BRANCH001',
    address: '123 Main St~Near City Center~MG Road~Chennai~Tamil Nadu~India',
    pinCode: '600001',
    sentAt: '2026-01-05T10:00:00.000Z',
  },
})

/** What a vendor may say of a card. */
export const vendorWords = ['PRODUCED', 'DISPATCHED', 'REJECTED'] as const
export type VendorWord = (typeof vendorWords)[number]

const vendorReported = {
  type: 'object',
  required: ['type', 'vendor', 'fileName', 'batch', 'batches', 'kits', 'reportedAt'],
  properties: {
    type: { const: 'VendorReported' },
    vendor: { ...text, description: 'The bank’s name of the vendor' },
    fileName: text,
    batch: { type: 'integer', minimum: 1 },
    batches: { type: 'integer', minimum: 1, description: 'How many events tell of the file' },
    kits: {
      type: 'array',
      minItems: 1,
      maxItems: 500,
      items: {
        type: 'object',
        required: ['kitNo', 'status'],
        properties: {
          kitNo: text,
          status: { enum: vendorWords },
          awbNo: text,
          courier: text,
          dispatchDate: text,
          reason: text,
        },
      },
    },
    reportedAt: instant,
  },
} as const
export type VendorReported = FromSchema<typeof vendorReported>

export const vendorReportedEvent = eventType<VendorReported>()({
  type: 'VendorReported',
  version: 1,
  owner: 'kit',
  summary: 'A signed file of a vendor tells what became of cards; subject is the file',
  schema: vendorReported,
  example: {
    type: 'VendorReported',
    vendor: 'PERSO_WEST',
    fileName: 'perso-ORD-001-PERSO_WEST.r001',
    batch: 1,
    batches: 1,
    kits: [
      { kitNo: '4240181652', status: 'DISPATCHED', awbNo: '32592000001', courier: 'SANDBOX COURIER', dispatchDate: '2026-01-06' },
      { kitNo: '4240181653', status: 'REJECTED', reason: 'chip does not answer' },
    ],
    reportedAt: '2026-01-06T10:00:00.000Z',
  },
})
