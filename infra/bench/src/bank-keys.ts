// A bank's keys towards the gateway in every mode: a key on each curve, and a session. The SDK
// picks one mode; a bench needs them all.
import { jwksPath, sessionPath } from '@dcms/contract'
import { type DecryptionKey, htuOf, DecryptionKey as Key, openAnswer, type PublicJwk, type Recipient, sealRequest } from '@dcms/sdk'
import { agree, deriveSessionKeys, EncryptionKey, generateKeyPair, publicPart } from '@dcms/sealing'
import type { BankAccess, Mode } from './load.ts'

export class BankKeys {
  readonly clientKeys: ReadonlyMap<string, DecryptionKey>
  readonly #recipients: ReadonlyMap<Mode, Recipient>

  private constructor(clientKeys: ReadonlyMap<string, DecryptionKey>, recipients: ReadonlyMap<Mode, Recipient>) {
    this.clientKeys = clientKeys
    this.#recipients = recipients
  }

  /** Fetches the gateway's keys and opens a session. */
  static async exchange(bank: BankAccess, token: string): Promise<BankKeys> {
    const { keys } = (await (await fetch(bank.baseUrl + jwksPath)).json()) as { keys: PublicJwk[] }
    const clientKeys = new Map(bank.clientKeys.keys.map((jwk) => [jwk.kid ?? '', Key.fromJwk(jwk)]))
    const recipients = new Map<Mode, Recipient>()
    for (const curve of ['P-256', 'X25519'] as const) {
      const jwk = keys.find(({ crv, use }) => crv === curve && use === 'enc')
      if (!jwk) throw new Error(`the gateway offers no key on ${curve}`)
      const replyKid = bank.clientKeys.keys.find(({ crv }) => crv === curve)?.kid
      recipients.set(curve, { mode: 'one-shot', gatewayKey: EncryptionKey.fromJwk(jwk), replyKid })
    }
    const oneShot = recipients.get('X25519')
    if (oneShot) recipients.set('session', await openSession(bank, token, oneShot, clientKeys))
    return new BankKeys(clientKeys, recipients)
  }

  recipient(mode: Mode): Recipient {
    const recipient = this.#recipients.get(mode)
    if (!recipient) throw new Error(`no keys for ${mode}`)
    return recipient
  }
}

async function openSession(
  bank: BankAccess,
  token: string,
  oneShot: Recipient,
  clientKeys: ReadonlyMap<string, DecryptionKey>,
): Promise<Recipient> {
  const own = generateKeyPair('X25519', 'session')
  const { kty, crv, x } = publicPart(own)
  const sealed = sealRequest({ key: { kty, crv, x } }, oneShot, {
    iat: Math.floor(Date.now() / 1000),
    aud: bank.tenant,
    htu: htuOf('POST', sessionPath),
  })
  const answer = await fetch(bank.baseUrl + sessionPath, {
    method: 'POST',
    headers: { tenant: bank.tenant, authorization: `Bearer ${token}`, 'content-type': 'application/jose' },
    body: sealed.jwe,
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`no session: ${answer.status} ${text.slice(0, 200)}`)
  const { ticket, key } = openAnswer(text, sealed, oneShot, clientKeys) as { ticket: string; key: PublicJwk }
  return { mode: 'session', ticket, keys: deriveSessionKeys(agree(own, key), ticket, bank.tenant, bank.username) }
}
