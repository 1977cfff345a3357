// Writes the compact form of a JWE (RFC 7516 section 7.1) whose encrypted key is empty.
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { encryptAesGcm } from './aes-gcm.ts'
import { randomIv } from './random-iv.ts'

/**
 * What the sender may put into the protected header besides algorithms and keys; see
 * `SealedHeader`. `cty` is `application/json` unless given.
 */
export interface HeaderFields {
  cty?: string
  iat?: number
  jti?: string
  /** The tenant that a request is for. */
  aud?: string
  /** The method and path that a request is for. */
  htu?: string
  irt?: string
  reply_kid?: string
}

/** How the key of a message is agreed. */
export interface SealingMode {
  alg: 'ECDH-ES' | 'dir'
  kid: string
  epk?: JsonWebKey
}

export function sealCompact(mode: SealingMode, fields: HeaderFields, key: KeyObject, plaintext: string | Uint8Array): string {
  const protectedHeader = protectedHeaderOf(mode, fields)
  const iv = randomIv(12)
  const { ciphertext, tag } = encryptAesGcm(key, iv, Buffer.from(protectedHeader, 'latin1'), plaintext)
  return `${protectedHeader}..${iv.toString('base64url')}.${ciphertext.toString('base64url')}.${tag.toString('base64url')}`
}

/** As it stands in the message. */
export function protectedHeaderOf(mode: SealingMode, fields: HeaderFields): string {
  const header = {
    alg: mode.alg,
    enc: 'A256GCM',
    kid: mode.kid === '' ? undefined : mode.kid,
    epk: mode.epk,
    cty: fields.cty ?? 'application/json',
    iat: fields.iat,
    jti: fields.jti,
    aud: fields.aud,
    htu: fields.htu,
    irt: fields.irt,
    reply_kid: fields.reply_kid,
  }
  return Buffer.from(JSON.stringify(header), 'utf8').toString('base64url')
}
