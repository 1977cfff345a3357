// A gateway for the client's tests: speaks the wire contract with real sealing, and does what a
// test tells it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ErrorCode, failure, htuOf, statusOf, success } from '@dcms/contract'
import {
  agree,
  DecryptionKey,
  deriveSessionKeys,
  EncryptionKey,
  generateKeyPair,
  openOneShot,
  openSession,
  type PublicJwk,
  publicPart,
  readHeader,
  type SessionKeys,
  sealOneShot,
  sealSession,
} from '@dcms/sealing'

export const clientKey = generateKeyPair('P-256', 'client-1')
export const fieldKey = Buffer.alloc(32, 7)

/** The one form that the client sends. */
const FORM =
  /^--(?<boundary>\S+)\r\ncontent-disposition: form-data; name="file"; filename="(?<fileName>[^"]*)"\r\ncontent-type: (?<type>\S+)\r\n\r\n(?<content>[\s\S]*)\r\n--\k<boundary>--\r\n$/

export interface Received {
  path: string
  headers: IncomingMessage['headers']
  body: unknown
  jti: string
}

/** What a test may change about one answer. */
export interface Behaviour {
  /** Answers this instead of success. */
  refuse?: { code: ErrorCode; headers?: Record<string, string>; clear?: boolean }
  result?: unknown
  irt?: string
  /** Sends success unsealed. */
  clear?: boolean
  /** Closes the connection without an answer. */
  hangUp?: boolean
  delayMs?: number
  raw?: { status: number; body: string; headers?: Record<string, string>; breaksOff?: true }
}

export class FakeGateway {
  readonly calls: Received[] = []
  readonly logins: Received[] = []
  sessionsOpened = 0
  tokenLifeSeconds = 3600
  sessionLifeSeconds = 900
  /** How far the gateway's clock is ahead of this machine's. */
  aheadMs = 0
  /** Decides each call of an endpoint, numbered from 1. */
  behave: (call: Received, number: number) => Behaviour = () => ({})
  readonly #key = DecryptionKey.fromJwk(generateKeyPair('X25519', 'gateway-1'))
  #jwk = generateKeyPair('X25519', 'gateway-1')
  readonly #sessions = new Map<string, SessionKeys>()
  readonly #server: Server
  #tokens = 0
  validTokens = new Set<string>()

