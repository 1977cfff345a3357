// What callers see of creating a branch.

import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { indianZipCodes } from '../wire/text.ts'
import { line, requestId } from '../words/fields.ts'
import { branchProperties, branchRequired, sampleBranch, storedBranch } from './branch.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  ...indianZipCodes,
  required: branchRequired,
  properties: { ...branchProperties, creator: { ...line, description: 'Who creates it, for the audit trail' }, requestId },
} as const
export type CreateBranch = FromSchema<typeof request>
export type StoredBranch = FromSchema<typeof storedBranch>

const { branchEmailId: _, ...withoutMail } = sampleBranch

export const createBranchEndpoint = publicEndpoint<CreateBranch, StoredBranch>()({
  name: 'createBranch',
  method: 'POST',
  path: '/branch',
  owner: 'inventory-order',
  family: 'branch',
  permission: 'branch.write',
  summary: 'Creates a branch: a place that orders kits and keeps them',
  description:
    'Returns the branch as stored. `branchId` and `branchCode` are each unique in the tenant; one that is taken is refused with `BRN002`. Kits and card orders can refer to the branch at once.',
  idempotency: 'stored',
  request,
  result: storedBranch,
  errors: ['BRN001', 'BRN002'],
  inputFault: 'BRN001',
  examples: [
    {
      name: 'branch with a point of contact',
      request: { ...sampleBranch, creator: 'admin' },
      result: { ...sampleBranch, status: 'ACTIVE', createdDate: '2024-01-15T10:30:00Z', changedDate: '2024-01-15T10:30:00Z' },
    },
    {
      name: 'no mail address, nobody named yet',
      request: { ...withoutMail, branchId: '789002', branchCode: 'BR002', pocDetails: [] },
      result: {
        ...withoutMail,
        branchId: '789002',
        branchCode: 'BR002',
        pocDetails: [],
        status: 'ACTIVE',
        createdDate: '2024-01-15T10:30:00Z',
        changedDate: '2024-01-15T10:30:00Z',
      },
    },
  ],
})
