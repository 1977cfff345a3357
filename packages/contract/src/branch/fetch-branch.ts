// What callers see of querying branches.

import type { FromSchema } from 'json-schema-to-ts'
import { publicEndpoint } from '../wire/endpoint.ts'
import { filledText } from '../wire/text.ts'
import type { CallersView } from '../words/fields.ts'
import { localTime, pageNoFromOne, pageSize } from '../words/stock.ts'
import { branchProperties, branchRequired, sampleBranch } from './branch.ts'

const { branchId, branchCode } = branchProperties
const time = (description: string) => ({ ...localTime, description: `${description}, inclusive; time zone of the tenant` }) as const

const request = {
  type: 'object',
  additionalProperties: false,
  properties: {
    branchId: { ...branchId, description: 'Exactly this branch' },
    branchCode: { ...branchCode, description: 'Exactly this code' },
    branchName: {
      type: 'string',
      ...filledText,
      minLength: 1,
      maxLength: 100,
      description: 'Part of the name, in upper or lower case',
    },
    fromCreatedDate: time('Created from'),
    toCreatedDate: time('Created until'),
    fromChangedDate: time('Last changed from'),
    toChangedDate: time('Last changed until'),
    pageNo: pageNoFromOne,
    pageSize,
    isAudit: { type: 'boolean', default: false, description: 'true adds `audit`: who created and changed the branch, and when' },
    sortFields: {
      type: 'object',
      description: 'Field → `ASC` or `DESC`; the order of the keys is the order of sorting',
      maxProperties: 5,
      propertyNames: {
        enum: ['branchId', 'branchCode', 'branchName', 'city', 'state', 'country', 'district', 'zipCode', 'createdDate', 'changedDate'],
      },
      additionalProperties: { enum: ['ASC', 'DESC'] },
    },
  },
} as const
export type FetchBranch = FromSchema<typeof request, CallersView>

const result = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: branchRequired,
    properties: {
      ...branchProperties,
      audit: {
        type: 'object',
        additionalProperties: false,
        required: ['createdDate', 'changedDate'],
        description: 'Only with `isAudit: true`',
        properties: {
          creator: { type: 'string' },
          createdDate: { type: 'string', format: 'date-time' },
          changer: { type: 'string' },
          changedDate: { type: 'string', format: 'date-time' },
        },
      },
    },
  },
} as const
export type FetchedBranches = FromSchema<typeof result>

const found = { ...sampleBranch, branchId: 'BR001', branchCode: 'BRC001' }

export const fetchBranchEndpoint = publicEndpoint<FetchBranch, FetchedBranches>()({
  name: 'fetchBranch',
  method: 'POST',
  path: '/branch/fetch',
  owner: 'inventory-order',
  family: 'branch',
  permission: 'branch.read',
  summary: 'Finds branches by id, code, name and dates',
  description:
    'All filters are optional and apply together. Pages count **from 1**; `pagination` of the envelope is filled. If nothing matches, the list is empty; that is not an error.',
  idempotency: 'read',
  request,
  result,
  errors: ['BRN001'],
  inputFault: 'BRN001',
  examples: [
    {
      name: 'all filters',
      request: {
        branchId: 'BR001',
        branchCode: 'BRC001',
        branchName: 'Main Branch',
        fromCreatedDate: '2024-01-01 00:00:00',
        toCreatedDate: '2024-03-31 23:59:59',
        fromChangedDate: '2024-01-01 00:00:00',
        toChangedDate: '2024-03-31 23:59:59',
        pageNo: 1,
        pageSize: 10,
        isAudit: false,
        sortFields: { branchName: 'ASC', createdDate: 'DESC' },
      },
      result: [found],
    },
    {
      name: 'who created and changed it',
      request: { branchId: 'BR001', isAudit: true },
      result: [
        {
          ...found,
          audit: { creator: 'admin', createdDate: '2024-01-15T10:30:00Z', changer: 'admin', changedDate: '2024-02-01T09:00:00Z' },
        },
      ],
    },
  ],
})
