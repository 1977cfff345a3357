// POST /api/authenticate: user name and password for a bearer token. Contract:
// packages/contract/src/gateway/authenticate.ts.
import { type Authenticate, type Authenticated, authenticatePath, authenticateRequest, htuOf, validatorOf } from '@dcms/contract'
import { type CallerAddresses, sourceOf } from '../exchange/caller-address.ts'
import { type Exchange, Refusal } from '../exchange/exchange.ts'
import { bodyOf } from '../exchange/read-body.ts'
import type { Keys } from '../keys/gateway-keys.ts'
import { issueToken } from '../keys/tokens.ts'
import { checkTenant } from '../pipeline/check-tenant.ts'
import { bodyFormOf, bodyOfSchema, limitOf, type Opened, type PayloadOpener, takeClear } from '../pipeline/open-payload.ts'
import type { RegisteredTenant, Tenants } from '../tenants/tenants.ts'
import type { Desk } from './log-in-desk.ts'

const htu = htuOf('POST', authenticatePath)
const validate = validatorOf<Authenticate>(authenticateRequest)
const wanted = bodyOfSchema(authenticateRequest)

export interface AuthenticateParts {
  readonly tenants: Tenants
  readonly keys: Keys
  readonly opener: PayloadOpener
  readonly addresses: CallerAddresses
  readonly desk: Desk
}

/** Logs a user in. An unknown user, a disabled one and a wrong password look and take the same. */
export async function authenticate(exchange: Exchange, parts: AuthenticateParts): Promise<Authenticated | Refusal> {
  const { request, nowMs } = exchange
  const tenant = checkTenant(request.headers, parts.tenants)
  if (tenant instanceof Refusal) return tenant
  exchange.tenantId = tenant.id
  const source = sourceOf(parts.addresses.of(request))
  const refused = await parts.desk.admit(tenant.id, source, nowMs)
  if (refused !== null) return refused
  exchange.bodyMaxBytes = wanted.sealedMaxBytes
  const form = bodyFormOf(request.headers, tenant, wanted)
  if (form instanceof Refusal) return form
  exchange.bodyMaxBytes = limitOf(wanted, form)
  const body = await bodyOf(exchange)
  if (body instanceof Refusal) return body

  if (form === 'clear') {
    const taken = takeClear(body, tenant, false)
    if (taken instanceof Refusal) return taken
    exchange.reply = taken.reply
    return logIn(exchange, { tenant, source, body: taken.body, recordMessage: () => null }, parts)
  }
  const options = { tenant, username: null, htu, changesState: true, oneShotOnly: true, takesList: false }
  const opened = parts.opener.openPayload(body, options, exchange.bodyAtMs)
  if (opened instanceof Refusal) return opened
  const replayed = parts.opener.isReplay(tenant.id, opened, exchange.bodyAtMs)
  if (replayed !== null) return replayed
  exchange.reply = opened.reply
  return logIn(exchange, { tenant, source, body: opened.body, recordMessage: () => recordOnce(parts.opener, tenant, opened) }, parts)
}

/**
 * Recorded only now that the password was right: anybody can seal to the gateway, and must not be
 * able to fill the bank's replay guard.
 */
const recordOnce = (opener: PayloadOpener, tenant: RegisteredTenant, opened: Opened): Refusal | null =>
  opener.recordJti(tenant.id, opened, Date.now())

interface LogIn {
  readonly tenant: RegisteredTenant
  /** Where it comes from. */
  readonly source: string
  readonly body: Buffer
  readonly recordMessage: () => Refusal | null
}

async function logIn(
  exchange: Exchange,
  { tenant, source, body, recordMessage }: LogIn,
  { desk, keys }: AuthenticateParts,
): Promise<Authenticated | Refusal> {
  const validated = validate(JSON.parse(body.toString()))
  if (!validated.valid) return new Refusal('invalid.input.request', [], validated.fieldError)
  const { username, password, rememberMe } = validated.value
  exchange.username = username
  const applicant = { tenantId: tenant.id, username, source, nowMs: exchange.nowMs }
  const user = await desk.check({ ...applicant, password })
  if (user instanceof Refusal) return user
  const refused = recordMessage()
  if (refused !== null) return refused
  desk.letIn(applicant)
  const lifeSeconds = rememberMe ? tenant.rememberedLifeSeconds : tenant.tokenLifeSeconds
  return { id_token: issueToken(keys, user, lifeSeconds, Date.now()) }
}
