// The card management system (CMS), by HTTP. What it offers: infra/sandbox/README.md. Its answers
// are looked at before they are used: it is somebody else's.
import { freeText, validatorOf } from '@dcms/contract'
import { withoutCardData } from '@dcms/events'
import { PartnerClient, partnerFaultCode, ServiceUnavailable, type Tenant } from '@dcms/service'
import type { Order } from './order.ts'

const TIMEOUT_MS = 2_000
const LINES_MAX = 50
const NAME_MAX = 100
const REASON_MAX = 300
const CODE_MAX = 60

export type CmsStatus = 'PENDING' | 'PROCESSED' | 'FAILED'

/** Why something failed there, in its words, and its code. */
interface Why {
  reason?: string
  reasonCode?: string
}
export interface CmsLine extends Why {
  /** Position among the lines of the order, from 0. */
  line: number
  status: CmsStatus
}
/** What the CMS says of an order. Lines that it does not name are as the whole. */
export interface CmsOrder extends Why {
  cardOrderName: string
  status: CmsStatus
  products: readonly CmsLine[]
}
export type CmsPlacing =
  | { readonly kind: 'known'; readonly order: CmsOrder }
  /** It was withdrawn before it came, and is never made. */
  | { readonly kind: 'withdrawn' }
  /** It cannot be made; the code is the CMS's. */
  | { readonly kind: 'refused'; readonly code: string }

/** Whether the CMS has done what it was asked for is not known. */
export class CmsUnavailable extends ServiceUnavailable {}

/**
 * All methods throw CmsUnavailable when the CMS is away, too slow, at fault, or answers what
 * cannot be read.
 */
export interface CardManagementSystem {
  /** The same order again is made once, and answered with what became of it. */
  place(tenant: Tenant, order: Order, deadlineAtMs?: number): Promise<CmsPlacing>
  /** Null for an order that it does not know. */
  status(tenant: Tenant, orderId: string, deadlineAtMs?: number): Promise<CmsOrder | null>
  /**
   * `withdrawn`: it has not taken the order and never will, also where the order is still on its
   * way. `accepted`: it has taken it.
   */
  withdraw(tenant: Tenant, orderId: string, deadlineAtMs?: number): Promise<'withdrawn' | 'accepted'>
}

const why = {
  reason: { type: 'string', ...freeText, maxLength: REASON_MAX },
  reasonCode: { type: 'string', pattern: '^[A-Za-z0-9._-]+$', maxLength: CODE_MAX },
} as const
const status = { enum: ['PENDING', 'PROCESSED', 'FAILED'] } as const
const readOrder = validatorOf<CmsOrder>({
  type: 'object',
  required: ['cardOrderName', 'status'],
  properties: {
    cardOrderName: { type: 'string', pattern: '^[A-Za-z0-9._-]+$', maxLength: NAME_MAX },
    status,
    products: {
      type: 'array',
      maxItems: LINES_MAX,
      default: [],
      items: {
        type: 'object',
        required: ['line', 'status'],
        properties: { line: { type: 'integer', minimum: 0, maximum: LINES_MAX }, status, ...why },
      },
    },
    ...why,
  },
})

interface Reply {
  status: number
  body: unknown
}

/** @param baseUrl of the CMS's interface, without a slash at its end */
export function httpCms(baseUrl: string): CardManagementSystem & { close(): Promise<void> } {
  const client = new PartnerClient({ name: 'CMS', baseUrl, timeoutMs: TIMEOUT_MS })
  const ask = async (tenant: Tenant, path: string, deadlineAtMs: number | undefined, body?: object): Promise<Reply> => {
    const request = { method: body ? 'POST' : 'GET', path, ...(body && { body }), deadlineAtMs } as const
    const { status, text } = await client.ask(tenant.id, request).catch(asCmsUnavailable)
    if (status >= 500 || status === 429) throw new CmsUnavailable(`the CMS answered with ${status}`)
    try {
      return { status, body: JSON.parse(text) }
    } catch (error) {
      throw new CmsUnavailable('the CMS’s answer is no JSON', { cause: error })
    }
  }
  const pathOf = (orderId: string): string => `/orders/${encodeURIComponent(orderId)}`
  return {
    close: () => client.close(),
    async place(tenant, order, deadlineAtMs) {
      const reply = await ask(tenant, '/orders', deadlineAtMs, bodyOf(order))
      if (reply.status < 400) return { kind: 'known', order: understood(reply) }
      const code = partnerFaultCode(reply.body) ?? String(reply.status)
      return reply.status === 409 && code === 'order.withdrawn' ? { kind: 'withdrawn' } : { kind: 'refused', code }
    },
    async status(tenant, orderId, deadlineAtMs) {
      const reply = await ask(tenant, pathOf(orderId), deadlineAtMs)
      return reply.status === 404 && partnerFaultCode(reply.body) === 'order.unknown' ? null : understood(reply)
    },
    async withdraw(tenant, orderId, deadlineAtMs) {
      const reply = await ask(tenant, `${pathOf(orderId)}/withdraw`, deadlineAtMs, {})
      if (reply.status < 400) return 'withdrawn'
      if (reply.status === 409 && partnerFaultCode(reply.body) === 'order.accepted') return 'accepted'
      throw new CmsUnavailable(`the CMS answered a withdrawal with ${reply.status}`)
    },
  }
}

/** Made of the stored order alone, so that a repeat is the same to the letter. */
export function bodyOf({ _id: orderId, branchId, placed, lines, fileName, totalQuantity }: Order): object {
  return {
    orderId,
    branchId,
    ...(placed.address !== undefined && { address: placed.address }),
    ...(placed.pinCode !== undefined && { pinCode: placed.pinCode }),
    products: lines.map(({ status: _status, stocked: _stocked, reason: _reason, ...product }, line) => ({ line, ...product })),
    ...(fileName !== undefined && { file: { name: fileName, kits: totalQuantity } }),
  }
}

function asCmsUnavailable(error: unknown): never {
  if (error instanceof ServiceUnavailable) throw new CmsUnavailable(error.message, { cause: error })
  throw error
}

function understood({ status, body }: Reply): CmsOrder {
  const validated = status < 400 ? readOrder(body) : undefined
  if (!validated?.valid) throw new CmsUnavailable(`the CMS’s answer with ${status} cannot be read`)
  const { products, ...order } = validated.value
  return { ...clean(order), products: products.map(clean) }
}

/** Its words are shown to callers and told in events: a card number in them is not passed on. */
const clean = <Said extends Why>(said: Said): Said => (said.reason === undefined ? said : { ...said, reason: withoutCardData(said.reason) })