  constructor() {
    this.#key = DecryptionKey.fromJwk(this.#jwk)
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  forgetSessions(): void {
    this.#sessions.clear()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    response.sendDate = false
    response.setHeader('date', new Date(Date.now() + this.aheadMs).toUTCString())
    response.setHeader('x-request-id', request.headers['x-request-id'] ?? '')
    const path = request.url ?? ''
    if (path === '/.well-known/jwks.json') return void response.end(JSON.stringify({ keys: [publicPart(this.#jwk)] }))
    const opened = this.#open(request, text)
    if (typeof opened === 'string') return this.#clear(response, statusOf(opened), failure(opened))
    const received: Received = { path, headers: request.headers, body: opened.body, jti: opened.jti }
    if (path === '/api/authenticate') return this.#logIn(response, received, opened)
    if (path === '/api/session') return this.#openSession(response, received, opened)
    this.calls.push(received)
    await this.#call(response, received, opened)
  }

  /** A form with a file: its body is what the part says, opened. */
  #openForm(request: IncomingMessage, form: string): Opened | ErrorCode {
    const { groups } = FORM.exec(form) ?? {}
    const { fileName, type = '', content = '' } = groups ?? {}
    if (type !== 'application/jose') return { body: { fileName, type, text: content }, jti: '', session: undefined, mode: 'clear' }
    const opened = this.#openSealed(request, content)
    return typeof opened === 'string' ? opened : { ...opened, body: { fileName, type, text: opened.body } }
  }

  #open(request: IncomingMessage, text: string): Opened | ErrorCode {
    const type = request.headers['content-type']
    if (type?.startsWith('multipart/form-data')) return this.#openForm(request, text)
    if (type !== 'application/jose') return { body: JSON.parse(text), jti: '', session: undefined, mode: 'clear' }
    const opened = this.#openSealed(request, text)
    return typeof opened === 'string' ? opened : { ...opened, body: JSON.parse(opened.body) }
  }

  #openSealed(request: IncomingMessage, text: string): (Opened & { body: string }) | ErrorCode {
    const parsed = readHeader(text)
    const { kid, iat = 0, jti = '', aud, htu } = parsed.header
    if (aud !== 'ACME_BANK' || htu !== htuOf(request.method ?? '', request.url ?? '')) return 'encryption.decrypt.failed'
    if (Math.abs(iat - (Date.now() + this.aheadMs) / 1000) > 300) return 'encryption.timestamp.invalid'
    if (parsed.header.alg === 'dir') {
      const session = this.#sessions.get(kid)
      if (!session) return 'encryption.key.not.found'
      return { body: openSession(parsed, session.requestKey).toString(), jti, session, mode: 'session' }
    }
    return { body: openOneShot(parsed, this.#key).toString(), jti, session: undefined, mode: 'one-shot' }
  }

  #logIn(response: ServerResponse, received: Received, opened: Opened): void {
    this.logins.push(received)
    const { password } = received.body as { password: string }
    if (password !== 'correct horse') {
      this.#clear(response, 401, failure('auth.invalid.credentials'))
      return
    }
    const claims = { exp: Math.floor((Date.now() + this.aheadMs) / 1000) + this.tokenLifeSeconds, jti: ++this.#tokens }
    const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`
    this.validTokens.add(token)
    this.#seal(response, 200, { id_token: token }, opened)
  }

  #openSession(response: ServerResponse, received: Received, opened: Opened): void {
    const own = generateKeyPair('X25519', 'ephemeral')
    const ticket = `ticket-${++this.sessionsOpened}`
    const z = agree(own, (received.body as { key: PublicJwk }).key)
    this.#sessions.set(ticket, deriveSessionKeys(z, ticket, 'ACME_BANK', 'api_user'))
    const { kty, crv, x } = publicPart(own)
    this.#seal(response, 200, { ticket, key: { kty, crv, x }, expiresIn: this.sessionLifeSeconds }, opened)
  }

  async #call(response: ServerResponse, received: Received, opened: Opened): Promise<void> {
    const { refuse, result = 'success', irt, clear, hangUp, delayMs, raw } = this.behave(received, this.calls.length)
    if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs).unref())
    if (hangUp) return void response.destroy()
    if (raw?.breaksOff) {
      response.writeHead(raw.status, { 'content-type': 'text/html', 'content-length': String(raw.body.length + 1), ...raw.headers })
      response.write(raw.body, () => setTimeout(() => response.destroy(), 20))
      return
    }
    if (raw) return void response.writeHead(raw.status, { 'content-type': 'text/html', ...raw.headers }).end(raw.body)
    const token = received.headers.authorization?.slice('Bearer '.length) ?? ''
    if (!this.validTokens.has(token)) return this.#clear(response, 401, failure('auth.token.expired'))
    for (const [name, value] of Object.entries(refuse?.headers ?? {})) response.setHeader(name, value)
    const content = refuse ? failure(refuse.code) : success(result)
    const status = refuse ? statusOf(refuse.code) : 200
    if (clear || refuse?.clear) return this.#clear(response, status, content)
    this.#seal(response, status, content, irt === undefined ? opened : { ...opened, jti: irt })
  }

  #seal(response: ServerResponse, status: number, content: unknown, { jti, session, mode }: Opened): void {
    if (mode === 'clear') {
      this.#clear(response, status, content)
      return
    }
    const text = JSON.stringify(content)
    const sealed = session
      ? sealSession(text, session.answerKey, 'answer', { irt: jti })
      : sealOneShot(text, EncryptionKey.fromJwk(publicPart(clientKey)), { irt: jti })
    response.writeHead(status, { 'content-type': 'application/jose' }).end(sealed)
  }

  #clear(response: ServerResponse, status: number, content: unknown): void {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(content))
  }
}

interface Opened {
  body: unknown
  jti: string
  session: SessionKeys | undefined
  mode: 'session' | 'one-shot' | 'clear'
}
