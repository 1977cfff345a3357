// Issues the bearer token of a user: a JWT signed ES256 with the gateway's key.
import { randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import type { UserDocument } from '../database.ts'
import type { Keys } from './gateway-keys.ts'

export const TOKEN_ISSUER = 'dcms'
export const TOKEN_AUDIENCE = 'dcms'

/**
 * A token for the user as just read; `ver` is the version of the user it is bound to, for
 * revocation.
 */
export function issueToken(
  keys: Keys,
  user: Pick<UserDocument, 'tenant' | 'username' | 'roles' | 'version'> & { branch?: string | undefined },
  lifeSeconds: number,
  nowMs: number,
): string {
  const { kid, privateKey } = keys.signingKey
  const iat = Math.floor(nowMs / 1000)
  const { tenant, roles, branch, version } = user
  const claims = { tenant, auth: roles.join(','), ...(branch !== undefined && { branch }), ver: version, iat, exp: iat + lifeSeconds }
  return jwt.sign(claims, privateKey, {
    algorithm: 'ES256',
    keyid: kid,
    issuer: TOKEN_ISSUER,
    audience: TOKEN_AUDIENCE,
    subject: user.username,
    jwtid: randomUUID(),
  })
}
