// Sealing a request and opening its answer, in both modes; the building blocks of the client, also
// for those who do their own HTTP.
import { randomUUID } from 'node:crypto'
import {
  type DecryptionKey,
  EncryptionKey,
  type MessageSealing,
  oneShotSealing,
  openOneShot,
  openSession,
  type PublicJwk,
  readHeader,
  SealingError,
  type SessionKeys,
  sealOneShot,
  sealSession,
  sessionSealing,
} from '@dcms/sealing'

/** To whom a request is sealed: a public key of the gateway, or a session. */
export type Recipient =
  | { mode: 'one-shot'; gatewayKey: EncryptionKey; replyKid: string | undefined }
  | { mode: 'session'; ticket: string; keys: SessionKeys }

export interface SealedRequest {
  /** JWE compact: the body, `Content-Type: application/jose`. */
  jwe: string
  /** Unique id of the message; the answer must carry it as `irt`. */
  jti: string
}

/** What a message says of itself in its protected header. */
export interface Purpose {
  /** Seconds since 1970 on the gateway's clock. */
  iat: number
  /** The tenant it is for. */
  aud: string
  /** The call it is for: see `htuOf`. */
  htu: string
}

/** Seals a JSON body for the gateway, with a fresh `jti`. */
export const sealRequest = (body: unknown, recipient: Recipient, purpose: Purpose): SealedRequest =>
  sealText(JSON.stringify(body), recipient, purpose)

/** The same for a body that is JSON text already. */
export function sealText(text: string, recipient: Recipient, { iat, aud, htu }: Purpose): SealedRequest {
  const jti = randomUUID()
  const header = { iat, jti, aud, htu }
  if (recipient.mode === 'session') return { jti, jwe: sealSession(text, recipient.keys.requestKey, recipient.ticket, header) }
  const reply = recipient.replyKid === undefined ? {} : { reply_kid: recipient.replyKid }
  return { jti, jwe: sealOneShot(text, recipient.gatewayKey, { ...header, ...reply }) }
}

/** Seals a file for the gateway piece by piece, with a fresh `jti`. */
export function sealingOfFile(recipient: Recipient, { iat, aud, htu }: Purpose): { sealing: MessageSealing; jti: string } {
  const jti = randomUUID()
  const header = { cty: 'text/plain', iat, jti, aud, htu }
  if (recipient.mode === 'session') return { jti, sealing: sessionSealing(recipient.keys.requestKey, recipient.ticket, header) }
  const reply = recipient.replyKid === undefined ? {} : { reply_kid: recipient.replyKid }
  return { jti, sealing: oneShotSealing(recipient.gatewayKey, { ...header, ...reply }) }
}

/** Why an answer was not taken. The message never repeats a part of it. */
export class AnswerFault extends Error {
  override readonly name = 'AnswerFault'
}

/**
 * Opens the answer to `request` and returns the JSON in it.
 * @param clientKeys the private keys an answer may be sealed to, by `kid`
 * @throws AnswerFault when it cannot be opened, is no JSON, or answers another request (`irt`)
 */
export function openAnswer(
  jwe: string,
  request: Pick<SealedRequest, 'jti'>,
  recipient: Recipient,
  clientKeys: ReadonlyMap<string, DecryptionKey>,
): unknown {
  try {
    const parsed = readHeader(jwe)
    const text =
      recipient.mode === 'session'
        ? openSession(parsed, recipient.keys.answerKey)
        : openOneShot(parsed, keyOf(parsed.header.kid, clientKeys))
    // Only now the header is known to be the gateway's own: the tag covers it.
    if (parsed.header.irt !== request.jti) throw new AnswerFault('the answer belongs to another request (irt)')
    return JSON.parse(text.toString('utf8'))
  } catch (error) {
    if (error instanceof SealingError) throw new AnswerFault('the sealed answer cannot be opened')
    if (error instanceof SyntaxError) throw new AnswerFault('the sealed answer holds no JSON')
    throw error
  }
}

function keyOf(kid: string, clientKeys: ReadonlyMap<string, DecryptionKey>): DecryptionKey {
  const key = clientKeys.get(kid)
  if (!key) throw new AnswerFault('the answer is sealed to a key that this client does not hold')
  return key
}

/**
 * The key to seal to, out of the gateway's JWKS: X25519 where offered, as it is the faster one.
 * Undefined when there is none.
 */
export function gatewayKeyOf(jwks: { keys: readonly PublicJwk[] }): EncryptionKey | undefined {
  const usable = jwks.keys.filter(({ use }) => use === undefined || use === 'enc')
  const chosen = usable.find(({ crv }) => crv === 'X25519') ?? usable.find(({ crv }) => crv === 'P-256')
  return chosen && EncryptionKey.fromJwk(chosen)
}
