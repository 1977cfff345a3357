// POST /api/session: one key agreement for many messages. Contract:
// packages/contract/src/gateway/authenticate.ts.
import { htuOf, type OpenSession, openSessionRequest, type SessionOpened, sessionPath, validatorOf } from '@dcms/contract'
import { agree, generateKeyPair, SealingError } from '@dcms/sealing'
import { type Exchange, Refusal } from '../exchange/exchange.ts'
import { limitRate } from '../exchange/limit-rate.ts'
import { bodyOf } from '../exchange/read-body.ts'
import { type SessionTickets, TICKET_LIFE_SECONDS } from '../keys/session-tickets.ts'
import { checkTenant } from '../pipeline/check-tenant.ts'
import type { TokenCheck } from '../pipeline/check-token.ts'
import { bodyFormOf, bodyOfSchema, limitOf, type PayloadOpener } from '../pipeline/open-payload.ts'
import type { Tenants } from '../tenants/tenants.ts'

const encryptionRequired = new Refusal('encryption.required')
const unusableKey = new Refusal('invalid.input.request', [], ['key must be a public key on its curve'])
const htu = htuOf('POST', sessionPath)
const validate = validatorOf<OpenSession>(openSessionRequest)
const wanted = bodyOfSchema(openSessionRequest)

export interface OpenSessionParts {
  readonly tenants: Tenants
  readonly tokens: TokenCheck
  readonly opener: PayloadOpener
  readonly tickets: SessionTickets
}

/**
 * Opens a session for the token's user; always sealed one-shot, also where the tenant may send
 * clear bodies.
 */
export async function openSession(exchange: Exchange, parts: OpenSessionParts): Promise<SessionOpened | Refusal> {
  const { request, nowMs } = exchange
  const tenant = checkTenant(request.headers, parts.tenants)
  if (tenant instanceof Refusal) return tenant
  exchange.tenantId = tenant.id
  const user = parts.tokens.checkToken(request.headers.authorization, tenant.id, null, nowMs)
  if (user instanceof Refusal) return user
  exchange.username = user.user
  const refused = limitRate(tenant.bucket, tenant.limits, nowMs)
  if (refused !== null) return refused
  exchange.bodyMaxBytes = wanted.sealedMaxBytes
  const form = bodyFormOf(request.headers, tenant, wanted)
  if (form instanceof Refusal) return form
  exchange.bodyMaxBytes = limitOf(wanted, form)
  if (form === 'clear') return encryptionRequired
  const body = await bodyOf(exchange)
  if (body instanceof Refusal) return body
  const options = { tenant, username: user.user, htu, changesState: true, oneShotOnly: true, takesList: false }
  const opened = parts.opener.openPayload(body, options, exchange.bodyAtMs)
  if (opened instanceof Refusal) return opened
  const seen = parts.opener.recordJti(tenant.id, opened, exchange.bodyAtMs)
  if (seen !== null) return seen
  exchange.reply = opened.reply

  const validated = validate(JSON.parse(opened.body.toString()))
  if (!validated.valid) return new Refusal('invalid.input.request', [], validated.fieldError)
  return agreeWith(validated.value.key, parts.tickets, tenant.id, user.user, exchange.bodyAtMs)
}

function agreeWith(
  clientKey: OpenSession['key'],
  tickets: SessionTickets,
  tenantId: string,
  username: string,
  nowMs: number,
): SessionOpened | Refusal {
  try {
    const own = generateKeyPair(clientKey.crv, '')
    const z = agree(own, clientKey)
    const { kty, crv, x, y } = own
    const key = y === undefined ? { kty, crv, x } : { kty, crv, x, y }
    return { ticket: tickets.issue(z, tenantId, username, nowMs), key, expiresIn: TICKET_LIFE_SECONDS }
  } catch (error) {
    if (error instanceof SealingError) return unusableKey
    throw error
  }
}
