// Reads a bank's own topic as the bank would, and hands out the message that somebody waits for.
import { type BankStreamMessage, bankStreamTopicOf } from '@dcms/contract'
import { Broker } from '@dcms/events'
import { createLogger } from '@dcms/service'
import { Arrivals } from './arrivals.ts'
import type { WatchOptions } from './event-watch.ts'

export class BankStreamWatch {
  readonly topic: string
  readonly #broker: Broker
  readonly #messages = new Arrivals<{ key: string; message: BankStreamMessage }>()

  constructor({ kafkaBrokers, installation, tenant }: WatchOptions) {
    this.topic = bankStreamTopicOf(tenant)
    this.#broker = new Broker({ brokers: kafkaBrokers, clientId: 'demo-bank', installation, logger: createLogger('demo-bank', 'silent') })
  }

  /** From the first message on. The topic need not exist yet: it comes with the first message. */
  start(): void {
    this.#broker.repeatUntilDone(`reading ${this.topic}`, () =>
      this.#broker.followCompacted(this.topic, async (key, value) => {
        if (value !== null) this.#messages.add({ key, message: JSON.parse(value) })
      }),
    )
  }

  /** The first message of that type about the card. */
  async next(eventType: string, kitNo: string, timeoutMs: number): Promise<BankStreamMessage> {
    const { message } = await this.#messages.next(
      `${eventType} of ${kitNo}`,
      (each) => each.message.eventType === eventType && each.key === kitNo,
      timeoutMs,
    )
    return message
  }

  stop(): Promise<void> {
    return this.#broker.stop()
  }
}
