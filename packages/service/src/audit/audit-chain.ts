// The form of the audit trail: records chained by hashes, the head of each batch signed by the
// process that writes it.
import { createPublicKey, hash, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { AuditHead, AuditRecord } from '@dcms/contract'
import { readCallerKey, readJson } from '../settings/key-files.ts'
import { jwt } from '../when-needed.ts'

/** Audience of no process: nothing else that a process signs is the head of a batch. */
const AUDIENCE = 'dcms.audit'
export const FIRST_PREV_HASH = '0'.repeat(64)
const tail = /,"hash":"([0-9a-f]{64})"(?:,"signature":"([A-Za-z0-9._-]+)")?\}$/

export interface Place {
  process: string
  instance: string
  sequence: number
  prevHash: string
}

/**
 * The JSON of a chained record, and its hash. Written behind the record's own text: an object with
 * all members would be a copy per call.
 */
export function chain(record: AuditRecord, { process, instance, sequence, prevHash }: Place): { json: string; digest: string } {
  const place = `"process":${JSON.stringify(process)},"instance":"${instance}","sequence":${sequence},"prevHash":"${prevHash}"`
  const open = `${JSON.stringify(record).slice(0, -1)},${place}`
  const digest = hash('sha256', `${open}}`)
  return { json: `${open},"hash":"${digest}"}`, digest }
}

/** At three bytes a character, the most there are, a message stays below Kafka's limit of 1 MiB. */
const MESSAGE_CHARS_MAX = 250_000

/**
 * One message holds a batch, a line per record, as Kafka's client has work per message: JSON text
 * has no line break in it. Records that are too long for one message together go into several, in
 * their order.
 */
export function withinMessages(jsons: readonly string[]): string[] {
  const messages: string[][] = []
  let chars = 0
  for (const json of jsons) {
    const message = messages.at(-1)
    chars += json.length + 1
    if (message !== undefined && chars <= MESSAGE_CHARS_MAX) message.push(json)
    else {
      messages.push([json])
      chars = json.length
    }
  }
  return messages.map((lines) => lines.join('\n'))
}

/** The records in a message. Earlier releases sent each in a message of its own. */
export const recordsWithin = (message: string): string[] => message.split('\n')

export const withSignature = (json: string, signature: string): string => `${json.slice(0, -1)},"signature":"${signature}"}`

/**
 * What a record says of its own hash and signature, and the hash that it has; null for what is no
 * record.
 */
export function unchain(json: string): { said: string; found: string; signature: string | undefined } | null {
  const match = tail.exec(json)
  if (match?.[1] === undefined) return null
  return { said: match[1], found: hash('sha256', `${json.slice(0, match.index)}}`), signature: match[2] }
}

/** Signs heads with the key of a process, a private JWK file. */
export function headSigner(keyFile: string): { process: string; sign: (head: AuditHead) => string } {
  const { kid: process, privateKey } = readCallerKey(keyFile)
  const options = { algorithm: 'ES256', keyid: process, issuer: process, audience: AUDIENCE, noTimestamp: true } as const
  return { process, sign: ({ instance, sequence, hash: digest }) => jwt().sign({ instance, sequence, hash: digest }, privateKey, options) }
}

/**
 * Whether a signature is that process's over this head, by the keys of the callers' file (public
 * JWKS).
 */
export function headVerifier(callersFile: string): (process: string, head: AuditHead, signature: string) => boolean {
  const keys = new Map<string, KeyObject>()
  for (const jwk of readJson<{ keys: (JsonWebKey & { kid: string })[] }>(callersFile).keys)
    keys.set(jwk.kid, createPublicKey({ key: jwk, format: 'jwk' }))
  return (process, head, signature) => {
    const key = keys.get(process)
    if (key === undefined) return false
    try {
      const claims = jwt().verify(signature, key, { algorithms: ['ES256'], issuer: process, audience: AUDIENCE })
      if (typeof claims !== 'object') return false
      return claims.instance === head.instance && claims.sequence === head.sequence && claims.hash === head.hash
    } catch {
      return false // whatever a stranger's text made the library throw: it did not verify
    }
  }
}
