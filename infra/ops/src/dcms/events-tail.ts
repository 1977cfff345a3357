// Shows events live: one line per event, aligned for people, or as JSON for programs.
import { serviceNames, topicOf } from '@dcms/contract'
import { Broker, type KafkaSecurity, type ReceivedEvent } from '@dcms/events'
import { createLogger } from '@dcms/service'
import { type painter, shortly } from '../launcher/terminal.ts'

export interface TailOptions {
  kafkaBrokers: string
  /** TLS and password; in clear when left out. */
  security?: KafkaSecurity
  installation: string
  /** Contexts (`kit`) or topics (`dcms.kit`); all when empty. */
  topics: readonly string[]
  tenant?: string
  type?: string
  fromBeginning: boolean
}

/** The topics of names as people give them. @throws Error that lists the known ones */
export function topicsOf(names: readonly string[]): string[] {
  if (names.length === 0) return serviceNames.map(topicOf)
  return names.map((name) => {
    const context = serviceNames.find((each) => each === name || topicOf(each) === name)
    if (!context) throw new Error(`There is no topic ${name}. Topics: ${serviceNames.map(topicOf).join(', ')}.`)
    return topicOf(context)
  })
}

/** Whether an event is among those asked for. */
export const isWanted = (event: ReceivedEvent, { tenant, type }: Pick<TailOptions, 'tenant' | 'type'>): boolean =>
  (tenant === undefined || event.tenant === tenant) && (type === undefined || event.type === type)

/** Starts showing events; returns once the tail is live. */
export async function tailEvents(options: TailOptions, handle: (event: ReceivedEvent) => void): Promise<{ stop(): Promise<void> }> {
  const { kafkaBrokers, security, installation, topics, fromBeginning } = options
  const logger = createLogger('dcms', 'silent')
  const broker = new Broker({ brokers: kafkaBrokers, ...(security && { security }), clientId: 'dcms', installation, logger })
  try {
    await broker.tail(topicsOf(topics), { fromBeginning }, (event) => {
      if (isWanted(event, options)) handle(event)
    })
  } catch (error) {
    await broker.stop()
    throw new Error(`Events could not be read from Kafka at ${kafkaBrokers}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
  return { stop: () => broker.stop() }
}

/** `10:15:02.123  kit  KitActivated  ACME_BANK  4240171642 #2  { … }`. */
export function eventLine(event: ReceivedEvent, paint: ReturnType<typeof painter>, widthMax: number): string {
  const { type: _type, ...payload } = event.payload
  const columns = [
    paint('dim', event.time.toISOString().slice(11, 23)),
    event.topic.replace(/^dcms\./, '').padEnd(14),
    paint('green', event.type.padEnd(20)),
    paint('cyan', event.tenant.padEnd(14)),
    `${shortly(event.subject, 40)} ${paint('dim', `#${event.sequence}`)}`.padEnd(16),
  ]
  return `${columns.join('  ')}  ${shortly(payload, widthMax)}`
}

/** One event as one line of JSON, whole. */
export const eventJson = ({ time, ...event }: ReceivedEvent): string => JSON.stringify({ time: time.toISOString(), ...event })
