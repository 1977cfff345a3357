// The messaging partner as this service calls it. Interface: infra/sandbox/README.md, section
// Messaging.
import { PartnerClient, partnerFaultCode, ServiceUnavailable } from '@dcms/service'

const TIMEOUT_MS = 3_000

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
   * @throws ServiceUnavailable when the partner is away, overloaded or does not know us: the
   * message may or may not be taken, so it is repeated
   * @throws Error when the partner refuses this very message for good
   */
  send(tenant: string, message: Message): Promise<void>
}

/**
 * Faults of the connection between us and the partner, not of the message: they are put right by
 * people, and the message waits.
 */
const waitsFor = (status: number): boolean => status >= 500 || [401, 403, 404, 405, 408, 425, 429].includes(status)

export const messaging = (baseUrl: string): Messaging & { close(): Promise<void> } => {
  const client = new PartnerClient({ name: 'messaging partner', baseUrl, timeoutMs: TIMEOUT_MS })
  return { send: (tenant, message) => send(client, tenant, message), close: () => client.close() }
}

async function send(client: PartnerClient, tenant: string, message: Message): Promise<void> {
  const { status, text } = await client.ask(tenant, { method: 'POST', path: '/messages', body: message })
  const code = codeOf(text)
  if (status >= 200 && status < 300) return
  // An earlier try was taken, in other words: of an earlier release, or before the card number was
  // known here.
  if (status === 409 && code === 'message.conflict') return
  const what = `the messaging partner answers ${status} ${code}`
  throw waitsFor(status) ? new ServiceUnavailable(what) : new Error(`${what} to a ${message.channel} of ${message.template}`)
}

function codeOf(text: string): string {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined // a page of something in between
  }
  return partnerFaultCode(body) ?? 'without a code'
}
