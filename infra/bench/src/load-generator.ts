// The load generator, a process of its own: seals the messages of a round beforehand, then sends
// them as fast as they are answered.
import { Dcms, type DecryptionKey, htuOf, openAnswer, type Recipient, type SealedRequest, sealRequest } from '@dcms/sdk'
import { type Dispatcher, Pool } from 'undici'
import { BankKeys } from './bank-keys.ts'
import { answerParent } from './child.ts'
import type { BankAccess, Order, Round, RoundResult } from './load.ts'

/**
 * One answer in so many is opened and read after the round; of all others status and content type
 * are looked at.
 */
const SAMPLE_EVERY = 250
const OK = 200

interface Bank {
  access: BankAccess
  token: string
  keys: BankKeys
}

interface Prepared {
  round: Round
  recipient: Recipient | undefined
  clientKeys: ReadonlyMap<string, DecryptionKey>
  headers: string[]
  messages: { text: string; sealed?: SealedRequest }[]
}

interface Sample {
  text: string
  sealed: SealedRequest | undefined
}

const pools = new Map<string, Pool>()
let bank: Bank | undefined
let prepared: Prepared | undefined

answerParent(async (order: Order) => {
  switch (order.kind) {
    case 'log in':
      bank = await logIn(order.bank)
      return {}
    case 'prepare':
      prepared = await prepare(order.round)
      return {}
    case 'run':
      if (!prepared) throw new Error('nothing is prepared')
      return await run(prepared)
  }
})

async function logIn(access: BankAccess): Promise<Bank> {
  const { baseUrl, tenant, username, password, clientKeys } = access
  const dcms = new Dcms({ baseUrl, tenant, username, password, keys: { clientKeys } })
  try {
    const token = await dcms.currentToken()
    return { access, token, keys: await BankKeys.exchange(access, token) }
  } finally {
    await dcms.close()
  }
}

async function prepare(round: Round): Promise<Prepared> {
  const { mode, bodies } = round
  const texts = Array.isArray(bodies) ? bodies : Array.from<string>({ length: bodies.count }).fill(bodies.body)
  if (mode === 'clear') {
    const headers = [
      'content-type',
      'application/json',
      'tenant',
      bank?.access.tenant ?? 'BENCH',
      'authorization',
      `Bearer ${bank?.token ?? ''}`,
    ]
    return { round, recipient: undefined, clientKeys: new Map(), headers, messages: texts.map((text) => ({ text })) }
  }
  if (!bank) throw new Error('log in before sealed rounds')
  const recipient = bank.keys.recipient(mode)
  const purpose = { iat: Math.floor(Date.now() / 1000), aud: bank.access.tenant, htu: htuOf('POST', round.path) }
  const messages = texts.map((text) => {
    const sealed = sealRequest(JSON.parse(text), recipient, purpose)
    return { text: sealed.jwe, sealed }
  })
  const headers = ['content-type', 'application/jose', 'tenant', bank.access.tenant, 'authorization', `Bearer ${bank.token}`]
  return { round, recipient, clientKeys: bank.keys.clientKeys, headers, messages }
}

async function run({ round, recipient, clientKeys, headers, messages }: Prepared): Promise<RoundResult> {
  const { baseUrl, path, mode, connections, result } = round
  const pool = poolOf(baseUrl, connections)
  const contentType = mode === 'clear' ? 'application/json' : 'application/jose'
  const samples: Sample[] = []
  const faults = new Map<string, number>()
  const ended = Promise.withResolvers<void>()
  let next = 0
  let answered = 0
  const send = (): void => {
    const at = next++
    const message = messages[at]
    if (!message) return
    const isSample = at % SAMPLE_EVERY === 0
    const call = new Call(isSample, (status, type, text) => {
      if (status !== OK || !type.startsWith(contentType)) {
        const fault = `${status} ${type} ${type.startsWith('application/json') ? text.slice(0, 200) : ''}`
        faults.set(fault, (faults.get(fault) ?? 0) + 1)
      } else if (isSample) samples.push({ text, sealed: message.sealed })
      if (++answered === messages.length) ended.resolve()
      else send()
    })
    pool.dispatch({ method: 'POST', path, headers, body: message.text }, call)
  }
  const cpuBefore = process.cpuUsage()
  const begun = performance.now()
  for (let lane = 0; lane < connections; lane++) send()
  await ended.promise
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const [fault] = faults
  if (fault) throw new Error(`${fault[1]} of ${messages.length} answers were wrong: ${fault[0]}`)
  for (const sample of samples) checkSample(sample, recipient, clientKeys, result)
  return { calls: messages.length, seconds, cpuSeconds: (user + system) / 1e6 }
}

function poolOf(baseUrl: string, connections: number): Pool {
  const key = `${baseUrl} ${connections}`
  const known = pools.get(key)
  if (known) return known
  const pool = new Pool(baseUrl, { connections, pipelining: 1, keepAliveTimeout: 60_000, headersTimeout: 30_000, bodyTimeout: 30_000 })
  pools.set(key, pool)
  return pool
}

/**
 * Opens a sealed answer, which checks that it answers this very request, and compares the result in
 * the envelope.
 */
function checkSample({ text, sealed }: Sample, recipient: Recipient | undefined, keys: Prepared['clientKeys'], result: string): void {
  const envelope = sealed && recipient ? openAnswer(text, sealed, recipient, keys) : JSON.parse(text)
  const found = JSON.stringify((envelope as { result?: unknown }).result)
  if (found !== result) throw new Error(`an answer holds ${found?.slice(0, 200)} instead of ${result}`)
}

/** Undici's handler of one call; the body is kept only where somebody will read it. */
class Call implements Dispatcher.DispatchHandler {
  readonly #keepsBody: boolean
  readonly #done: (status: number, contentType: string, text: string) => void
  #status = 0
  #contentType = ''
  #text = ''

  constructor(keepsBody: boolean, done: (status: number, contentType: string, text: string) => void) {
    this.#keepsBody = keepsBody
    this.#done = done
  }

  onRequestStart(): void {}

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status
    this.#contentType = String(headers['content-type'] ?? '')
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#keepsBody || this.#status !== OK) this.#text += chunk.toString('latin1')
  }

  onResponseEnd(): void {
    this.#done(this.#status, this.#contentType, this.#text)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#done(0, '', error.message)
  }
}
