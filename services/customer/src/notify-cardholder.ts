// Tells cardholders by SMS and e-mail what happened to their cards, as a follower of events beside
// the projections.
import type { CommunicationInfo } from '@dcms/contract'
import type { ReceivedEvent } from '@dcms/events'
import { NotYet, type Reaction, readTogether, type Scope, ServiceUnavailable } from '@dcms/service'
import { Histogram } from 'prom-client'
import { isNotified, type Notice, noticeOf } from './cardholder-notice.ts'
import { customersOf } from './customer.ts'
import { knownKitsOf } from './kit-projection.ts'
import type { Message, Messaging } from './messaging.ts'

const GROUP = 'customer-notifications'
const DAY_MS = 86_400_000
/**
 * Older news is no news; and an installation that begins to notify does not tell its whole past.
 */
const NOTICE_LIFE_MS = 3 * DAY_MS
/** How long the projection of kits may lag before the words do without the card number. */
const PROJECTION_LAG_MAX_MS = 60_000

/** Against the seconds that a message takes to a phone. */
const GATHER_MS = 250

const delays = new Histogram({
  name: 'dcms_notice_delay_seconds',
  help: 'Time from an event to the moment when the messaging partner has taken all its messages',
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
})

const contactsOf = readTogether(customersOf, ['communicationInfo'])
const cardOf = readTogether(knownKitsOf, ['kitInfo'])

/**
 * One consumer group on the events of each context: what the messaging partner holds up, nothing
 * else waits for.
 */
export const cardholderNotifications = (messaging: Messaging): Reaction[] =>
  (['kit', 'pin-preference'] as const).map((of) => ({
    of,
    group: GROUP,
    gatherMs: GATHER_MS,
    react: (scopeOf, event) => notifyCardholder(messaging, scopeOf(`notify-${event.id}`), event),
  }))

/**
 * Hands the messages of one event to the partner. `messageId` is made of the event's id and the
 * channel, so that a repeat is sent once.
 * @throws ServiceUnavailable while the partner or the projection is behind; another error when the
 * partner refuses a message for good
 */
export async function notifyCardholder(messaging: Messaging, scope: Scope, event: ReceivedEvent): Promise<void> {
  const { entityId } = event.payload
  if (!isNotified(event) || typeof entityId !== 'string') return
  if (scope.now.getTime() - event.time.getTime() > NOTICE_LIFE_MS) return
  const { tenant } = scope
  const contacts = (await contactsOf(tenant, entityId))?.communicationInfo ?? []
  if (contacts.every(isMuted)) return
  const notice = noticeOf(event, { bank: tenant.definition.name, maskedCardNumber: await maskedCardNumberOf(scope, event) })
  const sent = await Promise.allSettled(messagesOf(event.id, notice, contacts).map((message) => messaging.send(tenant.id, message)))
  const faults = sent.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))
  // What is refused for good must not keep what only waits from being sent: as long as something
  // waits, all is tried again.
  const fault = faults.find((each) => each instanceof ServiceUnavailable) ?? faults[0]
  if (fault !== undefined) throw fault
  delays.observe((Date.now() - event.time.getTime()) / 1_000)
}

const isMuted = ({ notification }: CommunicationInfo): boolean => notification === false

/** Kit events name no card number; the projection knows it, a moment later at the latest. */
async function maskedCardNumberOf({ tenant, now }: Scope, event: ReceivedEvent): Promise<string | undefined> {
  const kit = await cardOf(tenant, event.subject)
  if (kit?.kitInfo) return kit.kitInfo.cardNumber
  if (now.getTime() - event.time.getTime() < PROJECTION_LAG_MAX_MS) throw new NotYet(`kit ${event.subject} is not known here yet`)
  return undefined
}

/** An SMS to each number and an e-mail to each address that wants notifications. */
export function messagesOf(eventId: string, notice: Notice, contacts: readonly CommunicationInfo[]): Message[] {
  const messages: Message[] = []
  for (const [position, contact] of contacts.entries()) {
    if (isMuted(contact)) continue
    const part = position === 0 ? '' : `:${position + 1}`
    const { template, subject, text } = notice
    const add = (channel: Message['channel'], to: string, more: object = {}): void => {
      if (messages.some((each) => each.channel === channel && each.to === to)) return
      messages.push({ messageId: `${eventId}:${channel}${part}`, channel, to, ...more, text, template })
    }
    add('SMS', numberOf(contact))
    if (contact.emailId) add('EMAIL', contact.emailId, { subject })
  }
  return messages
}

const numberOf = ({ contactNo, countryCode }: CommunicationInfo): string =>
  countryCode && !contactNo.startsWith('+') ? `+${countryCode.replace(/\D/g, '')}${contactNo}` : contactNo
