// A bank's client for tests: seals, opens, logs in, and can do each of it wrongly.
import { randomUUID } from 'node:crypto'
import { htuOf } from '@dcms/contract'
import {
  agree,
  DecryptionKey,
  deriveSessionKeys,
  EncryptionKey,
  generateKeyPair,
  type HeaderFields,
  openOneShot,
  openSession,
  type PrivateJwk,
  type PublicJwk,
  readHeader,
  type SessionKeys,
  sealOneShot,
  sealSession,
} from '@dcms/sealing'
import type { Body } from './test-gateway.ts'

export interface Answer {
  status: number
  headers: Headers
  /** Parsed after opening, where it was sealed. */
  body: Body
  sealed: boolean
  /** Protected header of a sealed answer. */
  header?: ReturnType<typeof readHeader>['header']
}

export interface BankOptions {
  url: string
  tenant: string
  username?: string
  clientKeys: readonly PrivateJwk[]
}

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)
export const freshHeader = (): HeaderFields & { jti: string; iat: number } => ({ iat: nowSeconds(), jti: randomUUID() })
/** The header of a message for another call than the usual one of the tests, `kitActivation`. */
export const headerFor = (path: string, method = 'POST'): ReturnType<typeof freshHeader> => ({ ...freshHeader(), htu: htuOf(method, path) })

export class Bank {
  readonly url: string
  readonly tenant: string
  readonly username: string
  readonly #clientKeys: Map<string, DecryptionKey>
  token = ''
  gatewayKeys: EncryptionKey[] = []
  session: { ticket: string; keys: SessionKeys } | undefined

  constructor({ url, tenant, username = 'api_user', clientKeys }: BankOptions) {
    this.url = url
    this.tenant = tenant
    this.username = username
    this.#clientKeys = new Map(clientKeys.map((key) => [key.kid ?? '', DecryptionKey.fromJwk(key)]))
  }

  async fetchKeys(): Promise<void> {
    const { keys } = (await (await fetch(`${this.url}/.well-known/jwks.json`)).json()) as { keys: (PublicJwk & { use: string })[] }
    this.gatewayKeys = keys.filter(({ use }) => use === 'enc').map((key) => EncryptionKey.fromJwk(key))
  }

  gatewayKey(curve: 'P-256' | 'X25519' = 'P-256'): EncryptionKey {
    const key = this.gatewayKeys.find((each) => each.curve === curve)
    if (key === undefined) throw new Error(`no gateway key on ${curve}`)
    return key
  }

  headers(changes: Record<string, string | undefined> = {}): Record<string, string> {
    const all = { tenant: this.tenant, authorization: `Bearer ${this.token}`, 'content-type': 'application/jose', ...changes }
    return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined))
  }

  seal(body: unknown, header: HeaderFields = freshHeader(), curve: 'P-256' | 'X25519' = 'P-256'): string {
    return sealOneShot(typeof body === 'string' ? body : JSON.stringify(body), this.gatewayKey(curve), this.#purpose(header))
  }

  sealInSession(body: unknown, header: HeaderFields = freshHeader()): string {
    if (!this.session) throw new Error('no session')
    return sealSession(
      typeof body === 'string' ? body : JSON.stringify(body),
      this.session.keys.requestKey,
      this.session.ticket,
      this.#purpose(header),
    )
  }

  #purpose(header: HeaderFields): HeaderFields {
    return { aud: this.tenant, htu: 'POST /kit-manager/kitActivation', ...header }
  }

  async send(path: string, body: string | undefined, headers: Record<string, string | undefined> = {}, method = 'POST'): Promise<Answer> {
    const response = await fetch(this.url + path, { method, headers: this.headers(headers), ...(body !== undefined && { body }) })
    return this.#read(response.status, response.headers, await response.text())
  }

  /** A sealed call, one-shot or in the session when there is one. */
  call(path: string, body: unknown, headers: Record<string, string | undefined> = {}): Promise<Answer> {
    return this.send(path, this.session ? this.sealInSession(body, headerFor(path)) : this.seal(body, headerFor(path)), headers)
  }

  async logIn(password: string, more: object = {}): Promise<Answer> {
    if (this.gatewayKeys.length === 0) await this.fetchKeys()
    const answer = await this.send(
      '/api/authenticate',
      this.seal({ username: this.username, password, ...more }, headerFor('/api/authenticate')),
      {
        authorization: undefined,
      },
    )
    if (answer.status === 200) this.token = answer.body.id_token ?? ''
    return answer
  }

  async openSession(curve: 'P-256' | 'X25519' = 'P-256'): Promise<Answer> {
    const own = generateKeyPair(curve, 'own')
    const { kty, crv, x, y } = own
    const answer = await this.send(
      '/api/session',
      this.seal({ key: { kty, crv, x, ...(y !== undefined && { y }) } }, headerFor('/api/session')),
    )
    if (answer.status === 200) {
      const { ticket, key } = answer.body as unknown as { ticket: string; key: PublicJwk }
      this.session = { ticket, keys: deriveSessionKeys(agree(own, key), ticket, this.tenant, this.username) }
    }
    return answer
  }

  #read(status: number, headers: Headers, text: string): Answer {
    if (!headers.get('content-type')?.startsWith('application/jose')) return { status, headers, body: parsed(text), sealed: false }
    const jwe = readHeader(text)
    const { header } = jwe
    if (header.alg === 'dir') {
      if (!this.session || header.kid !== this.session.ticket) throw new Error('an answer of another session')
      return { status, headers, body: parsed(openSession(jwe, this.session.keys.answerKey).toString()), sealed: true, header }
    }
    const key = this.#clientKeys.get(header.kid)
    if (!key) throw new Error('an answer to an unknown key')
    return { status, headers, body: parsed(openOneShot(jwe, key).toString()), sealed: true, header }
  }
}

function parsed(text: string): Body {
  return text === '' ? {} : JSON.parse(text)
}

/** The code in the envelope. */
export const codeOf = (answer: Pick<Answer, 'body'>): string => answer.body.exception?.errorCode ?? ''
