// What callers and followers see of telling where cards are.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { eventType } from '../wire/event.ts'
import { kitNo } from '../words/fields.ts'
import { deliveryStatus, KITS_MAX } from '../words/stock.ts'

/** Which delivery status may follow which; `NONE`: the kit has none yet. */
export const deliverySteps: Readonly<Record<string, readonly string[]>> = {
  NONE: ['BANK', 'IN_TRANSIT'],
  IN_TRANSIT: ['BANK', 'DELIVERED', 'RETURNED'],
  BANK: ['IN_TRANSIT', 'DELIVERED', 'RETURNED'],
  DELIVERED: ['RETURNED'],
  RETURNED: ['IN_TRANSIT', 'BANK'],
}

const stepsAsTable = [
  '| Present | Possible |\n| --- | --- |',
  ...Object.entries(deliverySteps).map(
    ([present, next]) => `| ${present === 'NONE' ? 'none' : `\`${present}\``} | ${next.map((each) => `\`${each}\``).join(', ')} |`,
  ),
].join('\n')

/** The body is a list, as the page shows it. */
const request = {
  type: 'array',
  minItems: 1,
  maxItems: KITS_MAX,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['deliveryStatus', 'kitNo'],
    properties: {
      deliveryStatus: { ...deliveryStatus, description: 'New status of these kits, from the tenant’s list, in upper or lower case' },
      kitNo: { type: 'array', minItems: 1, maxItems: KITS_MAX, items: kitNo, description: 'Kits; at most 1,000 in the whole call' },
    },
  },
} as const
export type UpdateDeliveryStatus = FromSchema<typeof request>

const text = { type: 'string' } as const
const result = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['kitNo', 'status'],
    properties: {
      kitNo: text,
      result: { const: true, description: 'Only when the kit was updated or already had this status' },
      status: { enum: ['200', '500'], description: '`200` done, `500` refused: see `exception`' },
      exception: {
        type: 'object',
        additionalProperties: false,
        required: [
          'errorCode',
          'shortMessage',
          'detailMessage',
          'errorMessage',
          'reasonCode',
          'httpStatus',
          'fieldError',
          'cause',
          'languageCode',
          'localizedMessage',
          'message',
          'suppressed',
        ],
        description: 'Only when the kit was refused',
        properties: {
          errorCode: text,
          shortMessage: text,
          detailMessage: text,
          errorMessage: text,
          reasonCode: text,
          httpStatus: text,
          fieldError: { type: 'array', items: text },
          cause: { type: 'null' },
          languageCode: { const: 'en' },
          localizedMessage: { type: 'null' },
          message: { type: 'null' },
          suppressed: { type: 'array', maxItems: 0 },
        },
      },
    },
  },
} as const
export type DeliveryStatusRows = FromSchema<typeof result>

const unknownKit = {
  errorCode: 'MCC007',
  shortMessage: 'valid kit not found',
  detailMessage: 'valid kit not found',
  errorMessage: 'valid kit not found',
  reasonCode: 'kit.not.found',
  httpStatus: 'BAD_REQUEST',
  fieldError: ['Invalid Kit No'],
  cause: null,
  languageCode: 'en',
  localizedMessage: null,
  message: null,
  suppressed: [],
} as const

export const updateDeliveryStatusEndpoint = publicEndpoint<UpdateDeliveryStatus, DeliveryStatusRows>()({
  name: 'updateDeliveryStatus',
  method: 'POST',
  path: '/inventory/update/deliveryStatus',
  owner: 'inventory-order',
  family: 'inventory',
  permission: 'inventory.write',
  summary: 'Sets the delivery status of kits, each on its own',
  description: [
    'The body is a list. The answer has **HTTP 200 even when kits were refused**: one row per kit, in the order of the request. A kit is refused on its own with `MCC007` (unknown), `INV003` (virtual), `INV005` (does not follow its present status) or `invalid.input.request` (not in the tenant’s list); a malformed body or more than 1,000 kits refuse the whole call.',
    stepsAsTable,
    'Setting the same status again succeeds and changes nothing, so the call may be repeated.',
  ].join('\n\n'),
  idempotency: 'document',
  request,
  result,
  errors: ['invalid.input.request', 'MCC007', 'INV003', 'INV005'],
  examples: [
    {
      name: 'two kits arrived, one is unknown',
      request: [
        { deliveryStatus: 'DELIVERED', kitNo: ['10012192', '10000843'] },
        { deliveryStatus: 'BANK', kitNo: ['234'] },
      ],
      result: [
        { kitNo: '10012192', result: true, status: '200' },
        { kitNo: '10000843', result: true, status: '200' },
        { kitNo: '234', status: '500', exception: unknownKit },
      ],
    },
  ],
})

const event = {
  type: 'object',
  required: ['type', 'kitNo', 'branchId', 'deliveryStatus', 'updatedAt'],
  properties: {
    type: { const: 'DeliveryUpdated' },
    kitNo: text,
    branchId: { type: 'string', description: 'Branch whose stock the kit is or was' },
    previousStatus: { type: 'string', description: 'Absent when there was none' },
    deliveryStatus: text,
    updatedAt: { type: 'string', format: 'date-time' },
  },
} as const
export type DeliveryUpdated = FromSchema<typeof event>

export const deliveryUpdatedEvent = eventType<DeliveryUpdated>()({
  type: 'DeliveryUpdated',
  version: 1,
  owner: 'inventory-order',
  summary: 'A card is now somewhere else; subject is the kitNo',
  schema: event,
  example: {
    type: 'DeliveryUpdated',
    kitNo: '10012192',
    branchId: 'BRANCH001',
    previousStatus: 'IN_TRANSIT',
    deliveryStatus: 'DELIVERED',
    updatedAt: '2025-01-20T08:00:00.000Z',
  },
})
