// The bank's core banking system, by HTTP. What it offers: infra/sandbox/README.md. Its answers are
// looked at before they are used: it is somebody else's.
import { validatorOf } from '@dcms/contract'
import { PartnerClient, partnerFaultCode, ServiceUnavailable, type Tenant } from '@dcms/service'

const TIMEOUT_MS = 3_000

/** Money that is to move on an account, in whole paise. */
export interface Debit {
  /** Names it for ever: the same again moves nothing more and gets the first answer. */
  reference: string
  accountNo: string
  amountPaise: number
}

/** What became of it. */
export type Outcome =
  | { readonly kind: 'applied' }
  /** It was refused and moves nothing, now or later; the code is the system's. */
  | { readonly kind: 'refused'; readonly code: string }
  /** It was undone, or undone before it came: it moves nothing, now or later. */
  | { readonly kind: 'reversed' }

/** Whether the system has done what it was asked for is not known. */
export class CoreBankingUnavailable extends ServiceUnavailable {}

/**
 * All methods throw CoreBankingUnavailable when the system is away, too slow, at fault, or answers
 * what cannot be read.
 */
export interface CoreBanking {
  debit(tenant: Tenant, debit: Debit, deadlineAtMs?: number): Promise<Outcome>
  /** Null for a reference that has not come, or not yet. */
  enquire(tenant: Tenant, reference: string, deadlineAtMs?: number): Promise<Outcome | null>
  /** Undoes what was done under a reference; one that has not come is refused when it comes. */
  reverse(tenant: Tenant, reference: string, deadlineAtMs?: number): Promise<void>
}

type Status = 'APPLIED' | 'REFUSED' | 'REVERSED'
const readPosting = validatorOf<{ status: Status; code?: string }>({
  type: 'object',
  required: ['status'],
  properties: {
    status: { enum: ['APPLIED', 'REFUSED', 'REVERSED'] },
    code: { type: 'string', pattern: '^[A-Za-z0-9._-]+$', maxLength: 60 },
  },
})

interface Reply {
  status: number
  body: unknown
}

/** @param baseUrl of the system's interface, without a slash at its end */
export function httpCoreBanking(baseUrl: string): CoreBanking & { close(): Promise<void> } {
  const client = new PartnerClient({ name: 'core banking system', baseUrl, timeoutMs: TIMEOUT_MS })
  const ask = async (tenant: Tenant, path: string, deadlineAtMs: number | undefined, body?: object): Promise<Reply> => {
    const request = { method: body ? 'POST' : 'GET', path, ...(body && { body }), deadlineAtMs } as const
    const { status, text } = await client.ask(tenant.id, request).catch(asCoreBankingUnavailable)
    try {
      return { status, body: JSON.parse(text) }
    } catch (error) {
      throw new CoreBankingUnavailable('the core banking system’s answer is no JSON', { cause: error })
    }
  }
  const pathOf = (reference: string): string => `/postings/${encodeURIComponent(reference)}`
  return {
    close: () => client.close(),
    async debit(tenant, { reference, accountNo, amountPaise }, deadlineAtMs) {
      const body = { reference, kind: 'DEBIT', accountNo, amountMinor: amountPaise, currency: 'INR' }
      return understood(await ask(tenant, '/postings', deadlineAtMs, body))
    },
    async enquire(tenant, reference, deadlineAtMs) {
      const reply = await ask(tenant, pathOf(reference), deadlineAtMs)
      return reply.status === 404 && partnerFaultCode(reply.body) === 'posting.unknown' ? null : understood(reply)
    },
    async reverse(tenant, reference, deadlineAtMs) {
      const outcome = understood(await ask(tenant, `${pathOf(reference)}/reverse`, deadlineAtMs, {}))
      if (outcome.kind === 'applied') throw new CoreBankingUnavailable('the core banking system did not reverse what it was told to')
    },
  }
}

function asCoreBankingUnavailable(error: unknown): never {
  if (error instanceof ServiceUnavailable) throw new CoreBankingUnavailable(error.message, { cause: error })
  throw error
}

/**
 * Only what the interface names is an outcome. Anything else says nothing about the money: it stays
 * unknown until the system says.
 */
function understood({ status, body }: Reply): Outcome {
  const posting = status < 300 ? readPosting(body) : undefined
  if (!posting?.valid) throw new CoreBankingUnavailable(`the core banking system’s answer with ${status} cannot be read`)
  switch (posting.value.status) {
    case 'APPLIED':
      return { kind: 'applied' }
    case 'REFUSED':
      return { kind: 'refused', code: posting.value.code ?? 'untold' }
    case 'REVERSED':
      return { kind: 'reversed' }
  }
}
