// The messaging partner as this service calls it. Interface: infra/sandbox/README.md, section Messaging.
import { ServiceUnavailable } from '@dcms/service'

const TIMEOUT_MS = 3_000
const BODY_SHOWN_MAX = 2_000

export interface Message {
  /** The same for a repeat of the same message: the partner sends it once. */
  messageId: string
  channel: 'SMS' | 'EMAIL'
  to: string
  subject?: string
  text: string
  template: string
}

export interface Messaging {
  /**
   * Hands a message over; resolves when the partner has taken it, now or before.
   * @throws ServiceUnavailable when the partner is away, overloaded or does not know us: the message may or may not be taken, so it is repeated
   * @throws Error when the partner refuses this very message for good
   */
  send(tenant: string, message: Message): Promise<void>
}

/** Faults of the connection between us and the partner, not of the message: they are put right by people, and the message waits. */
const waitsFor = (status: number): boolean => status >= 500 || [401, 403, 404, 405, 408, 425, 429].includes(status)

export const messaging = (baseUrl: string): Messaging => ({
  async send(tenant, message) {
    const { status, code } = await post(`${baseUrl}/messages`, tenant, message)
    if (status >= 200 && status < 300) return
    // An earlier try was taken, in other words: of an earlier release, or before the card number was known here.
    if (status === 409 && code === 'message.conflict') return
    const what = `the messaging partner answers ${status} ${code}`
    throw waitsFor(status) ? new ServiceUnavailable(what) : new Error(`${what} to a ${message.channel} of ${message.template}`)
  },
})

async function post(url: string, tenant: string, message: Message): Promise<{ status: number; code: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-account': tenant },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return { status: response.status, code: codeOf((await response.text()).slice(0, BODY_SHOWN_MAX)) }
  } catch (error) {
    throw new ServiceUnavailable('the messaging partner does not answer', { cause: error })
  }
}

function codeOf(body: string): string {
  return /"code":\s*"([a-z.]{1,60})"/.exec(body)?.[1] ?? 'without a code'
}
