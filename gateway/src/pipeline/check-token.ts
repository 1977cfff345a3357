// Step 3, token: a bearer JWT of ours, of this tenant, not revoked, with a role that allows the
// call.
import { grants, type Permission, rolesInForce } from '@dcms/contract'
import jwt from 'jsonwebtoken'
import { Refusal } from '../exchange/exchange.ts'
import { bearerIn } from '../exchange/request-head.ts'
import type { Keys } from '../keys/gateway-keys.ts'
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '../keys/tokens.ts'
import type { UserState, Users } from '../users/users.ts'

const TOKENS_MAX = 50_000
const TOKEN_LENGTH_MAX = 4_096

const tokenMissing = new Refusal('auth.token.missing', ['www-authenticate', 'Bearer'])
const tokenInvalid = new Refusal('auth.token.invalid', ['www-authenticate', 'Bearer error="invalid_token"'])
const tokenExpired = new Refusal('auth.token.expired', ['www-authenticate', 'Bearer error="invalid_token"'])
const tenantMismatch = new Refusal('tenant.mismatch')
const forbidden = new Refusal('auth.forbidden')

/** What a verified token says. */
export interface VerifiedToken {
  readonly tenant: string
  readonly user: string
  readonly roles: readonly string[]
  readonly branch?: string
  readonly version: number
  readonly endsAtMs: number
  /** Followed live: a revocation reaches tokens that were verified before it. */
  readonly state: UserState
}

/** Verifies tokens; each is verified once and remembered until it ends. */
export class TokenCheck {
  readonly #keys: Keys
  readonly #users: Users
  readonly #verified = new Map<string, VerifiedToken>()

  constructor(keys: Keys, users: Users) {
    this.#keys = keys
    this.#users = users
  }

  /** @param permission null where any user of the tenant may call */
  checkToken(authorization: string | undefined, tenantId: string, permission: Permission | null, nowMs: number): VerifiedToken | Refusal {
    if (authorization === undefined || authorization === '') return tokenMissing
    const raw = authorization.length > TOKEN_LENGTH_MAX ? null : bearerIn(authorization)
    if (raw === null) return tokenInvalid
    const token = this.#verified.get(raw) ?? this.#verify(raw, nowMs)
    if (token instanceof Refusal) return token
    if (token.endsAtMs <= nowMs) {
      this.#verified.delete(raw)
      return tokenExpired
    }
    if (token.tenant !== tenantId) return tenantMismatch
    if (token.state.disabled || token.version < token.state.tokensValidFrom) return tokenInvalid
    return permission === null || grants(token.roles, permission) ? token : forbidden
  }

  #verify(raw: string, nowMs: number): VerifiedToken | Refusal {
    const kid = kidOf(raw)
    const key = kid === undefined ? undefined : this.#keys.verificationKey(kid)
    if (key === undefined) return tokenInvalid
    try {
      const claims: unknown = jwt.verify(raw, key, {
        algorithms: ['ES256'],
        issuer: TOKEN_ISSUER,
        audience: TOKEN_AUDIENCE,
        clockTimestamp: Math.floor(nowMs / 1000),
      })
      const token = this.#tokenOf(claims)
      if (token === null) return tokenInvalid
      this.#remember(raw, token, nowMs)
      return token
    } catch (error) {
      if (error instanceof jwt.TokenExpiredError) return tokenExpired
      return tokenInvalid // whatever a caller's text made the library throw: it did not verify
    }
  }

  #tokenOf(claims: unknown): VerifiedToken | null {
    if (typeof claims !== 'object' || claims === null) return null
    const { sub, tenant, auth, branch, ver, exp }: Partial<Record<'sub' | 'tenant' | 'auth' | 'branch' | 'ver' | 'exp', unknown>> = claims
    if (typeof sub !== 'string' || typeof tenant !== 'string' || typeof auth !== 'string') return null
    if (typeof ver !== 'number' || typeof exp !== 'number' || (branch !== undefined && typeof branch !== 'string')) return null
    const state = this.#users.stateOf(tenant, sub)
    const roles = rolesInForce(auth.split(','), branch)
    return { tenant, user: sub, roles, ...(branch !== undefined && { branch }), version: ver, endsAtMs: exp * 1000, state }
  }

  #remember(raw: string, token: VerifiedToken, nowMs: number): void {
    this.#verified.set(raw, token)
    for (const [oldest, { endsAtMs }] of this.#verified) {
      if (endsAtMs > nowMs && this.#verified.size <= TOKENS_MAX) return
      this.#verified.delete(oldest)
    }
  }
}

function kidOf(raw: string): string | undefined {
  try {
    const kid: unknown = jwt.decode(raw, { complete: true })?.header.kid
    return typeof kid === 'string' ? kid : undefined
  } catch {
    return undefined // refused by the caller: no JWT
  }
}
