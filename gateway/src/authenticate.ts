// POST /api/authenticate: user name and password for a bearer token. Contract: packages/contract/src/gateway/authenticate.ts.
import { type Authenticate, type Authenticated, authenticatePath, authenticateRequest, htuOf, validatorOf } from '@dcms/contract'
import type { mongo } from 'mongoose'
import { checkTenant } from './check-tenant.ts'
import type { UserDocument } from './database.ts'
import { type Exchange, Refusal } from './exchange.ts'
import type { Keys } from './gateway-keys.ts'
import { limitRate } from './limit-rate.ts'
import type { LoginThrottle } from './login-throttle.ts'
import { bodyFormOf, type Opened, type PayloadOpener, takeClear, usualBody } from './open-payload.ts'
import type { PasswordCheck } from './passwords.ts'
import { bodyOf } from './read-body.ts'
import type { RegisteredTenant, Tenants } from './tenants.ts'
import { issueToken } from './tokens.ts'
import { serviceUnavailable } from './upstream.ts'
import { userId } from './users.ts'

const REMEMBERED_LIFE_SECONDS = 8 * 60 * 60

const invalidCredentials = new Refusal('auth.invalid.credentials')
const htu = htuOf('POST', authenticatePath)
const validate = validatorOf<Authenticate>(authenticateRequest)

export interface AuthenticateParts {
  readonly tenants: Tenants
  readonly users: mongo.Collection<UserDocument>
  readonly keys: Keys
  readonly opener: PayloadOpener
  readonly passwords: PasswordCheck
  readonly throttle: LoginThrottle
}

/** Logs a user in. An unknown user, a disabled one and a wrong password look and take the same. */
export async function authenticate(exchange: Exchange, parts: AuthenticateParts): Promise<Authenticated | Refusal> {
  const { request, nowMs } = exchange
  const tenant = checkTenant(request.headers, parts.tenants)
  if (tenant instanceof Refusal) return tenant
  exchange.tenantId = tenant.id
  const refused = limitRate(tenant.loginBucket, tenant.limits, nowMs)
  if (refused !== null) return refused
  const form = bodyFormOf(request.headers, tenant, usualBody)
  if (form instanceof Refusal) return form
  const body = await bodyOf(exchange)
  if (body instanceof Refusal) return body

  if (form === 'clear') {
    const taken = takeClear(body, tenant, false)
    if (taken instanceof Refusal) return taken
    exchange.reply = taken.reply
    return logIn(exchange, tenant, taken.body, parts, () => null)
  }
  const options = { tenant, username: null, htu, changesState: true, oneShotOnly: true, takesList: false }
  const opened = parts.opener.openPayload(body, options, exchange.bodyAtMs)
  if (opened instanceof Refusal) return opened
  const replayed = parts.opener.isReplay(tenant.id, opened, exchange.bodyAtMs)
  if (replayed !== null) return replayed
  exchange.reply = opened.reply
  return logIn(exchange, tenant, opened.body, parts, () => recordOnce(parts.opener, tenant, opened))
}

/** Recorded only now that the password was right: anybody can seal to the gateway, and must not be able to fill the bank's replay guard. */
const recordOnce = (opener: PayloadOpener, tenant: RegisteredTenant, opened: Opened): Refusal | null =>
  opener.recordJti(tenant.id, opened, Date.now())

async function logIn(
  exchange: Exchange,
  tenant: RegisteredTenant,
  body: Buffer,
  { users, keys, passwords, throttle }: AuthenticateParts,
  recordMessage: () => Refusal | null,
): Promise<Authenticated | Refusal> {
  const validated = validate(JSON.parse(body.toString()))
  if (!validated.valid) return new Refusal('invalid.input.request', [], validated.fieldError)
  const { username, password, rememberMe } = validated.value
  exchange.username = username
  const id = userId(tenant.id, username)
  const throttled = throttle.begin(id, exchange.nowMs)
  if (throttled !== null) return throttled
  let counts = false
  try {
    const user = await users.findOne({ _id: id })
    const outcome = await passwords.verify(user === null || user.disabled ? null : user.passwordHash, password)
    if (outcome === 'busy') return serviceUnavailable
    counts = outcome === 'wrong'
    if (outcome === 'wrong' || user === null) return invalidCredentials
    const lifeSeconds = rememberMe ? Math.max(tenant.tokenLifeSeconds, REMEMBERED_LIFE_SECONDS) : tenant.tokenLifeSeconds
    return recordMessage() ?? { id_token: issueToken(keys, user, lifeSeconds, Date.now()) }
  } finally {
    if (!counts) throttle.takeBack(id)
  }
}
