// The topics of one process: made where they are missing, looked at where copies are asked for,
// closed to publishing where they are too few.
import type { BrokerLink } from './broker-link.ts'
import type { TopicCopies } from './kafka-client.ts'
import type { TopicMessages } from './publisher.ts'
import { WeakTopic } from './topic-copies.ts'
import { makeAndCheck, type Topic } from './topics.ts'

export class TopicKeeper {
  readonly #broker: Pick<BrokerLink, 'name' | 'withAdmin' | 'logger'>
  readonly #copies: TopicCopies | undefined
  readonly #checked = new Set<string>()
  readonly #toldOf = new Set<string>()
  #faults: string[] = []

  constructor(broker: Pick<BrokerLink, 'name' | 'withAdmin' | 'logger'>, copies?: TopicCopies) {
    this.#broker = broker
    this.#copies = copies
  }

  /** Topics that the process cannot do without and that are kept in too few copies. */
  get faults(): readonly string[] {
    return this.#faults
  }

  /**
   * @returns what is wrong with some, by topic; the others are there
   * @throws when Kafka does not answer
   */
  async make(topics: readonly Topic[]): Promise<Map<string, Error>> {
    const copies = this.#copies
    const nameOf = (topic: string): string => this.#broker.name(topic)
    const failures = await this.#broker.withAdmin((admin) =>
      makeAndCheck({ admin, nameOf, ...(copies && { copies }) }, topics, (weak) => this.#tell(weak)),
    )
    for (const { topic } of topics) if (!failures.has(topic)) this.#checked.add(topic)
    return failures
  }

  /** As `make`, for topics that the process cannot do without. @throws the first fault */
  async need(topics: readonly Topic[]): Promise<void> {
    const failures = [...(await this.make(topics)).values()]
    this.#faults = failures.filter((failure) => failure instanceof WeakTopic).map(({ message }) => message)
    if (failures[0]) throw failures[0]
  }

  /**
   * Messages under the names of their topics on the cluster.
   * @throws when copies are required and one of the topics was not seen to have them
   */
  named(batches: readonly TopicMessages[]): TopicMessages[] {
    return batches.map(({ topic, messages }) => {
      if (this.#copies?.isRequired && !this.#checked.has(topic))
        throw new Error(`topic ${topic} was not seen to have the copies that are required; nothing is published to it`)
      return { topic: this.#broker.name(topic), messages }
    })
  }

  /** Each topic once, for a check that goes on every second. */
  #tell({ message }: WeakTopic): void {
    if (this.#toldOf.has(message)) return
    this.#toldOf.add(message)
    if (this.#copies?.isRequired) this.#broker.logger.error(`${message}: nothing is published to it`)
    else this.#broker.logger.warn(message)
  }
}
