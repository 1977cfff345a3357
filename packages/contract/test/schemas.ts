// Every schema that a body from outside a process is held against.
import * as contract from '@dcms/contract'
/** By a name that says where it is. */
export const schemas = new Map<string, object>([
  ['a tenant definition', contract.tenantSchema],
  ['authenticate', contract.authenticateRequest],
  ['open session', contract.openSessionRequest],
  ['tenant version', contract.tenantVersionRequest],
  ['list jobs', contract.jobsListRequest],
  ['run job', contract.jobsRunRequest],
])
for (const { name, request } of contract.publicEndpointList) schemas.set(name, request)
for (const each of Object.values(contract))
  if (typeof each === 'object' && 'path' in each && 'request' in each && typeof each.request === 'object')
    schemas.set(String(each.path), each.request)

/** What the tests read of a schema. */
export interface Schema {
  type?: string | string[]
  enum?: readonly unknown[]
  maxLength?: number
  maxItems?: number
  maxProperties?: number
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
}
