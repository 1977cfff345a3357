// Tells operators by which definition this process serves a bank.
import { bodyBytesMaxOf, tenantVersionPath, tenantVersionRequest, validatorOf } from '@dcms/contract'
import type { Express } from 'express'
import type { contextVerifier } from '../callers/context-token.ts'
import type { Tenants } from '../store/tenants.ts'
import { express } from '../when-needed.ts'

/**
 * Adds the route that `dcms tenant apply` asks until every process serves the new version; 0 for a
 * bank that is not served.
 */
export function addTenantVersion(app: Express, verify: ReturnType<typeof contextVerifier>, tenants: Tenants): void {
  const validate = validatorOf<{ tenant: string }>(tenantVersionRequest)
  app.post(tenantVersionPath, express().json({ limit: bodyBytesMaxOf({ request: tenantVersionRequest }) }), (request, response) => {
    const caller = verify(request.get('x-dcms-context'))?.caller
    const validated = validate(request.body)
    if (caller !== 'ops') response.status(401).json({ reason: 'operators only' })
    else if (!validated.valid) response.status(400).json({ fieldError: validated.fieldError })
    else response.json({ result: { version: tenants.get(validated.value.tenant)?.version ?? 0 }, exception: null, pagination: null })
  })
}
