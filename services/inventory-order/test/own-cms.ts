// A card management system for tests: a small HTTP server that takes, tells and withdraws orders,
// and fails in the ways that a test asks for.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { type CardManagementSystem, httpCms } from '../src/orders/card-management-system.ts'

type Asked = 'place' | 'status' | 'withdraw'
/**
 * `unheard`: the call never arrives. `unanswered`: it is done and its answer lost. `late`: it
 * arrives when the test says so. `stale`: the state before the present one is told. `fault`: 500.
 */
type Failing = 'unheard' | 'unanswered' | 'late' | 'stale' | 'fault'
type Status = 'PENDING' | 'PROCESSED' | 'FAILED'

interface Line {
  line: number
  status: Status
  reason?: string
  reasonCode?: string
}
interface Made {
  body: { orderId: string; products: { line: number; productId: string }[] }
  cardOrderName: string
  /** Whole and lines, as they were one after the other. */
  states: { status: Status; products: Line[] }[]
}
interface Reply {
  status: number
  body: object
}

const refused = (status: number, code: string): Reply => ({ status, body: { error: { code } } })

export class OwnCms {
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #orders = new Map<string, Made>()
  readonly #withdrawn = new Set<string>()
  readonly #failing: { asked: Asked; how: Failing }[] = []
  readonly #late: (() => void)[] = []
  readonly #clients: { close(): Promise<void> }[] = []
  /** Ids in the order in which orders were taken for the first time: no card is made otherwise. */
  readonly taken: string[] = []
  /** All calls that arrived. */
  readonly asked: Asked[] = []
  /** Products that it does not make. */
  refuses: readonly string[] = []
  /** Whether it has done an order as soon as it gets it. */
  isInstant = false

  static async start(): Promise<OwnCms> {
    const cms = new OwnCms()
    cms.#server.listen(0, '127.0.0.1')
    await once(cms.#server, 'listening')
    return cms
  }

  /** A client of its own, with a circuit that no other test has opened. */
  client(): CardManagementSystem {
    const client = httpCms(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
    this.#clients.push(client)
    return client
  }

  /** The next call of its kind fails so; several in turn. */
  fail(asked: Asked, how: Failing): void {
    this.#failing.push({ asked, how })
  }

  /** No further call fails. */
  healed(): void {
    this.#failing.length = 0
  }

  /** Calls that were late arrive. */
  deliver(): void {
    for (const arrive of this.#late.splice(0)) arrive()
  }

  finish(orderId: string, failed: readonly number[] = []): void {
    const order = this.#orders.get(orderId)
    if (!order) throw new Error(`the CMS does not have ${orderId}`)
    const why = { reason: 'No plastic left', reasonCode: 'cms.plastic.none' }
    const products = order.body.products.map(
      ({ line }): Line => (failed.includes(line) ? { line, status: 'FAILED', ...why } : { line, status: 'PROCESSED' }),
    )
    order.states.push({ status: failed.length === products.length ? 'FAILED' : 'PROCESSED', products })
  }

  forget(orderId: string): void {
    this.#orders.delete(orderId)
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const [, , orderId = '', verb] = (request.url ?? '').split('/')
    const asked: Asked = request.method === 'GET' ? 'status' : verb === 'withdraw' ? 'withdraw' : 'place'
    const at = this.#failing.findIndex((each) => each.asked === asked)
    const how = at < 0 ? undefined : this.#failing.splice(at, 1)[0]?.how
    const act = (): Reply => this.#act(asked, orderId, text === '' ? {} : JSON.parse(text), how === 'stale')
    if (how === 'late') this.#late.push(act)
    if (how === 'unanswered') act()
    if (how === 'late' || how === 'unanswered' || how === 'unheard') return void response.destroy()
    const { status, body } = how === 'fault' ? refused(500, 'internal') : act()
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  #act(asked: Asked, orderId: string, body: unknown, isStale: boolean): Reply {
    this.asked.push(asked)
    if (asked === 'place') return this.#place(body as Made['body'])
    const order = this.#orders.get(orderId)
    if (asked === 'status') return order ? { status: 200, body: this.#shown(order, isStale) } : refused(404, 'order.unknown')
    if (order) return refused(409, 'order.accepted')
    this.#withdrawn.add(orderId)
    return { status: 200, body: { status: 'WITHDRAWN' } }
  }

  #place(body: Made['body']): Reply {
    const { orderId, products } = body
    if (this.#withdrawn.has(orderId)) return refused(409, 'order.withdrawn')
    const known = this.#orders.get(orderId)
    if (known)
      return isDeepStrictEqual(known.body, body) ? { status: 200, body: this.#shown(known, false) } : refused(409, 'order.conflict')
    if (products.some(({ productId }) => this.refuses.includes(productId))) return refused(422, 'cms.product.not.found')
    this.taken.push(orderId)
    const pending = { status: 'PENDING' as const, products: products.map(({ line }) => ({ line, status: 'PENDING' as const })) }
    const order: Made = { body, cardOrderName: String(1_763_369_000 + this.taken.length), states: [pending] }
    this.#orders.set(orderId, order)
    if (this.isInstant) this.finish(orderId)
    return { status: 201, body: this.#shown(order, false) }
  }

  #shown({ body, cardOrderName, states }: Made, isStale: boolean): object {
    const state = states.at(isStale ? -2 : -1) ?? states[0]
    return { orderId: body.orderId, cardOrderName, sequence: states.length, ...state }
  }
}
