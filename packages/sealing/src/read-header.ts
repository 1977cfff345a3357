// Reads the compact form of a JWE (RFC 7516 section 7.1) as far as it goes without a key.
import { isUtf8 } from 'node:buffer'
import { decodeCanonical } from './base64url.ts'
import { SealingError } from './error.ts'
import type { PublicJwk } from './jwk.ts'

const MESSAGE_LENGTH_MAX = 64 * 1024 * 1024 // an upload of 32 MB is 43 MB in base64url
export const HEADER_LENGTH_MAX = 4096
export const IV_LENGTH = 16 // 12 bytes in base64url
export const TAG_LENGTH = 22 // 16 bytes in base64url

/**
 * The protected header. Members we do not know are ignored, as RFC 7516 section 4 asks; of a
 * repeated member the last counts.
 */
export interface SealedHeader {
  alg: 'ECDH-ES' | 'dir'
  enc: 'A256GCM'
  /**
   * Id of the key the message is sealed to; in session mode the ticket. Empty if the header names
   * none.
   */
  kid: string
  cty?: string
  /** Issued at, in seconds since 1970. */
  iat?: number
  /** Unique id of the message. */
  jti?: string
  /** In a request: the tenant it is for. */
  aud?: string
  /** In a request: the method and path it is for. */
  htu?: string
  /** In an answer: `jti` of the request. */
  irt?: string
  /** The key the answer shall be sealed to. */
  reply_kid?: string
  /** The sender's ephemeral key, one-shot mode only. Unchecked. */
  epk?: PublicJwk
  apu?: string
  apv?: string
}

/**
 * A message that is well formed but not yet opened. All but `header` is for `openOneShot` and
 * `openSession`.
 */
export interface ParsedJwe {
  readonly header: SealedHeader
  /** What the tag covers besides the ciphertext: the ASCII bytes of the first part. */
  readonly additionalData: Buffer
  readonly iv: Buffer
  readonly ciphertext: Buffer
  readonly tag: Buffer
}

/**
 * Splits a message, so that the caller can pick the key by `header.alg` and `header.kid`. No
 * cryptography yet: nothing in it is to be trusted before it is opened. Throws SealingError for
 * everything that is not well formed or outside the two modes (`ECDH-ES` or `dir`, each with
 * `A256GCM`; no `zip`, `crit`, `b64`).
 * @param jwe a string, or the bytes of a request body
 */
export function readHeader(jwe: string | Buffer): ParsedJwe {
  const text = textOf(jwe)
  const headerEnd = text.indexOf('.')
  const ivBegin = headerEnd + 2 // the encrypted key is empty in both modes: RFC 7518 sections 4.5 and 4.6
  const ciphertextBegin = ivBegin + IV_LENGTH + 1
  const tagBegin = text.length - TAG_LENGTH
  if (headerEnd < 1 || headerEnd > HEADER_LENGTH_MAX || tagBegin <= ciphertextBegin) throw refused()
  if (text[headerEnd + 1] !== '.' || text[ciphertextBegin - 1] !== '.' || text[tagBegin - 1] !== '.') throw refused()
  const protectedHeader = text.slice(0, headerEnd)
  return {
    header: headerOf(protectedHeader),
    additionalData: Buffer.from(protectedHeader, 'latin1'),
    iv: decodeCanonical(text.slice(ivBegin, ciphertextBegin - 1), 'base64url'),
    ciphertext: decodeCanonical(text.slice(ciphertextBegin, tagBegin - 1), 'base64url'),
    tag: decodeCanonical(text.slice(tagBegin), 'base64url'),
  }
}

/** The protected header out of the first part of a message. */
export const headerOf = (protectedHeader: string): SealedHeader => checkedHeader(parseHeader(protectedHeader))

function textOf(jwe: string | Buffer): string {
  if (typeof jwe !== 'string' && !Buffer.isBuffer(jwe)) throw refused()
  if (jwe.length > MESSAGE_LENGTH_MAX) throw refused()
  return typeof jwe === 'string' ? jwe : jwe.toString('latin1')
}

function parseHeader(part: string): unknown {
  const json = decodeCanonical(part, 'base64url')
  if (!isUtf8(json)) throw refused()
  try {
    return JSON.parse(json.toString('utf8'))
  } catch {
    throw refused()
  }
}

function checkedHeader(header: unknown): SealedHeader {
  if (!isRecord(header)) throw refused()
  const { alg, enc, kid, iat, epk } = header
  if ((alg !== 'ECDH-ES' && alg !== 'dir') || enc !== 'A256GCM') throw refused()
  if (header.zip !== undefined || header.crit !== undefined || header.b64 !== undefined) throw refused()
  if (iat !== undefined && (typeof iat !== 'number' || !Number.isFinite(iat))) throw refused()
  return {
    alg,
    enc,
    kid: optionalString(kid) ?? '',
    cty: optionalString(header.cty),
    iat,
    jti: optionalString(header.jti),
    aud: optionalString(header.aud),
    htu: optionalString(header.htu),
    irt: optionalString(header.irt),
    reply_kid: optionalString(header.reply_kid),
    epk: alg === 'ECDH-ES' ? ephemeralKey(epk) : undefined,
    apu: optionalString(header.apu),
    apv: optionalString(header.apv),
  }
}

/**
 * An ephemeral key of one of the two kinds; a private part in it is a mistake of the sender that
 * nobody should make twice.
 */
function ephemeralKey(epk: unknown): PublicJwk {
  if (!isRecord(epk) || epk.d !== undefined || typeof epk.x !== 'string') throw refused()
  if (epk.kty === 'EC' && epk.crv === 'P-256' && typeof epk.y === 'string') return { kty: 'EC', crv: 'P-256', x: epk.x, y: epk.y }
  if (epk.kty === 'OKP' && epk.crv === 'X25519') return { kty: 'OKP', crv: 'X25519', x: epk.x }
  throw refused()
}

function optionalString(value: unknown): string | undefined {
  if (value !== undefined && typeof value !== 'string') throw refused()
  return value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refused(): SealingError {
  return new SealingError('decrypt-failed')
}
