// Operators' commands, `dcms …`: internal endpoints that take an operator's token only.

import { type TenantDefinition, tenantSchema } from '../tenant/tenant.ts'
import { internalEndpoint } from '../wire/endpoint.ts'
import type { Role } from '../wire/roles.ts'
import { roles } from '../wire/roles.ts'
import { branchId } from '../words/stock.ts'

const tenant = { type: 'string', pattern: '^[A-Z][A-Z0-9_]{1,29}$', maxLength: 30 } as const
const username = { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$', maxLength: 64 } as const

export const applyTenantEndpoint = internalEndpoint<TenantDefinition, { tenant: string; version: number; changed: boolean }>()({
  name: 'applyTenant',
  method: 'POST',
  path: '/internal/admin/apply-tenant',
  owner: 'gateway',
  callers: ['ops'],
  summary: 'Stores and publishes a tenant definition; the same definition again changes nothing',
  idempotency: 'document',
  request: tenantSchema,
  result: { type: 'object' },
  errors: ['invalid.input.request', 'invalid.bin.range', 'concurrent.change'],
})

export interface AddUser {
  tenant: string
  username: string
  password: string
  roles: Role[]
  /** Code of the branch that a BRANCH_USER works for. */
  branch?: string
}

export const addUserEndpoint = internalEndpoint<AddUser, { username: string; created: boolean }>()({
  name: 'addUser',
  method: 'POST',
  path: '/internal/admin/add-user',
  owner: 'gateway',
  callers: ['ops'],
  summary: 'Adds an API user of a tenant, or gives a known one a new password and roles (which revokes its tokens)',
  idempotency: 'document',
  request: {
    type: 'object',
    additionalProperties: false,
    required: ['tenant', 'username', 'password', 'roles'],
    properties: {
      tenant,
      username,
      password: { type: 'string', minLength: 12, maxLength: 200 },
      roles: { type: 'array', minItems: 1, maxItems: 6, items: { enum: roles } },
      branch: branchId,
    },
  },
  result: { type: 'object' },
  errors: ['invalid.input.request', 'tenant.not.found', 'concurrent.change'],
})

export interface ListUsers {
  tenant: string
  /** Names behind this one; the first page when absent. */
  after?: string
}

export type UserState = 'ENABLED' | 'DISABLED' | 'DELETED'

/**
 * `changedAt`: ISO 8601, UTC. `changedBy`: the operator; absent for changes made before names were
 * kept.
 */
export interface UserShown {
  username: string
  roles: string[]
  branch?: string
  state: UserState
  changedAt: string
  changedBy?: string
}

export const listUsersEndpoint = internalEndpoint<ListUsers, { users: UserShown[]; more: boolean }>()({
  name: 'listUsers',
  method: 'POST',
  path: '/internal/admin/list-users',
  owner: 'gateway',
  callers: ['ops'],
  summary: 'The API users of a tenant by name, deleted ones too, 500 at a time',
  idempotency: 'read',
  request: {
    type: 'object',
    additionalProperties: false,
    required: ['tenant'],
    properties: { tenant, after: username },
  },
  result: { type: 'object' },
  errors: ['invalid.input.request', 'tenant.not.found'],
})

export interface SetUserState {
  tenant: string
  username: string
  state: UserState
}

export const setUserStateEndpoint = internalEndpoint<SetUserState, { username: string; state: UserState; changed: boolean }>()({
  name: 'setUserState',
  method: 'POST',
  path: '/internal/admin/set-user-state',
  owner: 'gateway',
  callers: ['ops'],
  summary: 'Disables, enables or deletes an API user; earlier tokens end. A deleted name can be added again',
  idempotency: 'document',
  request: {
    type: 'object',
    additionalProperties: false,
    required: ['tenant', 'username', 'state'],
    properties: { tenant, username, state: { enum: ['ENABLED', 'DISABLED', 'DELETED'] } },
  },
  result: { type: 'object' },
  errors: ['invalid.input.request', 'tenant.not.found', 'concurrent.change'],
})

/**
 * Offered by every service and the gateway: the version of the tenant's definition it works with, 0
 * when it does not know the tenant.
 */
export const tenantVersionPath = '/internal/admin/tenant-version'
export const tenantVersionRequest = {
  type: 'object',
  additionalProperties: false,
  required: ['tenant'],
  properties: { tenant },
} as const
