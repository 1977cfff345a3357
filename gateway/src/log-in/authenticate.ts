// POST /api/authenticate: user name and password for a bearer token. Contract:
// packages/contract/src/gateway/authenticate.ts.
import { type Authenticate, type Authenticated, authenticatePath, authenticateRequest, htuOf, validatorOf } from '@dcms/contract'
import type { mongo } from 'mongoose'
import type { UserDocument } from '../database.ts'
import { type CallerAddresses, sourceOf } from '../exchange/caller-address.ts'
import { type Exchange, Refusal } from '../exchange/exchange.ts'
import { countLogin } from '../exchange/metrics.ts'
import { bodyOf } from '../exchange/read-body.ts'
import type { Keys } from '../keys/gateway-keys.ts'
import { issueToken } from '../keys/tokens.ts'
import { checkTenant } from '../pipeline/check-tenant.ts'
import { bodyFormOf, bodyOfSchema, limitOf, type Opened, type PayloadOpener, takeClear } from '../pipeline/open-payload.ts'
import { serviceUnavailable } from '../pipeline/upstream.ts'
import type { RegisteredTenant, Tenants } from '../tenants/tenants.ts'
import type { PasswordCheck, Verdict } from '../users/passwords.ts'
import { userId } from '../users/users.ts'
import type { LoginThrottle } from './login-throttle.ts'

const invalidCredentials = new Refusal('auth.invalid.credentials')
const htu = htuOf('POST', authenticatePath)
const validate = validatorOf<Authenticate>(authenticateRequest)
const wanted = bodyOfSchema(authenticateRequest)

export interface AuthenticateParts {
  readonly tenants: Tenants
  readonly users: mongo.Collection<UserDocument>
  readonly keys: Keys
  readonly opener: PayloadOpener
  readonly addresses: CallerAddresses
  readonly passwords: PasswordCheck
  readonly throttle: LoginThrottle
}

/** Logs a user in. An unknown user, a disabled one and a wrong password look and take the same. */
export async function authenticate(exchange: Exchange, parts: AuthenticateParts): Promise<Authenticated | Refusal> {
  const { request, nowMs } = exchange
  const tenant = checkTenant(request.headers, parts.tenants)
  if (tenant instanceof Refusal) return tenant
  exchange.tenantId = tenant.id
  const source = sourceOf(parts.addresses.of(request))
  const refused = await parts.throttle.admit(tenant, source, nowMs)
  if (refused !== null) return throttled(refused)
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

function throttled(refusal: Refusal): Refusal {
  countLogin('throttled')
  return refusal
}

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
  parts: AuthenticateParts,
): Promise<Authenticated | Refusal> {
  const validated = validate(JSON.parse(body.toString()))
  if (!validated.valid) return new Refusal('invalid.input.request', [], validated.fieldError)
  const { username, password, rememberMe } = validated.value
  exchange.username = username
  const id = userId(tenant.id, username)
  const attempt = await parts.throttle.begin(id, source, exchange.nowMs)
  if (attempt instanceof Refusal) return throttled(attempt)
  let verdict: Verdict = 'busy'
  try {
    const user = await parts.users.findOne({ _id: id })
    const hash = user === null || user.disabled ? null : user.passwordHash
    verdict = await parts.passwords.verify(hash, password, { tenant: tenant.id, isKnown: attempt.isKnown })
    countLogin(verdict)
    if (verdict === 'busy') return serviceUnavailable
    if (verdict === 'wrong' || user === null) return invalidCredentials
    const refused = recordMessage()
    if (refused !== null) return refused
    parts.throttle.succeeded(tenant.id, id, source, exchange.nowMs)
    const lifeSeconds = rememberMe ? tenant.rememberedLifeSeconds : tenant.tokenLifeSeconds
    return { id_token: issueToken(parts.keys, user, lifeSeconds, Date.now()) }
  } finally {
    if (verdict !== 'wrong') attempt.takeBack()
  }
}
