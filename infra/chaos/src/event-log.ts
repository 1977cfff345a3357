// Everything that was ever published on the topics of an installation, read from the beginning: for
// counting, not for watching.
import { serviceNames, topicOf } from '@dcms/contract'
import { Broker, type ReceivedEvent } from '@dcms/events'
import { createLogger } from '@dcms/service'

export interface EventLog {
  readonly events: readonly ReceivedEvent[]
  of(type: string, subject: string): ReceivedEvent[]
  stop(): Promise<void>
}

export async function eventLog({ kafkaBrokers, installation }: { kafkaBrokers: string; installation: string }): Promise<EventLog> {
  const broker = new Broker({ brokers: kafkaBrokers, clientId: 'event-log', installation, logger: createLogger('event-log', 'silent') })
  const events: ReceivedEvent[] = []
  const tail = await broker.tail(serviceNames.map(topicOf), { fromBeginning: true }, (event) => events.push(event))
  return {
    events,
    of: (type, subject) => events.filter((event) => event.type === type && event.subject === subject),
    async stop() {
      await tail.stop()
      await broker.stop()
    },
  }
}
