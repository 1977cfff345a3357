// What callers see of locking, unlocking or blocking all kits of a customer.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { cardStatus, entityId, mobileNumber, requestId } from '../words/fields.ts'
import { managementReason } from './manage-kit.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['operation'],
  properties: {
    mobileNo: { ...mobileNumber, description: 'A mobile number of the customer; this or entityId is required' },
    entityId: { ...entityId, description: 'The customer; this or mobileNo is required' },
    operation: { enum: ['BLOCK', 'LOCK', 'UNLOCK'] },
    ...managementReason,
    requestId,
  },
} as const
export type ManageAllKits = FromSchema<typeof request>

const result = {
  type: 'object',
  additionalProperties: false,
  required: ['managedCards', 'totalCardsManaged', 'operation', 'entityId'],
  properties: {
    managedCards: {
      type: 'array',
      description: 'The cards that changed, oldest first; the first 5,000 of them',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['kitNo', 'cardNumber', 'previousStatus', 'currentStatus'],
        properties: {
          kitNo: { type: 'string' },
          cardNumber: { type: 'string', description: 'Masked: first six, X, last four' },
          previousStatus: cardStatus,
          currentStatus: cardStatus,
        },
      },
    },
    totalCardsManaged: { type: 'integer', minimum: 0, description: 'How many cards changed, listed or not' },
    operation: request.properties.operation,
    entityId: { type: 'string', description: 'The customer who was found' },
  },
} as const
export type AllKitsManaged = FromSchema<typeof result>

export const manageAllKitsEndpoint = publicEndpoint<ManageAllKits, AllKitsManaged>()({
  name: 'manageAllKits',
  method: 'POST',
  path: '/kit-manager/manageAllKits',
  owner: 'kit',
  family: 'kit',
  permission: 'kit.control',
  permissionOfOperation: { BLOCK: 'kit.control', LOCK: 'kit.control', UNLOCK: 'kit.control' },
  summary: 'Locks, unlocks or blocks all cards of a customer in one call',
  description: `For a lost phone or wallet. The customer is found by \`entityId\` or by \`mobileNo\`; with both, they must be the same customer. A number that several customers share needs the \`entityId\`. A call with neither of them, with both but of different customers, or with a shared number alone is refused with \`invalid.input.request\`; if no customer is found, with \`CUS001\`.

Each card follows the rules of \`manageKit\`; a card whose status does not allow the operation is skipped and not listed, so the list may be empty. \`BLOCK\` cannot be undone.

All cards are changed, however many there are. If there are more than one call can change in a few seconds (some thousands), it answers \`service.unavailable\` and says how many have been changed so far: the same call with the same \`requestId\` changes the rest, and its answer lists the cards of all calls.

A repeat with the same \`requestId\` gives the first answer again; without one it lists only what it changed itself, usually nothing.`,
  idempotency: 'stored',
  request,
  result,
  errors: [
    'invalid.input.request',
    'CUS001',
    'idempotency.conflict',
    'idempotency.in.progress',
    'concurrent.change',
    'service.unavailable',
  ],
  examples: [
    {
      name: 'block by mobile number',
      request: { mobileNo: '9876543210', operation: 'BLOCK', reason: 'CUSTOMER_REQUEST', changer: 'user', channel: 'IVR' },
      result: {
        managedCards: [
          { kitNo: '4240181652', cardNumber: '608040XXXXXX6954', previousStatus: 'ACTIVE', currentStatus: 'BLOCKED' },
          { kitNo: '4240181653', cardNumber: '608040XXXXXX6962', previousStatus: 'ACTIVE', currentStatus: 'BLOCKED' },
        ],
        totalCardsManaged: 2,
        operation: 'BLOCK',
        entityId: 'req11',
      },
    },
    {
      name: 'lock by entityId, no card that can be locked',
      request: { entityId: 'req11', operation: 'LOCK' },
      result: { managedCards: [], totalCardsManaged: 0, operation: 'LOCK', entityId: 'req11' },
    },
  ],
})
