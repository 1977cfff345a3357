// What callers see of changing a branch.

import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { indianZipCodes } from '../wire/text.ts'
import { line } from '../words/fields.ts'
import { branchProperties, sampleBranch, storedBranch } from './branch.ts'
import type { StoredBranch } from './create-branch.ts'

const request = {
  type: 'object',
  additionalProperties: false,
  ...indianZipCodes,
  required: ['branchId'],
  properties: { ...branchProperties, changer: { ...line, description: 'Who changes it, for the audit trail' } },
} as const
export type UpdateBranch = FromSchema<typeof request>

export const updateBranchEndpoint = publicEndpoint<UpdateBranch, StoredBranch>()({
  name: 'updateBranch',
  method: 'PUT',
  path: '/branch',
  owner: 'inventory-order',
  family: 'branch',
  permission: 'branch.write',
  summary: 'Changes fields of a branch',
  description:
    'Fields that are not sent stay as they are. `pocDetails`, when sent, replaces the whole list. Returns the branch as stored; a repeat changes nothing more.',
  idempotency: 'document',
  request,
  result: storedBranch,
  errors: ['BRN001', 'BRN002', 'BRN003'],
  inputFault: 'BRN001',
  examples: [
    {
      name: 'new name and telephone number',
      request: { branchId: '789001', branchName: 'Main Branch', branchPhoneNumber: '+919876543210', changer: 'admin' },
      result: { ...sampleBranch, status: 'ACTIVE', createdDate: '2024-01-15T10:30:00Z', changedDate: '2024-02-01T09:00:00Z' },
    },
  ],
})
