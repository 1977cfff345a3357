// What callers see of ordering pre-generated kits, whose card data came in a file.
import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { requestId } from '../words/fields.ts'
import { fileName, orderProperties, sampleOrder } from './order.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  required: ['branchInfo', 'products', 'fileName'],
  properties: { ...orderProperties, fileName: { ...fileName, description: 'Name that `/card-order/uploadFile` returned' }, requestId },
} as const
export type CreateCardOrderWithFile = FromSchema<typeof request>

export const createCardOrderWithFileEndpoint = publicEndpoint<CreateCardOrderWithFile, 'success'>()({
  name: 'createCardOrderWithFile',
  method: 'POST',
  path: '/card-order/withFile',
  owner: 'inventory-order',
  family: 'card-order',
  permission: 'card-order.write',
  summary: 'Orders pre-generated kits (PGK) from an uploaded file',
  description: [
    'Like `/card-order`, but the card data comes from a file that was uploaded before. Products and quantities must be those of the file, otherwise `ORD008`. A file can be used for one order only.',
    'The header `X-Order-Id` of the answer holds the order’s id. Sending the same order again under the same `orderId` succeeds; a different one is refused with `ORD004`.',
  ].join('\n\n'),
  idempotency: 'stored',
  request,
  result: { const: 'success' },
  errors: ['ORD001', 'ORD004', 'ORD005', 'ORD007', 'ORD008'],
  inputFault: 'ORD001',
  examples: [
    {
      name: 'order of the kits of a file',
      request: { ...sampleOrder, orderId: 'TEST_PGKKIT_ORDER', fileName: 'Insta_PGK_Format_With_check_File.txt' },
      result: 'success',
    },
  ],
})
