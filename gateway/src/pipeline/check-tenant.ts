// Step 2, tenant: the header names a registered bank.
import type { IncomingHttpHeaders } from 'node:http'
import { Refusal } from '../exchange/exchange.ts'
import type { RegisteredTenant, Tenants } from '../tenants/tenants.ts'
import { serviceUnavailable } from './upstream.ts'

const headerMissing = new Refusal('tenant.header.missing')
const tenantNotFound = new Refusal('tenant.not.found')

/** The tenant of a request, or why there is none. The name is case-sensitive, as in the token. */
export function checkTenant(headers: IncomingHttpHeaders, tenants: Tenants): RegisteredTenant | Refusal {
  const name = headers.tenant
  if (name === undefined || name === '') return headerMissing
  if (typeof name !== 'string') return tenantNotFound
  return tenants.find(name) ?? (tenants.isUnserved(name) ? serviceUnavailable : tenantNotFound)
}
