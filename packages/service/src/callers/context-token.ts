// Context tokens: who calls, for which tenant and user. ES256, 60 s, signed once and verified once
// per (tenant, user, roles, branch, audience).
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { type Caller, rolesInForce } from '@dcms/contract'
import { readCallerKey, readJson } from '../settings/key-files.ts'
import { jwt } from '../when-needed.ts'
import { type KnownOperator, operatorDirectory, operatorNameOf } from './operators-file.ts'

const LIFE_S = 60
// Signed anew well before the end, so that a token never expires on its way.
const RENEW_BEFORE_END_MS = 20_000
const CACHED_MAX = 10_000
/**
 * Issuer of operators' tokens. No key of the callers' file may be it: an operator has a key of the
 * own.
 */
const OPERATORS = 'ops'

/** On whose behalf a call is made. */
export interface OnBehalfOf {
  tenant: string
  user: string
  roles: readonly string[]
  /** The branch that bounds what the user does; absent for one who works for the whole bank. */
  branch?: string
}

/** What a verified context token says. */
export interface CallContext extends OnBehalfOf {
  caller: Caller
  /**
   * Thumbprint of the key that an operator signed with; absent for others. `user` and `roles` are
   * then those of that key in the operators' file.
   */
  operatorKey?: string
}

export interface CallerTokens {
  tokenFor(audience: string, onBehalfOf: OnBehalfOf): string
  /**
   * Version of a bank's definition that the caller works with; calls tell it, so that the callee
   * does not refuse what it has not heard of.
   */
  definitionVersionOf?: (tenant: string) => number | undefined
}

/**
 * Signs context tokens with the caller's own key (private JWK file with `kid` = caller) and keeps
 * them until shortly before their end. An operator's key has the `kid` `ops:` and the operator's
 * name: that is the user of its tokens, whoever they claim to be for.
 */
export function callerTokens({ caller, keyFile }: { caller: Caller; keyFile: string }): CallerTokens {
  const { kid, privateKey } = readCallerKey(keyFile)
  const operator = operatorNameOf(kid)
  const cache = new Map<string, { token: string; renewAt: number }>()
  return {
    tokenFor(audience, { tenant, user, roles, branch }) {
      const name = `${audience} ${tenant} ${user} ${roles.join(',')} ${branch ?? ''}`
      const cached = cache.get(name)
      if (cached && cached.renewAt > Date.now()) return cached.token
      const token = jwt().sign({ tenant, roles, ...(branch !== undefined && { branch }) }, privateKey, {
        algorithm: 'ES256',
        keyid: operator === undefined ? caller : kid,
        issuer: caller,
        audience,
        subject: operator ?? user,
        expiresIn: LIFE_S,
      })
      if (cache.size >= CACHED_MAX) cache.clear()
      cache.set(name, { token, renewAt: Date.now() + LIFE_S * 1000 - RENEW_BEFORE_END_MS })
      return token
    },
  }
}

export interface VerifierOptions {
  audience: string
  /** Public keys of the processes that call, a JWKS file. */
  callersFile: string
  /** Public keys of operators, a JWKS file; without it no operator is let in. */
  operatorsFile?: string | undefined
}

/** Verifies context tokens meant for one audience; null for anything that is not one. */
export function contextVerifier({ audience, callersFile, operatorsFile }: VerifierOptions) {
  const operators = operatorDirectory(operatorsFile)
  const keys = new Map<string, KeyObject>()
  for (const jwk of readJson<{ keys: (JsonWebKey & { kid: string })[] }>(callersFile).keys)
    keys.set(jwk.kid, createPublicKey({ key: jwk, format: 'jwk' }))
  const cache = new Map<string, { context: CallContext; endsAt: number }>()

  return (token: string | undefined): CallContext | null => {
    if (token === undefined) return null
    const cached = cache.get(token)
    if (cached) {
      if (cached.endsAt > Date.now()) return cached.context
      cache.delete(token)
      return null
    }
    const kid = kidOf(token)
    const name = operatorNameOf(kid)
    const operator = name === undefined ? undefined : operators(name)
    // Not cached: whoever leaves the file is out at once.
    if (operator) return contextOfOperator(token, operator, audience)
    const key = kid === undefined || kid === OPERATORS ? undefined : keys.get(kid)
    const verified = key && kid !== undefined ? verify(token, { kid, key }, audience) : null
    if (!verified) return null
    if (cache.size >= CACHED_MAX) cache.clear()
    cache.set(token, verified)
    return verified.context
  }
}

function kidOf(token: string): string | undefined {
  try {
    const kid: unknown = jwt().decode(token, { complete: true })?.header.kid
    return typeof kid === 'string' ? kid : undefined
  } catch {
    return undefined // no JWT
  }
}

/** Who an operator is and what the operator may do says the file, not the token. */
function contextOfOperator(token: string, { name, key, thumbprint, roles }: KnownOperator, audience: string): CallContext | null {
  try {
    const claims = jwt().verify(token, key, { algorithms: ['ES256'], audience, issuer: OPERATORS, subject: name })
    if (typeof claims === 'string' || typeof claims.exp !== 'number' || typeof claims.tenant !== 'string') return null
    return { caller: OPERATORS, tenant: claims.tenant, user: name, roles, operatorKey: thumbprint }
  } catch (error) {
    if (error instanceof jwt().JsonWebTokenError || error instanceof SyntaxError) return null
    throw error
  }
}

function verify(token: string, { kid, key }: { kid: string; key: KeyObject }, audience: string) {
  try {
    const claims = jwt().verify(token, key, { algorithms: ['ES256'], audience, issuer: kid })
    if (typeof claims === 'string' || typeof claims.sub !== 'string' || typeof claims.exp !== 'number') return null
    const tenant: unknown = claims.tenant
    const roles: unknown = claims.roles
    const branch: unknown = claims.branch
    if (typeof tenant !== 'string' || !Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) return null
    if (branch !== undefined && typeof branch !== 'string') return null
    const context: CallContext = { caller: kid as Caller, tenant, user: claims.sub, roles: rolesInForce(roles, branch) }
    return { context: branch === undefined ? context : { ...context, branch }, endsAt: claims.exp * 1000 }
  } catch (error) {
    if (error instanceof jwt().JsonWebTokenError || error instanceof SyntaxError) return null
    throw error
  }
}
